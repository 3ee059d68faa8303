"""The daily task: what was billed, written down; the gate's counter corrected; advice made, and sent once a week."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from advice import advise
from advice.proposal import Advice
from bill_source import BillSource
from clip_model.ledger import Entry
from clip_model.prices import GB, PRICES
from clip_model.reconciliation import gated
from clip_model.times import month_end
from clips import records
from costs import SETTLED, Remembered, Source, month_of
from costs_settings import CostsSettings
from counter import correct, read_counter
from explorer_source import ExplorerSource
from gather import Gathering
from gathering.played import read_played
from gathering.storage import Storage
from gathering.window import DAYS
from ledger import Ledger
from parts import Parts
from reconcile import correction, differences, missing
from sending import send_weekly
from tally import Tally, tally

#: Days back that are written down again: bills change, clips end late, log files come late.
RESTATED = 3
#: Days that are made up for in one run where they were never written down.
MADE_UP = 10
#: Up to this day of a month the bill of the last one's end may change.
CLOSED = 5
#: Cost Explorer's words for being asked too often.
_THROTTLED = {"LimitExceededException", "RequestLimitExceeded", "ThrottlingException", "TooManyRequestsException"}


@dataclass(frozen=True)
class Review:
    """One day's review; `now` is the time, UTC."""

    settings: CostsSettings
    parts: Parts
    now: datetime

    @property
    def ledger(self) -> Ledger:
        """What is written to."""
        return Ledger(self.settings.ledger_table)

    @property
    def yesterday(self) -> date:
        """The last day that is over."""
        return self.now.date() - timedelta(days=1)

    def run(self) -> list[Advice]:
        """All parts, each by itself; what was advised."""
        run = self.parts.run
        run("clips", lambda: self._each_day(Entry.TALLY, self._tally, counting="clips"))
        run("played", lambda: self._each_day(Entry.PLAYED, self._played, counting="requests"))
        storage = run("storage", self._storage)
        source = run("source", self._source)
        if source:
            run("days", lambda: self._days(source))
            run("month", lambda: self._month(source, self.yesterday))
            if 1 < self.now.day <= CLOSED:
                run("last month", lambda: self._month(source, self.yesterday.replace(day=1) - timedelta(days=1)))
            run("reconciliation", lambda: self._reconcile(source))
        advice = run("advice", lambda: self._advise(source, storage)) or []
        run("message", lambda: send_weekly(self.settings, self.ledger, self.parts, advice, today=self.now.date()))
        return advice

    def _source(self) -> Source:
        """The bill where it knows yesterday; else Cost Explorer."""
        bill = Remembered(BillSource(self.settings.environment))
        known = self.parts.run("bill", lambda: bill.days(month_of(self.yesterday)))
        if known and self.yesterday.isoformat() in known:
            return bill
        return Remembered(ExplorerSource(self.settings.environment, today=self.now.date()))

    def _each_day(self, entry: Entry, make: Callable[[str], dict[str, Any]], *, counting: str) -> None:
        """Write down the last days, and those before that are not there.

        Of the latter not one without a count: before an environment was there nothing came either, and advice must
        not take that for a habit of its own.
        """
        days = [(self.yesterday - timedelta(days=back)).isoformat() for back in range(DAYS)]
        there = {item["day"] for item in self.ledger.days(entry, days[-1], days[0])}
        missing = [day for day in days[RESTATED:] if day not in there]
        for day in [*days[:RESTATED], *missing[:MADE_UP]]:
            made = make(day)
            if made[counting] or day not in missing:
                self.ledger.write(entry, day, made)

    def _tally(self, day: str) -> dict[str, Any]:
        plan = self.settings.plan
        found = tally(
            records(self.settings.clips_table, day),
            PRICES,
            moderated=plan.moderated_collections,
            frame_seconds=plan.frame_seconds,
            looks=self.settings.looks,
        )
        return asdict(found)

    def _played(self, day: str) -> dict[str, Any]:
        return read_played(self.settings.log_bucket, self.settings.distribution, day)

    def _storage(self) -> Storage:
        storage = Storage(self.settings.buckets, now=self.now)
        self.ledger.write(Entry.STORAGE, self.yesterday.isoformat(), {"tiers": storage.tiers()})
        return storage

    def _days(self, source: Source) -> None:
        """The last days' costs."""
        for back in range(RESTATED):
            day = self.yesterday - timedelta(days=back)
            services = source.days(month_of(day)).get(day.isoformat())
            if services is not None:
                came = self.ledger.get(Entry.TALLY, day.isoformat()) or asdict(Tally())
                self.ledger.write(Entry.DAY, day.isoformat(), _day(services, came, source.origin, self.now.date()))

    def _month(self, source: Source, last: date) -> None:
        """A month up to a day, where it is heading, and what was not as expected."""
        month = month_of(last)
        days = source.days(month)
        services = _services(days, until=last)
        if not services:
            return
        usd = sum(services.values())
        tallies = self.ledger.days(Entry.TALLY, f"{month}-01", last.isoformat())
        expected: dict[str, float] = {}
        for each in tallies:
            for service, amount in each["expected"].items():
                expected[service] = expected.get(service, 0.0) + amount
        self.ledger.write(
            Entry.MONTH,
            month,
            {
                "usd": usd,
                "estimated_usd": sum(each["usd"] for each in tallies),
                "expected_usd": gated(expected),
                "gated_usd": gated(services),
                "forecast_usd": usd + self._rest(usd, last),
                "differences": differences(expected, services, source.meters(month), PRICES),
            },
        )

    def _rest(self, usd: float, last: date) -> float:
        """What the month will cost after a day: nothing where it is over; by Cost Explorer, or at the pace so far."""
        today = self.now.date()
        if month_of(today) != month_of(last):
            return 0.0
        rest = self.parts.run("forecast", self._forecast)
        return usd / last.day * (month_end(month_of(today)) - today).days if rest is None else rest

    def _forecast(self) -> float | None:
        """What Cost Explorer expects; None where it has too little to go by, or does not forecast by this filter."""
        try:
            return ExplorerSource(self.settings.environment, today=self.now.date()).rest()
        except ClientError as error:
            if error.response["Error"]["Code"] in _THROTTLED:
                raise
            self.parts.note("no forecast, the pace so far is taken for it", fault=str(error))
            return None

    def _reconcile(self, source: Source) -> None:
        """Correct the counter by the bill up to the last day that is settled, where that day's counter was noted."""
        day = self.now.date() - timedelta(days=SETTLED)
        month = month_of(day)
        noted = self.ledger.get(Entry.COUNTER, day.isoformat())
        days = source.days(month)
        # Where nothing is known of the day the bill is late, not the day free: the counter must not fall by that.
        if noted is None or day.isoformat() not in days:
            return
        came = self.ledger.get(Entry.TALLY, day.isoformat())
        late = missing(came["expected"], days[day.isoformat()]) if came else ["tally"]
        if late:
            self.parts.note("not reconciled, something of the day is missing", day=day.isoformat(), missing=late)
            return
        actual = gated(_services(days, until=day))
        before = read_counter(self.settings.clips_table, month)
        to_usd = correction(
            actual_usd=actual, noted=noted, spent_usd=before.spent_usd, corrected_usd=before.corrected_usd
        )
        if correct(self.settings.clips_table, month, day=day.isoformat(), before=before, to_usd=to_usd):
            self.ledger.write(Entry.MONTH, month, {"correction_usd": to_usd, "reconciled_day": day.isoformat()})

    def _advise(self, source: Source | None, storage: Storage | None) -> list[Advice]:
        first, last = (self.yesterday - timedelta(days=DAYS - 1)).isoformat(), self.yesterday.isoformat()
        gathering = Gathering(
            settings=self.settings,
            parts=self.parts,
            now=self.now,
            source=source,
            storage=storage,
            tallies=self.ledger.days(Entry.TALLY, first, last),
            played=self.ledger.days(Entry.PLAYED, first, last),
        )
        advice = advise(gathering.facts(), PRICES)
        self.ledger.write(Entry.ADVICE, self.now.date().isoformat(), {"items": [asdict(each) for each in advice]})
        return advice


def _services(days: Mapping[str, Mapping[str, float]], *, until: date) -> dict[str, float]:
    """Dollars by service of the days up to one."""
    sums: dict[str, float] = {}
    for day, services in days.items():
        if day <= until.isoformat():
            for service, usd in services.items():
                sums[service] = sums.get(service, 0.0) + usd
    return sums


def _day(services: Mapping[str, float], came: Mapping[str, Any], origin: str, today: date) -> dict[str, Any]:
    usd = sum(services.values())
    return {
        "services": dict(services),
        "usd": usd,
        "clips": int(came["clips"]),
        "bytes": int(came["bytes"]),
        "estimated_usd": came["usd"],
        "origin": origin,
        "read_on": today.isoformat(),
        **({"usd_a_clip": usd / came["clips"]} if came["clips"] else {}),
        **({"usd_a_gb": usd / (came["bytes"] / GB)} if came["bytes"] else {}),
    }
