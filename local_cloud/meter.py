"""What the local cloud would be billed for: quantities on the meters of `clip_model.meters`, by AWS's rules.

How AWS rounds is in `clip_model.usage`; what is rounded is what was really done here. There are no free tiers and no
discounts.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from clip_model.keys import QUARANTINE, WORK, ClipKey, clip_id
from clip_model.meters import Meter
from clip_model.prices import PRICES
from clip_model.usage import HOURS_A_MONTH, output_meter, output_minutes, sentiment_units, speech_seconds, video_minutes

#: Names and values.
Tags = tuple[tuple[str, str], ...]

#: Frames a second above which MediaConvert counts an output twice.
FULL_RATE = 30


@dataclass(frozen=True)
class Line:
    """What one meter counted of one thing in one hour.

    Attributes:
        meter: which.
        quantity: in the meter's unit.
        hour: when, `2026-11-20T07:00:00Z`.
        operation: the API or the kind of work, empty where there is one only.
        resource: bucket, function, machine, queue or table; empty where the bill names none.
        source: whose clip it was for, empty where that is not known.
        collection: the clip's lane or campaign, empty where that is not known.
        tags: those of the job that did it, for services that bill a job by its own.
    """

    meter: Meter
    quantity: float
    hour: str
    operation: str
    resource: str
    source: str
    collection: str
    tags: Tags = ()

    @property
    def usd(self) -> float:
        """Dollars at list price."""
        return PRICES.usd(self.meter, self.quantity)

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> "Line":
        """A line as `told` has it."""
        tags = tuple((name, value) for name, value in fields["tags"])
        return cls(**{**fields, "meter": Meter(fields["meter"]), "tags": tags})

    def told(self) -> dict[str, Any]:
        """The line in JSON's terms."""
        return {**asdict(self), "meter": str(self.meter)}


#: A meter, and the operation and resource it runs for.
Standing = Mapping[tuple[Meter, str, str], float]


class Readings:
    """All meters of an account; safe to count on from any thread.

    Args:
        standing: how much there is now of what costs as long as it is there, such as gigabytes and alarms.
        clock: the time, UTC.
    """

    def __init__(
        self, standing: Callable[[], Standing] = dict, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._standing = standing
        self._clock = clock
        self._seen_at = clock()
        self._counted: dict[tuple[Meter, str, str, str, str, str, Tags], float] = defaultdict(float)
        self._clips: dict[str, tuple[str, str]] = {}
        self._lock = threading.Lock()

    def know(self, key: str, etag: str) -> None:
        """Learn of a clip, so that what is made of it under its id alone is known to be its."""
        self._clips[clip_id(key, etag)] = self._whose(key)

    def count(
        self,
        meter: Meter,
        quantity: float = 1,
        *,
        operation: str = "",
        resource: str = "",
        key: str = "",
        tags: Tags = (),
    ) -> None:
        """Add to a meter; `key` is the S3 key of the clip, or of a product of the clip, that it was for."""
        hour = self._clock().strftime("%Y-%m-%dT%H:00:00Z")
        with self._lock:
            self._counted[meter, hour, operation, resource, *self._whose(key), tags] += quantity

    def count_video(self, seconds: float, *, operation: str, key: str) -> None:
        """A video that one API has looked at."""
        self.count(Meter.VIDEO_MINUTE, video_minutes(seconds), operation=operation, key=key)

    def count_speech(self, seconds: float, *, key: str, tags: Mapping[str, str]) -> None:
        """A recording that was transcribed, by a job with these tags."""
        self.count(Meter.SPEECH_SECOND, speech_seconds(seconds), key=key, tags=_sorted(tags))

    def count_text(self, text: str) -> None:
        """A text whose sentiment was asked for."""
        self.count(Meter.SENTIMENT_UNIT, sentiment_units(len(text)))

    def count_output(
        self,
        seconds: float,
        lines: int,
        frame_rate: float,
        *,
        operation: str,
        resource: str,
        key: str,
        tags: Mapping[str, str],
    ) -> None:
        """One output of a transcoding job with these tags; pictures count as the film they were taken from."""
        minutes = output_minutes(seconds) * (2 if frame_rate > FULL_RATE else 1)
        self.count(output_meter(lines), minutes, operation=operation, resource=resource, key=key, tags=_sorted(tags))

    def lines(self) -> list[Line]:
        """All that was counted, by hour; what is there counts up to now, as if it had been there all the time."""
        self._accrue()
        with self._lock:
            counted = list(self._counted.items())
        return sorted(
            (Line(key[0], quantity, *key[1:]) for key, quantity in counted),
            key=lambda line: (line.hour, line.meter, line.operation, line.resource, line.source, line.tags),
        )

    def _accrue(self) -> None:
        now = self._clock()
        with self._lock:
            hours, self._seen_at = (now - self._seen_at).total_seconds() / 3600, now
        for (meter, operation, resource), amount in self._standing().items():
            if amount * hours:
                self.count(meter, amount * hours / HOURS_A_MONTH, operation=operation, resource=resource)

    def _whose(self, key: str) -> tuple[str, str]:
        """Source and collection; empty where the key does not tell."""
        parts = key.removeprefix(f"{QUARANTINE}/").split("/")
        if parts[0] == WORK:
            return self._clips.get(parts[1], ("", ""))
        try:
            # A product lies deeper than its clip; the first four parts say whose it is.
            clip = ClipKey.parse("/".join([*parts[:4], "clip"]))
        except ValueError:
            return "", ""
        return clip.source, clip.collection


def _sorted(tags: Mapping[str, str]) -> Tags:
    return tuple(sorted(tags.items()))
