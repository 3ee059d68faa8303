"""Where footage is found.

One module a source, named as `clip_model.campaigns.Source` names it; its `open_source` makes its catalogue.
"""

from importlib import import_module
from typing import cast

from clip_model.campaigns import Source
from sources.source import Catalogue, Tools


def open_source(name: str, tools: Tools) -> Catalogue:
    """The catalogue of the source of that name. Raises ValueError where there is none."""
    if name not in set(Source):
        raise ValueError(f"source must be of {', '.join(Source)}, got {name!r}")
    return cast(Catalogue, import_module(f"sources.{Source(name).value}").open_source(tools))
