"""Storage classes of S3, and what they bill beside an object's own bytes. Pure.

Sources: https://aws.amazon.com/s3/pricing/ and the S3 user guide's table of storage classes.
"""

from dataclasses import dataclass
from enum import StrEnum

from clip_model.meters import Meter
from clip_model.prices import GB
from clip_model.usage import DAYS_A_MONTH


class StorageClass(StrEnum):
    """The classes that clips and their products are in, by S3's names."""

    STANDARD = "STANDARD"
    STANDARD_IA = "STANDARD_IA"
    GLACIER_IR = "GLACIER_IR"
    DEEP_ARCHIVE = "DEEP_ARCHIVE"


@dataclass(frozen=True)
class Terms:
    """What a class bills.

    Attributes:
        meter: GB-months.
        write_meter: putting or copying an object there, or moving it there by a lifecycle rule.
        least_bytes: a smaller object is billed as one of so many bytes.
        least_days: one deleted sooner is billed as if it had stayed so long.
        extra_bytes: billed of each object besides, in the class itself.
        extra_standard_bytes: the same, at Standard's price.
    """

    meter: Meter
    write_meter: Meter
    least_bytes: int = 0
    least_days: int = 0
    extra_bytes: int = 0
    extra_standard_bytes: int = 0


_KIB = 1024
#: An age nothing reaches, in days.
FOREVER = float("inf")
TERMS = {
    StorageClass.STANDARD: Terms(Meter.STANDARD_GB_MONTH, Meter.WRITE_REQUEST),
    StorageClass.STANDARD_IA: Terms(Meter.IA_GB_MONTH, Meter.IA_WRITE_REQUEST, least_bytes=128 * _KIB, least_days=30),
    StorageClass.GLACIER_IR: Terms(
        Meter.INSTANT_GB_MONTH, Meter.INSTANT_WRITE_REQUEST, least_bytes=128 * _KIB, least_days=90
    ),
    StorageClass.DEEP_ARCHIVE: Terms(
        Meter.DEEP_ARCHIVE_GB_MONTH,
        Meter.DEEP_ARCHIVE_WRITE_REQUEST,
        least_days=180,
        extra_bytes=32 * _KIB,
        extra_standard_bytes=8 * _KIB,
    ),
}


def billed_gb(storage: StorageClass, size: float, objects: float = 1) -> dict[Meter, float]:
    """GB on each meter that objects of `size` bytes each are billed as, for as long as they are there."""
    terms = TERMS[storage]
    gb = {terms.meter: objects * (max(terms.least_bytes, size) + terms.extra_bytes) / GB}
    if terms.extra_standard_bytes:
        gb[Meter.STANDARD_GB_MONTH] = objects * terms.extra_standard_bytes / GB
    return gb


def stored(storage: StorageClass, size: float, *, days: float, objects: float = 1) -> dict[Meter, float]:
    """GB-months of objects that are deleted, or moved on, after so many days; the least duration counts."""
    months = max(TERMS[storage].least_days, days) / DAYS_A_MONTH
    return {meter: gb * months for meter, gb in billed_gb(storage, size, objects).items()}


@dataclass(frozen=True)
class Stay:
    """Objects in a class, from one age to another.

    Attributes:
        storage: the class.
        size: bytes of each.
        objects: how many.
        since, until: their age in days when they come there and when they leave.
    """

    storage: StorageClass
    size: float
    objects: float = 1
    since: float = 0
    until: float = FOREVER

    def gb(self) -> dict[Meter, float]:
        """GB on each meter while they are there."""
        return billed_gb(self.storage, self.size, self.objects)


def held_in_month(months: float, *, since: float = 0, until: float = FOREVER) -> float:
    """How many months' worth there is, on the average of the last one, of what comes evenly each month.

    Args:
        months: for how long it has been coming.
        since: days of age from which on it counts.
        until: days of age at which it goes.
    """
    first, last = since / DAYS_A_MONTH, until / DAYS_A_MONTH
    return (_area(months, last) - _area(months - 1, last)) - (_area(months, first) - _area(months - 1, first))


def held_over(months: float, *, since: float = 0, until: float = FOREVER) -> float:
    """Of so many months, how many something that came at their beginning spends between two ages in days."""
    return max(0.0, min(until / DAYS_A_MONTH, months) - since / DAYS_A_MONTH)


def _area(months: float, age: float) -> float:
    """The area under a stock that grows by one a month until what goes at an age keeps it level."""
    if months <= 0:
        return 0.0
    return months**2 / 2 if months <= age else age**2 / 2 + age * (months - age)
