"""An allow-list over nested settings, so that what a stand-in does not honour is refused, never ignored.

A list of what is allowed is built from:
    ANY                any value
    (a, b, ...)        one of these values
    {"Name": ...}      a structure with some of these members; "*" stands for any name
    [allowed]          a list of such
"""

from collections.abc import Iterator
from typing import Any

ANY: Any = object()


def unsupported(settings: Any, allowed: Any, where: str = "") -> Iterator[str]:
    """Name each setting outside the allow-list, as `Path.To.Setting` or `Path.To.Setting=value`."""
    if allowed is ANY:
        return
    if isinstance(allowed, tuple):
        if settings not in allowed:
            yield f"{where}={settings!r}"
    elif isinstance(allowed, list):
        for index, item in enumerate(settings):
            yield from unsupported(item, allowed[0], f"{where}[{index}]")
    else:
        for name, value in settings.items():
            path = f"{where}.{name}".lstrip(".")
            if name not in allowed and "*" not in allowed:
                yield path
            else:
                yield from unsupported(value, allowed.get(name, allowed.get("*")), path)
