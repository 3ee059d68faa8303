"""Storage classes: what lies in one that another would hold for less, once all that S3 bills is counted."""

from collections.abc import Iterator

from advice.facts import Facts, Stored
from advice.proposal import Confidence, Proposal, kept, usd
from clip_model import keys
from clip_model.meters import Meter
from clip_model.prices import GB, PriceTable
from clip_model.storage import TERMS, StorageClass, billed_gb

AREA = "storage"
#: Months that what is paid once is spread over, and that what is stored for years is counted.
SPREAD_MONTHS = 12
#: Days before a rule may move an object: IA's least, and so long that what is still looked at has been.
COOL_DAYS = {StorageClass.STANDARD_IA: 30, StorageClass.DEEP_ARCHIVE: 90}
#: Colder classes of each, and what CDK calls them.
COLDER = {
    StorageClass.STANDARD: (StorageClass.STANDARD_IA, StorageClass.DEEP_ARCHIVE),
    StorageClass.STANDARD_IA: (StorageClass.DEEP_ARCHIVE,),
}
NAMES = {StorageClass.STANDARD_IA: "INFREQUENT_ACCESS", StorageClass.DEEP_ARCHIVE: "DEEP_ARCHIVE"}
#: The verdict whose originals `clip_model/words.py` puts into a class.
VERDICTS = {StorageClass.STANDARD_IA: "IMPORTANT", StorageClass.DEEP_ARCHIVE: "ROUTINE"}
FILES = {"raw": "ingest.py", "archive": "ingest.py", "processed": "delivery.py"}


def advise_tiers(facts: Facts, prices: PriceTable) -> Iterator[Proposal]:
    """Cool what is seldom read, warm what is too small for the cold."""
    for stored in facts.stored:
        if stored.mean_bytes > 0 and stored.new_gb is not None:
            yield from _cool(stored, stored.new_gb, prices)
            yield from _warm(stored, stored.new_gb)


def held(storage_class: StorageClass, stored: Stored, gb: float) -> dict[Meter, float]:
    """A month of so much in a class as S3 bills it, with what is read back."""
    bill = billed_gb(storage_class, stored.mean_bytes, gb * GB / stored.mean_bytes)
    return {**bill, Meter.IA_RETRIEVAL_GB: stored.read_gb if storage_class is StorageClass.STANDARD_IA else 0.0}


def _there(stored: Stored) -> tuple[str, ...]:
    """What S3 counts in a class of a bucket: objects, their older versions, and parts of uploads."""
    kinds = ("objects", "versions", "uploads")
    return tuple(kept(kind, stored.bucket, stored.storage_class) for kind in kinds)


def _cool(stored: Stored, new_gb: float, prices: PriceTable) -> Iterator[Proposal]:
    old_gb = stored.gb - new_gb
    if stored.cooled or old_gb <= 0:
        return
    objects, new_objects = (gb * GB / stored.mean_bytes for gb in (old_gb, new_gb))
    after: dict[StorageClass, dict[Meter, float]] = {}
    for target in COLDER.get(stored.storage_class, ()):
        # What takes hours to come back is no place for what is played or read at all.
        slow = target is StorageClass.DEEP_ARCHIVE and (stored.role != "archive" or stored.read_gb > 0)
        longer = _billed_longer(target, stored.kept_days)
        if not slow and longer is not None:
            after[target] = {meter: longer * each for meter, each in held(target, stored, old_gb).items()}
            after[target][TERMS[target].write_meter] = objects / SPREAD_MONTHS + new_objects
    if not after:
        return
    target = min(after, key=lambda each: usd(after[each], prices))
    days = COOL_DAYS[target]
    # In the archive only what was rejected is in STANDARD.
    rejected = (stored.role, stored.storage_class) == ("archive", StorageClass.STANDARD)
    prefix = keys.QUARANTINE if rejected else keys.ROOT
    yield Proposal(
        title=f"Move {stored.storage_class} in the {stored.role} bucket to {target} after {days} days",
        area=AREA,
        about=_there(stored),
        now=held(stored.storage_class, stored, old_gb),
        after=after[target],
        sure=Confidence.MEDIUM,
        change=f"constructs/media_pipeline/{FILES[stored.role]}, lifecycle_rules of the {stored.role} bucket:"
        f' s3.LifecycleRule(id="Cool", prefix="{prefix}/", transitions=[s3.Transition(storage_class=s3.StorageClass.'
        f"{NAMES[target]}, transition_after=Duration.days({days}))])",
        why=f"{old_gb:,.1f} GB are older than 30 days, {stored.mean_bytes / 1024:,.0f} KB an object on average;"
        f" {stored.read_gb:,.1f} GB a month are read; moving {objects:,.0f} objects is spread over"
        f" {SPREAD_MONTHS} months" + ("; a restore takes 12 hours" if target is StorageClass.DEEP_ARCHIVE else ""),
    )


def _billed_longer(target: StorageClass, kept_days: int | None) -> float | None:
    """How much longer a class bills an object than it has it; None where the object never gets there."""
    if kept_days is None:
        return 1.0
    there = kept_days - COOL_DAYS[target]
    return max(1.0, TERMS[target].least_days / there) if there > 0 else None


def _warm(stored: Stored, new_gb: float) -> Iterator[Proposal]:
    verdict = VERDICTS.get(stored.storage_class)
    if verdict is None or stored.role != "archive":
        return
    # Only what comes from now on: bringing back what is there would be billed as read, or as deleted too early.
    objects = new_gb * GB / stored.mean_bytes
    # A month's clips are written once and lie there for years, of which one is counted.
    cold = billed_gb(stored.storage_class, stored.mean_bytes, objects)
    yield Proposal(
        title=f"Keep new {verdict.lower()} clips in STANDARD: they are too small for {stored.storage_class}",
        area=AREA,
        about=_there(stored),
        now={
            **{meter: SPREAD_MONTHS * gb for meter, gb in cold.items()},
            TERMS[stored.storage_class].write_meter: objects,
        },
        after={Meter.STANDARD_GB_MONTH: SPREAD_MONTHS * new_gb, Meter.WRITE_REQUEST: objects},
        sure=Confidence.MEDIUM,
        change=f'clip_model/words.py, STORAGE_CLASS: Verdict.{verdict}: "STANDARD"',
        why=f"{objects:,.0f} a month of {stored.mean_bytes / 1024:,.1f} KB on average; their first"
        f" {SPREAD_MONTHS} months count",
    )
