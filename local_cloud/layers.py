"""Layers built for Lambda, made fit for this machine."""

import io
import zipfile
from functools import lru_cache

_COMPILED = (".so", ".pyd")


@lru_cache(maxsize=4)
def runnable_here(content: bytes) -> bytes:
    """A layer without the packages that hold compiled code.

    They are for Lambda's processor and Python. The same versions, pinned in the same requirements,
    are installed in the environment the local cloud runs in, and functions find them there.

    Args:
        content: the layer's zip file.
    """
    layer = zipfile.ZipFile(io.BytesIO(content))
    compiled = {_package(name) for name in layer.namelist() if name.endswith(_COMPILED)}
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as result:
        for item in layer.infolist():
            if _package(item.filename) not in compiled:
                result.writestr(item, layer.read(item))
    return kept.getvalue()


def _package(name: str) -> str:
    """The top of a file's import path: `python/cffi/api.py` → `cffi`."""
    parts = name.split("/")
    return parts[1] if len(parts) > 1 else name
