"""Where footage is found.

One module a source, named as `clip_model.campaigns.Source` names it; its `open_source` makes the source.
"""

from importlib import import_module
from typing import cast

from clip_model.campaigns import Source as Name
from sources.source import Source, Tools


def open_source(name: str, tools: Tools) -> Source:
    """The source of that name. Raises ValueError where there is none."""
    if name not in set(Name):
        raise ValueError(f"source must be of {', '.join(Name)}, got {name!r}")
    return cast(Source, import_module(f"sources.{Name(name).value}").open_source(tools))
