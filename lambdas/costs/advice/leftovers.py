"""S3: uploads that were never finished, and versions that are no longer current."""

from collections.abc import Iterator

from advice.facts import Facts, Replaced, Unfinished
from advice.proposal import Confidence, Proposal
from clip_model.meters import Meter
from clip_model.prices import PriceTable

AREA = "left-overs"
#: Days after which an upload that has not been finished never will be.
STALE_DAYS = 7
#: Days that a version of footage, and of what analysis can make again, has to be kept at the least.
NONCURRENT_DAYS, WORK_NONCURRENT_DAYS = 7, 1


def advise_leftovers(facts: Facts, _prices: PriceTable) -> Iterator[Proposal]:
    """Give up stale uploads, and keep replaced versions no longer than they can be of use."""
    for uploads in facts.unfinished:
        if uploads.oldest_days > max(STALE_DAYS, uploads.abort_days or 0):
            yield _give_up(uploads)
    for replaced in facts.replaced:
        yield from _shorter(facts, replaced)


def _give_up(uploads: Unfinished) -> Proposal:
    rule = "no rule aborts them" if uploads.abort_days is None else f"the rule after {uploads.abort_days} days does not"
    query = "Uploads[].[Key,UploadId]"
    return Proposal(
        title=f"Give up {uploads.uploads} unfinished uploads to {uploads.bucket}",
        area=AREA,
        about=f"uploads to {uploads.bucket}",
        now={Meter.STANDARD_GB_MONTH: uploads.gb},
        after={},
        sure=Confidence.HIGH,
        change=f"aws s3api list-multipart-uploads --bucket {uploads.bucket} --query '{query}' --output text |"
        " while IFS=$'\\t' read -r key id; do aws s3api abort-multipart-upload"
        f' --bucket {uploads.bucket} --key "$key" --upload-id "$id"; done',
        why=f"{uploads.gb:,.2f} GB of parts, the oldest from {uploads.oldest_days:,.0f} days ago; {rule}",
    )


def _shorter(facts: Facts, replaced: Replaced) -> Iterator[Proposal]:
    days = WORK_NONCURRENT_DAYS if replaced.work else NONCURRENT_DAYS
    kept = facts.plan.noncurrent_days
    if kept <= days:
        return
    what = "left-overs of analysis" if replaced.work else "replaced versions"
    change = (
        f"constructs/media_pipeline/delivery.py, rule ExpireWork: noncurrent_version_expiration=Duration.days({days})"
        if replaced.work
        else f"environments/{facts.plan.name}.toml, [retention]: noncurrent_days = {days}"
    )
    yield Proposal(
        title=f"Keep {what} in the {replaced.role} bucket for {days} {'day' if days == 1 else 'days'}",
        area=AREA,
        about=f"versions in {replaced.bucket} {what}",
        now={Meter.STANDARD_GB_MONTH: replaced.gb},
        after={Meter.STANDARD_GB_MONTH: replaced.gb * days / kept},
        # Footage that was overwritten or deleted by mistake can be had back for so long.
        sure=Confidence.MEDIUM if replaced.work else Confidence.LOW,
        change=change,
        why=f"{replaced.gb:,.2f} GB are no longer current and stay for {kept} days",
    )
