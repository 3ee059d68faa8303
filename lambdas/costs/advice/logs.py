"""CloudWatch Logs: what is kept for long, and what is written in the first place."""

from collections.abc import Iterator

from advice.facts import Facts, LogUse
from advice.proposal import Confidence, Proposal, confidence
from clip_model.meters import Meter
from clip_model.prices import PriceTable

AREA = "logs"
#: Days that logs are kept for looking into what went wrong.
LOG_DAYS = 90
#: Dollars a month below which logs are not worth doing without, of one group and of all together.
WORTH_USD = 1.0
#: Share of a machine's log that is left of runs that go well, where it logs errors alone.
ERRORS_SHARE = 0.02


def advise_logs(facts: Facts, prices: PriceTable) -> Iterator[Proposal]:
    """Keep logs for a shorter time; let machines log errors alone."""
    for proposal in (_retention(facts), *(_level(facts, log) for log in facts.logs if log.machine)):
        if proposal and proposal.saving(prices, facts.used) >= WORTH_USD:
            yield proposal


def _retention(facts: Facts) -> Proposal | None:
    longer = [log for log in facts.logs if log.days is None or log.days > LOG_DAYS]
    if not longer or facts.plan.log_days <= LOG_DAYS:
        return None
    stored = sum(log.stored_gb for log in longer)
    # What a group may hold in the end is what comes in that time; more has not come yet.
    kept = sum(min(log.stored_gb, log.written_gb * LOG_DAYS / 30) for log in longer)
    return Proposal(
        title=f"Keep logs for {LOG_DAYS} days",
        area=AREA,
        about=("log retention",),
        now={Meter.LOG_GB_MONTH: stored},
        after={Meter.LOG_GB_MONTH: kept},
        sure=Confidence.LOW,
        change=f"environments/{facts.plan.name}.toml, [retention]: log_days = {LOG_DAYS}",
        why=f"{len(longer)} log groups hold {stored:,.1f} GB for {facts.plan.log_days} days; some rules ask for that",
    )


def _level(facts: Facts, log: LogUse) -> Proposal | None:
    runs = facts.clips + facts.failed
    left = max(ERRORS_SHARE, facts.failed / runs) if runs else 1.0
    return Proposal(
        title=f"Log errors alone in {log.name}",
        area=AREA,
        about=(f"log of {log.name}",),
        now={Meter.LOG_GB: log.written_gb},
        after={Meter.LOG_GB: log.written_gb * left},
        sure=confidence(facts.days, counted=False),
        change="constructs/media_pipeline/machine.py: level=sfn.LogLevel.ERROR",
        why=f"{log.written_gb:,.1f} GB a month, each event of each run; {facts.failed:,.0f} of {runs:,.0f} runs failed",
    )
