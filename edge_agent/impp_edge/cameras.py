"""What a camera's file and folder names say: the lane, and when recording began.

One row a vendor. A new camera is a new row and a new test case, nothing else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePath
from zoneinfo import ZoneInfo

from clip_model.words import Lane


@dataclass(frozen=True)
class Camera:
    """How one vendor names its files.

    Attributes:
        vendor: for people.
        name: matches the whole file name, any case; group `time` is the recording's start in the
            camera's clock, group `flag` the kind of recording.
        time_format: strptime format of `time`.
        lanes: lane of each flag; a flag that is absent means continuous.
    """

    vendor: str
    name: str
    time_format: str
    lanes: Mapping[str, Lane] = field(default_factory=dict)

    def match(self, filename: str) -> re.Match[str] | None:
        """The match of a whole file name, or None where it is not this vendor's."""
        return re.fullmatch(self.name, filename, re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Hint:
    """What the names tell. `captured_at` is UTC, or None where no name holds a time."""

    lane: Lane
    captured_at: datetime | None


CAMERAS = (
    Camera(
        "Tesla",
        r"(?P<time>\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d)-(front|back|(left|right)_(repeater|pillar))\.mp4",
        "%Y-%m-%d_%H-%M-%S",
    ),
    Camera(
        "BlackVue",
        r"(?P<time>\d{8}_\d{6})_(?P<flag>[NEPMIOATBRXGDLYF])[FRIO][LS]?\.mp4",
        "%Y%m%d_%H%M%S",
        # Only N and P are routine; the camera recorded each other kind because something happened.
        {"P": Lane.PARKING} | dict.fromkeys("EMIOATBRXGDLYF", Lane.EVENT),
    ),
    Camera(
        "Vantrue",
        r"(?P<time>\d{8}_\d{6})_\d{4}_(?P<flag>[NEP])_[ABC]\.mp4",
        "%Y%m%d_%H%M%S",
        {"E": Lane.EVENT, "P": Lane.PARKING},
    ),
    Camera(
        "Viofo",
        r"(?P<time>\d{4}_\d{4}_\d{6})(_\d{3,6})?_?(?P<flag>[PE])?[FRTI]?\.(mp4|mov|ts)",
        "%Y_%m%d_%H%M%S",
        {"E": Lane.EVENT, "P": Lane.PARKING},
    ),
    Camera("Nextbase", r"(?P<time>\d{6}_\d{6})_\d{3}_[FR][HL]\.mp4", "%y%m%d_%H%M%S"),
    Camera(
        "70mai",
        r"(?P<flag>NO|EV|LA|PA)(?P<time>\d{8}-\d{6})(-\d+)?[FBRI]?\.mp4",
        "%Y%m%d-%H%M%S",
        {"EV": Lane.EVENT, "PA": Lane.PARKING},
    ),
    Camera(
        "Thinkware",
        r"(?P<flag>REC|EVT|PARK|MAN)_(?P<time>(\d{4})(_\d\d){5})_[FR]\.mp4",
        "%Y_%m_%d_%H_%M_%S",
        {"EVT": Lane.EVENT, "MAN": Lane.EVENT, "PARK": Lane.PARKING},
    ),
    Camera("DDPai", r"(?P<flag>G)_(?P<time>\d{14})_\d+_[LX]\.mp4", "%Y%m%d%H%M%S", {"G": Lane.EVENT}),
)

#: Folder names that sort clips, whole name, any case.
FOLDERS = (
    (r"event|parking|continuous", None),
    (r"SavedClips|SentryClips", Lane.EVENT),  # Tesla
    (r"RO", Lane.EVENT),  # Viofo moves locked files here
    (r"\d{3}(EVENT|SAVED)", Lane.EVENT),  # Garmin; the number differs by model
    (r"\d{3}PARKM", Lane.PARKING),
    (r"(evt|manual)_rec", Lane.EVENT),  # Thinkware
    (r"(parking|motion)_rec", Lane.PARKING),
)

#: Digits that spell an earlier year are no recording's time.
_FIRST_YEAR = 1970


def read_names(path: PurePath, zone: ZoneInfo) -> Hint:
    """Read a clip's names.

    Args:
        path: relative, beginning with the watched folder's own name.
        zone: where the camera's clock is set to.

    Where file and folder disagree the more urgent lane wins: a camera that locks a file moves it
    without renaming, and another renames it without moving.
    """
    lanes = [lane for part in path.parts[:-1] if (lane := _folder_lane(part))]
    captured_at = None
    for camera in CAMERAS:
        if (match := camera.match(path.name)) and (captured_at := _utc(match["time"], camera.time_format, zone)):
            flag = (match.groupdict().get("flag") or "").upper()
            lanes.append(camera.lanes.get(flag, Lane.CONTINUOUS))
            break
    return Hint(min(lanes, key=list(Lane).index, default=Lane.CONTINUOUS), captured_at)


def _folder_lane(name: str) -> Lane | None:
    for pattern, lane in FOLDERS:
        if re.fullmatch(pattern, name, re.IGNORECASE | re.ASCII):
            return lane or Lane(name.lower())
    return None


def _utc(text: str, time_format: str, zone: ZoneInfo) -> datetime | None:
    try:
        captured_at = datetime.strptime(text, time_format).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return captured_at if captured_at.year >= _FIRST_YEAR else None
