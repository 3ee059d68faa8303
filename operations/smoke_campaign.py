"""`impp smoke --campaign`: one clip fetched by a campaign's run, looked at from its source to where it is kept.

What it brings stays: it is footage like all that campaigns fetch, and no other run will fetch it again.
"""

from collections.abc import Callable
from time import monotonic

from clip_model.campaigns import CampaignBook
from operations.campaign_following import UNSEEN, Look, changes, sum_up, tell_item, watch
from operations.campaigns import read_book, start_run
from operations.deployed import Deployed, OperatorError
from operations.report import Report
from operations.run_records import Item, Progress, Run
from operations.smoke import check_timeout
from operations.smoke_campaign_checks import CampaignChecks
from operations.smoke_clips import Places, read_record

#: Who asked for the run, as its record tells.
BY = "impp smoke"


def smoke_campaign(deployed: Deployed, name: str, *, source: str, minutes: float, say: Callable[[str], None]) -> Report:
    """Start a run of one clip, follow it, check.

    Args:
        deployed: the environment.
        name: the campaign's, empty for the first by name.
        source: where to look, empty for the campaign's own, of which a batch of one sees the first alone.
        minutes: how long the run may take, its clip's analysis included.
        say: takes each line of the report as it comes.

    Returns:
        The report. It is whole even where the run failed or found nothing.

    Raises:
        OperatorError: it could not be started.
    """
    check_timeout(minutes)
    started = monotonic()
    places, book = Places.of(deployed), read_book(deployed).book
    report = Report(deployed.environment.name, say)
    campaign = name or _first(book)
    sources = (source,) if source else ()
    started_run = start_run(deployed, book, campaign, by=BY, batch_size=1, sources=sources, trigger="smoke")
    say(f"started {started_run}: the clip it fetches stays, as all that campaigns fetch")
    look = _follow(deployed, started_run, minutes, report)
    run = _check_end(look, minutes, report)
    item = run and _check_received(run, look.progress, report)
    if run and item:
        record = read_record(deployed, item.clip_id)
        checks = CampaignChecks(deployed.client("s3"), places, run, item, record, report)
        checks.check_all(limit_usd=deployed.environment.clip_usd)
        say(f"kept: {item.key} and whatever became of it")
    report.seconds["in all"] = round(monotonic() - started, 1)
    return report


def _first(book: CampaignBook) -> str:
    if not book.campaigns:
        raise OperatorError("there is no campaign to try, make one with `impp campaign set`")
    return min(book.campaigns)


def _follow(deployed: Deployed, name: str, minutes: float, report: Report) -> Look:
    """Wait until the run has ended, or the time is up; how it stood then."""
    began = monotonic()
    last = UNSEEN
    for look in watch(deployed, name):
        for line in changes(last.progress, look.progress):
            report.say(line)
        last = look
        if monotonic() - began > minutes * 60:
            break
    report.took("run", monotonic() - began)
    return last


def _check_end(look: Look, minutes: float, report: Report) -> Run | None:
    """The run, where it came to a good end; without that there is nothing else to check."""
    run = look.progress.run
    done = run if run and run.status == "done" else None
    if done:
        found = "; ".join((f"done, {sum_up(look.progress)}", *done.notes))
    elif run and run.ended:
        found = f"failed, {run.trouble}"
    elif look.ending:
        found = f"ended without a summary, {look.ending}"
    else:
        found = f"{f'still {run.status}' if run else 'no record'} after {minutes:g} min, it goes on: impp campaign runs"
    report.check("run", "end", ok=done is not None, found=found)
    return done


def _check_received(run: Run, progress: Progress, report: Report) -> Item | None:
    """The one item that the run was to bring; None where it is none or not one."""
    received = [item for item in progress.items if item.state == "received"]
    fetched = "; ".join(map(tell_item, progress.items))
    nothing = f"campaign {run.campaign!r} has nothing new to fetch, another or another query may"
    report.check("run", "received", ok=len(received) == 1, found=fetched or nothing)
    return received[0] if len(received) == 1 else None
