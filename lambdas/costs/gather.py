"""Everything that advice is made from, put together; what can't be had is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from advice.facts import Facts, Lane, Played, Replaced, Rung, Stored, Unfinished
from clip_model.clip_usage import RUNGS
from clip_model.meters import Meter
from clip_model.prices import GB
from clip_model.storage import StorageClass
from clip_model.usage import DAYS_A_MONTH
from costs import Source
from costs_settings import CostsSettings
from gathering.devices import read_idle_devices
from gathering.lifecycle import Lifecycle, read_lifecycle
from gathering.metered import Used, read_used
from gathering.rules import read_rules
from gathering.running import read_functions, read_logs, read_visits
from gathering.storage import Storage
from gathering.uploads import read_unfinished
from gathering.versions import Work, read_replaced, read_work
from gathering.window import monthly
from parts import Parts
from tally import Tally, together

#: Lines from which a rung is billed as HD.
_HD_LINES = 720


@dataclass(frozen=True)
class Gathering:
    """What is asked, and by what.

    Attributes:
        source: who tells what was billed; None where nobody does.
        storage: bytes by bucket and class; None where they can't be had.
        tallies: of the days looked back on, as the ledger has them.
        played: what was served on them.
    """

    settings: CostsSettings
    parts: Parts
    now: datetime
    source: Source | None
    storage: Storage | None
    tallies: Sequence[Mapping[str, Any]]
    played: Sequence[Mapping[str, Any]]

    def facts(self) -> Facts:
        """All of it."""
        settings, run, now = self.settings, self.parts.run, self.now
        days, clips = len(self.tallies), together(self.tallies)
        source = self.source
        used = (run("meters", lambda: read_used(source, today=now.date())) if source else None) or Used()
        rules = run("lifecycle", self._lifecycles) or {}
        work = run("work", lambda: read_work(settings.buckets["processed"]))
        played = self._played()
        return Facts(
            plan=settings.plan,
            days=days,
            lanes=_lanes(clips, days),
            failed=monthly(clips.failed, days),
            rules=run("rules", lambda: read_rules(settings.rules_parameter)),
            sentiment_units=used.meters.get(Meter.SENTIMENT_UNIT, 0.0),
            transitions=used.meters.get(Meter.TRANSITION),
            model_hours=used.meters.get(Meter.MODEL_HOUR, 0.0),
            model=settings.model,
            used=used.meters,
            visits=run("visits", lambda: read_visits(settings.environment, now=now))
            if settings.plan.console_zones
            else None,
            stored=run("stored", lambda: self._stored(rules, clips, used, work, played)) or () if rules else (),
            transcoded=used.transcoded,
            rungs=self._rungs(clips, days),
            played=played,
            functions=run("functions", lambda: read_functions(settings.functions, settings.environment, now=now)) or (),
            unfinished=run("uploads", lambda: self._unfinished(rules)) or () if rules else (),
            replaced=run("versions", lambda: self._replaced(rules, work)) or () if rules else (),
            logs=run("logs", lambda: read_logs(settings.environment, now=now)) or (),
            devices=run("idle devices", lambda: read_idle_devices(settings.devices_table, clips.sources, now=now))
            or (),
        )

    def _lifecycles(self) -> dict[str, Lifecycle]:
        return {role: read_lifecycle(bucket) for role, bucket in self.settings.buckets.items()}

    def _stored(
        self,
        rules: Mapping[str, Lifecycle],
        clips: Tally,
        used: Used,
        work: Work | None,
        played: Played | None,
    ) -> tuple[Stored, ...]:
        # Without them it is not known how much of the products there are products, nor how much is read.
        if self.storage is None or work is None or played is None or not used.meters:
            return ()
        played_gb = self._monthly_played("origin_bytes") / GB
        return self.storage.stored(
            rules,
            mean_bytes={name: tier["bytes"] / tier["clips"] for name, tier in clips.classes.items()},
            read_gb={
                ("processed", StorageClass.STANDARD): played_gb,
                ("archive", StorageClass.STANDARD_IA): used.meters.get(Meter.IA_RETRIEVAL_GB, 0.0),
            },
            elsewhere_gb=work.gb(StorageClass.STANDARD),
        )

    def _unfinished(self, rules: Mapping[str, Lifecycle]) -> tuple[Unfinished, ...]:
        found = (
            read_unfinished(bucket, rules[role].abort_days, now=self.now)
            for role, bucket in self.settings.buckets.items()
        )
        return tuple(each for each in found if each.uploads)

    def _replaced(self, rules: Mapping[str, Lifecycle], work: Work | None) -> tuple[Replaced, ...]:
        return tuple(each for each in read_replaced(self.settings.buckets.items(), rules, work) if each.piles)

    def _played(self) -> Played | None:
        if not self.played:
            return None
        names = ("requests", "misses", "first_misses")
        return Played(**{name: self._monthly_played(name) for name in names}, gb=self._monthly_played("bytes") / GB)

    def _monthly_played(self, name: str) -> float:
        return monthly(sum(day[name] for day in self.played), len(self.played))

    def _rungs(self, clips: Tally, days: int) -> tuple[Rung, ...]:
        served = len(self.played)
        return tuple(
            Rung(
                name=f"{lines}p",
                hd=lines >= _HD_LINES,
                requests=monthly(sum(day["rungs"].get(str(lines), 0.0) for day in self.played), served),
                billed_seconds=monthly(clips.rungs.get(str(lines), 0.0), days),
            )
            for lines in RUNGS
        )


def _lanes(clips: Tally, days: int) -> tuple[Lane, ...]:
    share = DAYS_A_MONTH / days if days else 0.0
    found = []
    for name, lane in clips.lanes.items():
        collection, depth = name.rsplit("|", 1)
        sums = {field: share * lane[field] for field in lane if field not in {"verdicts", "rules"}}
        verdicts, rules = (
            {each: share * count for each, count in lane[field].items()} for field in ("verdicts", "rules")
        )
        found.append(Lane(collection=collection, depth=depth, **sums, verdicts=verdicts, rules=rules))
    return tuple(found)
