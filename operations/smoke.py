"""`impp smoke`: two sample clips through a deployed environment, looked at from end to end, and taken away again.

One is an incident and goes to a person, so whoever gets alerts gets one more, from the source
`impp-smoke`; the other is routine and goes to the archive.
"""

from collections.abc import Callable, Iterable, Mapping
from time import monotonic, sleep
from typing import Any

from clip_model import keys
from clip_model.words import Status, Verdict
from operations.deployed import Deployed, OperatorError
from operations.link import as_reached
from operations.report import Report
from operations.smoke_checks import Checks
from operations.smoke_cleanup import clean_up
from operations.smoke_clips import Clip, Places, make_clips
from operations.smoke_playback import PlaybackChecks
from operations.viewer import Viewer

POLL_SECONDS = 5
#: A log in which nothing moves for longer looks as if the test hung.
PATIENCE_SECONDS = 60
#: Longer than a day no caller's credentials last.
MAX_MINUTES = 24 * 60.0


class SmokeTestFailed(Exception):  # noqa: N818 - no error of the tool's: the environment is wrong
    """The test ran and something is not as it must be. The message is the report's summary."""


def smoke(deployed: Deployed, *, minutes: float, keep: bool, say: Callable[[str], None]) -> Report:
    """Send the clips, wait, check, clean up.

    Args:
        deployed: the environment.
        minutes: how long the clips' runs may take.
        keep: leave everything where it is.
        say: takes each line of the report as it comes.

    Returns:
        The report. It is whole even where a clip failed or never came.

    Raises:
        OperatorError: it could not be started.
    """
    check_timeout(minutes)
    started = monotonic()
    places, clips = Places.of(deployed), make_clips()
    report = Report(deployed.environment.name, say)
    try:
        s3 = deployed.client("s3")
        for clip in clips:
            say(f"sending {clip.key}")
            clip.send(s3, places.raw)
        records = _follow(deployed, clips, minutes, report)
        for clip in clips:
            checks = Checks(s3, places, clip, records[clip.id], report)
            if checks.has_ended(minutes=minutes):
                _check(deployed, checks)
    finally:
        # Also when a call failed or somebody pressed Ctrl-C.
        # All is removed before anything is said: a reader who has gone must not leave clips behind.
        cleaned = [] if keep else [(clip, *clean_up(deployed, places, clip)) for clip in clips]
        for clip, clean, found in cleaned:
            report.check(clip.name, "clean-up", ok=clean, found=found)
        for clip in clips if keep else ():
            say(f"kept: {clip.key} and whatever became of it")
    report.seconds["in all"] = round(monotonic() - started, 1)
    return report


def check_timeout(minutes: float) -> None:
    """Raise OperatorError where nobody can wait so long."""
    if not 0 < minutes <= MAX_MINUTES:
        raise OperatorError(f"the timeout must be more than 0 and at most {MAX_MINUTES:g} minutes, got {minutes:g}")


def _follow(deployed: Deployed, clips: Iterable[Clip], minutes: float, report: Report) -> Mapping[str, dict[str, Any]]:
    """Wait until every clip's run has ended, or the time is up; their records as they were last, by clip id."""
    started = told = monotonic()
    records: dict[str, dict[str, Any]] = {clip.id: {} for clip in clips}
    while True:
        for clip in clips:
            before = records[clip.id].get("status", "sent")
            if before in (Status.DONE, Status.FAILED):
                continue
            records[clip.id] = clip.record(deployed)
            after = records[clip.id].get("status", "sent")
            if after != before:
                told = monotonic()
                report.took(f"{clip.name} {after}", told - started)
        waiting = [clip for clip in clips if records[clip.id].get("status") not in (Status.DONE, Status.FAILED)]
        now = monotonic()
        if not waiting or now - started > minutes * 60:
            return records
        if now - told > PATIENCE_SECONDS:
            told = now
            report.say(
                f"{now - started:5.0f} s still waiting for the {' and the '.join(clip.name for clip in waiting)}"
            )
        sleep(POLL_SECONDS)


def _check(deployed: Deployed, checks: Checks) -> None:
    """Everything about a clip whose run came to a good end."""
    checks.check_record(limit_usd=deployed.environment.clip_usd)
    checks.check_original()
    if checks.clip.verdict != Verdict.INCIDENT:
        return
    sizes = checks.check_products()
    # The alert's own link: one signed here would prove less, and need the signing key.
    link = checks.record.get("link", "")
    clip, base = checks.clip, f"https://{checks.places.playback_domain}"
    page, _, signature = link.partition("?")
    leads_home = page == f"{base}/{clip.folder}{keys.PAGE}" and bool(signature)
    # Never with its signature: a log may be read by more people than may see the clip.
    checks.report.check(clip.name, "link", ok=leads_home, found=f"to {page or 'nowhere'}")
    if leads_home:
        PlaybackChecks(Viewer(as_reached(link, base)), clip, sizes, checks.report).check_all()
