"""What the checks return: where a machine is wrong, how, and what to do about it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong.

    Attributes:
        where: environment, machine and state, `dev/Pipeline/StartLabels`.
        text: what is wrong, and what to do about it.
    """

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def meant(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the known one it is most like, or what there is."""
    known = sorted(set(known))
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    spelt = [each for each in known if each.lower() == name.lower()]
    if spelt or close:
        return f"; did you mean '{(spelt or close)[0]}'?"
    if not known:
        return "; there are none"
    shown = ", ".join(known[:12])
    return f"; there are {shown}" + (", …" if len(known) > 12 else "")
