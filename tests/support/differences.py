"""Where one part of a template differs from another environment's, in as few words as will do."""

from collections.abc import Iterator
from typing import Any

_ABSENT = object()


def differences(here: Any, there: Any, *, names: tuple[str, str], path: str = "") -> Iterator[tuple[str, Any]]:
    """Each place that differs, with what stands there under each of the two names.

    A list of another length is told by the items that are on one side `only`.
    """
    if isinstance(here, dict) and isinstance(there, dict):
        for key in sorted({*here, *there}):
            step = f"{path}.{key}".removeprefix(".")
            yield from differences(here.get(key, _ABSENT), there.get(key, _ABSENT), names=names, path=step)
    elif isinstance(here, list) and isinstance(there, list) and len(here) == len(there):
        for number, items in enumerate(zip(here, there, strict=True)):
            yield from differences(*items, names=names, path=f"{path}.{number}")
    elif isinstance(here, list) and isinstance(there, list) and _common(here, there) == _common(there, here):
        only = [item for item in here if item not in there], [item for item in there if item not in here]
        yield path, {f"only {name}": items for name, items in zip(names, only, strict=True) if items}
    elif here != there:
        sides = zip(names, (here, there), strict=True)
        yield path, {name: value for name, value in sides if value is not _ABSENT}


def _common(here: list[Any], there: list[Any]) -> list[Any]:
    return [item for item in here if item in there]
