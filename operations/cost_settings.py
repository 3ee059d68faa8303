"""An environment's file as the estimator needs it: its fleet, and what decides its costs."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clip_model.fleet import CAMPAIGNS, Fleet, Traffic
from clip_model.platform_usage import Settings
from clip_model.words import Depth, Lane
from operations.deployed import OperatorError


@dataclass(frozen=True)
class Costed:
    """An environment that can be estimated: its fleet and settings, and all its file says, by dotted name."""

    fleet: Fleet
    settings: Settings
    written: Mapping[str, Any]


def read_costed(path: Path, *, fleet: Mapping[str, Any] | None = None) -> Costed:
    """Read an environment's file.

    Args:
        path: the file.
        fleet: the section of that name, where the file has none.

    Raises:
        OperatorError: it can't be read, or lacks a setting, or one has no sense; the message names file and setting.
    """
    data = read_document(path)
    if "fleet" not in data and fleet is not None:
        data["fleet"] = fleet
    try:
        return Costed(fleet=_fleet(data), settings=_settings(data), written=flat(data))
    except KeyError as error:
        raise OperatorError(f"{path.name} lacks {error}") from None
    except ValueError as error:
        raise OperatorError(f"{path.name}: {error}") from None


def read_document(path: Path) -> dict[str, Any]:
    """A settings file as it is. Raises OperatorError where it can't be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OperatorError(f"{path.name} cannot be read: {error}") from None


def flat(section: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Settings by their dotted names: `limits.clip_usd`."""
    found: dict[str, Any] = {}
    for name, value in section.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return found


def _fleet(data: Mapping[str, Any]) -> Fleet:
    return Fleet(
        devices=_whole(data, "fleet.devices"),
        audio=_number(data, "fleet.audio"),
        views=_number(data, "fleet.views"),
        months=_number(data, "fleet.months"),
        lanes={lane: _traffic(data, f"fleet.{lane}") for lane in Lane},
        campaigns=_traffic(data, f"fleet.{CAMPAIGNS}"),
    )


def _traffic(data: Mapping[str, Any], name: str) -> Traffic:
    numbers = {field: _number(data, f"{name}.{field}") for field in Traffic.__dataclass_fields__}
    try:
        return Traffic(**numbers)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _settings(data: Mapping[str, Any]) -> Settings:
    console_zones = len(_list(data, "console.zones")) if "console" in data else 0
    webhooks = bool(_value(data, "alerts.webhooks", bool, "true or false"))
    # Pixabay's key is a secret too, of whoever has one.
    secrets = len(_list(data, "playback.signing_keys")) + webhooks + bool(console_zones) + 1
    return Settings(
        name=_text(data, "name"),
        region=_text(data, "region"),
        clip_usd=_number(data, "limits.clip_usd"),
        month_usd=_number(data, "limits.month_usd"),
        depths=_depths(data),
        full_seconds=_number(data, "analysis.full_minutes") * 60,
        frame_seconds=_number(data, "analysis.frame_seconds"),
        moderated=frozenset(_list(data, "analysis.moderated_collections")),
        model="custom_labels_model" in data["analysis"],
        log_days=_number(data, "retention.log_days"),
        emails=len(_list(data, "alerts.emails")),
        secrets=secrets,
        zones=len(_list(data, "network.zones")) if "network" in data else 0,
        console_zones=console_zones,
        audit="audit" in data,
    )


def _depths(data: Mapping[str, Any]) -> dict[str, Depth]:
    depths = {}
    for name in _value(data, "analysis.depths", Mapping, "a section"):
        depth = _text(data, f"analysis.depths.{name}")
        if depth not in set(Depth):
            raise ValueError(f"analysis.depths.{name} is one of {', '.join(Depth)}, got {depth!r}")
        depths[name] = Depth(depth)
    return depths


def _number(data: Mapping[str, Any], name: str) -> float:
    return float(_value(data, name, int | float, "a number"))


def _whole(data: Mapping[str, Any], name: str) -> int:
    return int(_value(data, name, int, "a whole number"))


def _text(data: Mapping[str, Any], name: str) -> str:
    return str(_value(data, name, str, "a text"))


def _list(data: Mapping[str, Any], name: str) -> list[str]:
    values = list(_value(data, name, list, "a list"))
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"{name} must be a list of texts, got {values!r}")
    return values


def _value(data: Mapping[str, Any], name: str, kind: Any, words: str) -> Any:
    """A setting by its dotted name, if it is of that kind. Raises KeyError, ValueError naming it."""
    section, _, last = name.rpartition(".")
    holder = _value(data, section, Mapping, "a section") if section else data
    try:
        value = holder[last]
    except KeyError:
        raise KeyError(name) from None
    # To Python true is a whole number.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{name} must be {words}, got {value!r}")
    return value
