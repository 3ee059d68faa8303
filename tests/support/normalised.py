"""Templates without what changes by itself: asset hashes and generated version suffixes."""

import re
from typing import Any

_HASH = re.compile(r"\b[0-9a-f]{64}\b")


def normalised(value: Any) -> Any:
    """The template with each asset hash replaced, and the machine's definition left to its own snapshot."""
    if isinstance(value, dict):
        return {
            _HASH.sub("<hash>", key): "<definition>" if key == "DefinitionString" else normalised(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [normalised(item) for item in value]
    return _HASH.sub("<hash>", value) if isinstance(value, str) else value
