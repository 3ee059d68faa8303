"""S3: uploads that were never finished, and versions that are no longer current."""

from collections.abc import Iterator

from advice.facts import Facts, Pile, Replaced, Unfinished
from advice.proposal import Confidence, Proposal, kept
from clip_model.meters import Meter
from clip_model.prices import GB, PriceTable
from clip_model.storage import TERMS, StorageClass, billed_gb

AREA = "left-overs"
#: Days after which an upload that has not been finished never will be.
STALE_DAYS = 7
#: Days that a version of footage, and of what analysis can make again, has to be kept at the least.
NONCURRENT_DAYS, WORK_NONCURRENT_DAYS = 7, 1


def advise_leftovers(facts: Facts, _prices: PriceTable) -> Iterator[Proposal]:
    """Give up stale uploads, and keep replaced versions no longer than they can be of use."""
    for uploads in facts.unfinished:
        if uploads.oldest_days > stale_days(uploads.abort_days):
            yield _give_up(uploads)
    for replaced in facts.replaced:
        yield from _shorter(facts, replaced)


def stale_days(abort_days: int | None) -> int:
    """Age from which on an upload is given up: what a rule is about to abort anyway is left to it."""
    return max(STALE_DAYS, abort_days or 0)


def _give_up(uploads: Unfinished) -> Proposal:
    rule = "no rule aborts them" if uploads.abort_days is None else f"the rule after {uploads.abort_days} days does not"
    query = f"Uploads[?Initiated<='{uploads.before}'].[Key,UploadId]"
    return Proposal(
        title=f"Give up {uploads.uploads} unfinished uploads to {uploads.bucket}",
        area=AREA,
        about=(kept("uploads", uploads.bucket, StorageClass.STANDARD),),
        now={Meter.STANDARD_GB_MONTH: uploads.gb},
        after={},
        sure=Confidence.HIGH,
        change=f'aws s3api list-multipart-uploads --bucket {uploads.bucket} --query "{query}" --output text |'
        " while IFS=$'\\t' read -r key id; do aws s3api abort-multipart-upload"
        f' --bucket {uploads.bucket} --key "$key" --upload-id "$id"; done',
        why=f"{uploads.gb:,.2f} GB of parts of uploads begun before {uploads.before}, the oldest"
        f" {uploads.oldest_days:,.0f} days ago; {rule}",
    )


def _shorter(facts: Facts, replaced: Replaced) -> Iterator[Proposal]:
    days = WORK_NONCURRENT_DAYS if replaced.work else NONCURRENT_DAYS
    # What no rule deletes is taken to have come in the time that is set, which is the least it can have come in.
    kept_days = replaced.kept_days or facts.plan.noncurrent_days
    if kept_days <= days:
        return
    what = "left-overs of analysis" if replaced.work else "replaced versions"
    change = (
        f"constructs/media_pipeline/delivery.py, rule ExpireWork: noncurrent_version_expiration=Duration.days({days})"
        if replaced.work
        else f"environments/{facts.plan.name}.toml, [retention]: noncurrent_days = {days}"
    )
    kind = "work" if replaced.work else "versions"
    yield Proposal(
        title=f"Keep {what} in the {replaced.role} bucket for {days} {'day' if days == 1 else 'days'}",
        area=AREA,
        about=tuple(kept(kind, replaced.bucket, pile.storage_class) for pile in replaced.piles),
        now=_billed((pile, 1.0) for pile in replaced.piles),
        after=_billed((pile, _left(pile.storage_class, kept_days, days)) for pile in replaced.piles),
        # Footage that was overwritten or deleted by mistake can be had back for so long.
        sure=Confidence.MEDIUM if replaced.work else Confidence.LOW,
        change=change,
        why=f"{sum(pile.gb for pile in replaced.piles):,.2f} GB are no longer current and stay for"
        f" {kept_days} days; what a class bills at the least is counted",
    )


def _left(storage_class: StorageClass, kept_days: int, days: int) -> float:
    """Share of a month's bill that is left; versions are taken to be replaced as soon as they are there."""
    least = TERMS[storage_class].least_days
    return 1 - (max(least, kept_days) - max(least, days)) / kept_days


def _billed(piles: Iterator[tuple[Pile, float]]) -> dict[Meter, float]:
    """Piles as S3 bills them, each for a share of the month."""
    bill: dict[Meter, float] = {}
    for pile, share in piles:
        for meter, gb in billed_gb(pile.storage_class, pile.gb * GB / pile.objects, pile.objects).items():
            bill[meter] = bill.get(meter, 0.0) + share * gb
    return bill
