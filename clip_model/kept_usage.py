"""What of a clip is kept, where and for how long. Pure."""

from collections.abc import Callable, Iterator

from clip_model.clip_usage import (
    ENTRY_BYTES,
    LABELS_BYTES,
    RECORD_BYTES,
    TRANSCRIPT_BYTES,
    Clip,
    product_bytes,
    work_bytes,
)
from clip_model.meters import CostStage, Meter
from clip_model.prices import GB
from clip_model.storage import FOREVER, TERMS, Stay, StorageClass, held_in_month, held_over
from clip_model.usage import DAYS_A_MONTH, Usage, total
from clip_model.words import Depth, Verdict

#: The raw bucket's lifecycle: an incident's original is moved at these ages, in days.
COOL_DAYS, COLD_DAYS = 30, 90
#: Days that what analysis needed stays in the processed bucket: until it expires, and then as a replaced version.
WORK_DAYS = 7 + 1


def kept_month(clip: Clip, *, months: float) -> Usage:
    """Storage in the last of so many months, where one such clip comes each month."""
    return _kept(
        clip,
        held=lambda since, until: held_in_month(months, since=since, until=until),
        moved=lambda age: max(0.0, min(1.0, months - age / DAYS_A_MONTH)),
    )


def kept_over(clip: Clip, *, months: float) -> Usage:
    """Storage of one such clip in all of its first months."""
    return _kept(
        clip,
        held=lambda since, until: held_over(months, since=since, until=until),
        moved=lambda age: float(age <= months * DAYS_A_MONTH),
    )


def _kept(clip: Clip, *, held: Callable[[float, float], float], moved: Callable[[float], float]) -> Usage:
    """What stays, by how long it does and how much of it moves on at an age."""
    found = clip.found
    words = found.labels + found.spoken + found.text
    records = (RECORD_BYTES + words * found.terms * ENTRY_BYTES) / GB * held(0, FOREVER)
    tables = {Meter.TABLE_GB_MONTH: records, Meter.TABLE_BACKUP_GB_MONTH: records}
    stays = [*((CostStage.ARCHIVE, stay) for stay in _originals(clip)), *_products(clip)]
    return total(
        (
            Usage.of(CostStage.ANALYSIS, tables),
            *(
                Usage.of(stage, {meter: gb * held(stay.since, stay.until) for meter, gb in stay.gb().items()})
                for stage, stay in stays
            ),
            *(
                Usage.of(stage, {TERMS[stay.storage].write_meter: stay.objects * moved(stay.since)})
                for stage, stay in stays
                if stay.since
            ),
        )
    )


def _originals(clip: Clip) -> Iterator[Stay]:
    if clip.verdict is Verdict.INCIDENT:
        yield Stay(StorageClass.STANDARD, clip.size, until=COOL_DAYS)
        yield Stay(StorageClass.STANDARD_IA, clip.size, since=COOL_DAYS, until=COLD_DAYS)
        yield Stay(StorageClass.GLACIER_IR, clip.size, since=COLD_DAYS)
    elif clip.verdict is Verdict.IMPORTANT:
        yield Stay(StorageClass.STANDARD_IA, clip.size)
    elif clip.verdict is Verdict.ROUTINE:
        yield Stay(StorageClass.DEEP_ARCHIVE, clip.size)
    else:
        yield Stay(StorageClass.STANDARD, clip.size)


def _products(clip: Clip) -> Iterator[tuple[CostStage, Stay]]:
    if clip.verdict is Verdict.REJECTED:
        return
    documents = LABELS_BYTES + (TRANSCRIPT_BYTES if clip.depth is Depth.FULL and clip.audio else 0)
    yield CostStage.ANALYSIS, Stay(StorageClass.STANDARD, documents)
    yield CostStage.ANALYSIS, Stay(StorageClass.STANDARD, work_bytes(clip), until=WORK_DAYS)
    if clip.verdict is Verdict.INCIDENT:
        yield CostStage.PUBLISHING, Stay(StorageClass.STANDARD, product_bytes(clip))
