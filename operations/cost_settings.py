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
        return Costed(fleet=_fleet(data["fleet"]), settings=_settings(data), written=flat(data))
    except KeyError as error:
        raise OperatorError(f"{path.name} lacks {error}") from None
    except (ValueError, TypeError, AttributeError) as error:
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


def traffic(name: str, section: Mapping[str, Any]) -> Traffic:
    """One lane's, or the campaigns', section. Raises ValueError naming it."""
    try:
        return Traffic(**{field: float(section[field]) for field in Traffic.__dataclass_fields__})
    except KeyError as error:
        raise ValueError(f"fleet.{name} lacks {error}") from None
    except (ValueError, TypeError) as error:
        raise ValueError(f"fleet.{name}: {error}") from None


def _fleet(section: Mapping[str, Any]) -> Fleet:
    return Fleet(
        devices=int(section["devices"]),
        audio=float(section["audio"]),
        views=float(section["views"]),
        months=float(section["months"]),
        lanes={lane: traffic(lane, section[lane]) for lane in Lane},
        campaigns=traffic(CAMPAIGNS, section[CAMPAIGNS]),
    )


def _settings(data: Mapping[str, Any]) -> Settings:
    analysis, alerts, retention = data["analysis"], data["alerts"], data["retention"]
    console_zones = len(data.get("console", {}).get("zones", ()))
    # Pixabay's key is a secret too, of whoever has one.
    secrets = len(data["playback"]["signing_keys"]) + bool(alerts["webhooks"]) + bool(console_zones) + 1
    return Settings(
        name=data["name"],
        region=data["region"],
        clip_usd=float(data["limits"]["clip_usd"]),
        month_usd=float(data["limits"]["month_usd"]),
        depths={name: Depth(depth) for name, depth in analysis["depths"].items()},
        full_seconds=float(analysis["full_minutes"]) * 60,
        frame_seconds=float(analysis["frame_seconds"]),
        moderated=frozenset(analysis["moderated_collections"]),
        model=bool(analysis.get("custom_labels_model")),
        noncurrent_days=float(retention["noncurrent_days"]),
        log_days=float(retention["log_days"]),
        emails=len(alerts["emails"]),
        secrets=secrets,
        zones=len(data.get("network", {}).get("zones", ())),
        console_zones=console_zones,
        audit="audit" in data,
    )
