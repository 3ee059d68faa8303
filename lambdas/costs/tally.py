"""A day's clips, added up: for what a clip and a gigabyte cost, for what was expected, and for advice. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from clip_model.clip_usage import Clip, clip_usage, ladder
from clip_model.meters import Meter
from clip_model.prices import PriceTable
from clip_model.usage import output_minutes, priced, speech_seconds
from clip_model.words import Depth, Status, Verdict

_RULE = re.compile(r"\(rule: (.*)\)$")
#: Fields of a lane that are summed up.
SUMS = ("clips", "seconds", "transcode_seconds", "audio_seconds", "speech_seconds", "transitions")


@dataclass
class Tally:
    """What came in a day; what is not done yet is not in it, so a day is tallied again on the days after it.

    Attributes:
        usd: what the money gate reserved.
        lanes: by `collection|depth`: `SUMS`, and clips by `verdicts` and by `rules` that fired.
        classes: by storage class: `clips` and `bytes`.
        rungs: billed seconds of each rung of the playback ladder, by its lines.
        sources: who sent.
        expected: dollars by service that its clips were expected to take.
    """

    clips: int = 0
    bytes: float = 0.0
    failed: int = 0
    usd: float = 0.0
    lanes: dict[str, dict[str, Any]] = field(default_factory=dict)
    classes: dict[str, dict[str, float]] = field(default_factory=dict)
    rungs: dict[str, float] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    expected: dict[str, float] = field(default_factory=dict)


def tally(
    records: Iterable[Mapping[str, Any]],
    prices: PriceTable,
    *,
    moderated: tuple[str, ...],
    frame_seconds: int,
    looks: int,
) -> Tally:
    """Add up records of the clips table."""
    day = Tally()
    expected: defaultdict[str, float] = defaultdict(float)
    sources: set[str] = set()
    for record in records:
        if record.get("status") == Status.FAILED:
            day.failed += 1
        if record.get("status") != Status.DONE:
            continue
        day.clips += 1
        day.bytes += record["size"]
        day.usd += record.get("estimated_cost_usd", 0.0)
        sources.add(record["source"])
        tier = day.classes.setdefault(record["storage_class"], {"clips": 0.0, "bytes": 0.0})
        tier["clips"] += 1.0
        tier["bytes"] += record["size"]
        # An older record does not say how long its clip is, nor does the clip itself where it was rejected.
        if record.get("duration", 0) > 0 and record.get("height", 0) > 0:
            clip = _clip(record, moderated, frame_seconds, looks)
            _add_to_lane(day, record, clip)
            _add_rungs(day, clip)
            for line in priced(clip_usage(clip), prices):
                expected[prices[line.meter].service] += line.usd
    day.sources, day.expected = sorted(sources), dict(expected)
    return day


def _clip(record: Mapping[str, Any], moderated: tuple[str, ...], frame_seconds: int, looks: int) -> Clip:
    return Clip(
        seconds=record["duration"],
        size=max(1.0, record["size"]),
        depth=Depth(record["depth"]),
        verdict=Verdict(record["verdict"]),
        lines=int(record["height"]),
        audio=bool(record["audio"]),
        proxy=bool(record["proxy"]),
        moderated=record["collection"] in moderated,
        step=frame_seconds,
        looks=looks,
    )


def _add_to_lane(day: Tally, record: Mapping[str, Any], clip: Clip) -> None:
    empty = {**dict.fromkeys(SUMS, 0.0), "verdicts": {}, "rules": {}}
    lane = day.lanes.setdefault(f"{record['collection']}|{record['depth']}", empty)
    lane["clips"] += 1
    lane["seconds"] += clip.seconds
    lane["transcode_seconds"] += 60 * output_minutes(clip.seconds)
    lane["audio_seconds"] += clip.seconds if clip.audio else 0
    lane["speech_seconds"] += speech_seconds(clip.seconds) if clip.audio else 0
    lane["transitions"] += clip_usage(replace(clip, polls=1)).of_meter(Meter.TRANSITION)
    lane["verdicts"][record["verdict"]] = lane["verdicts"].get(record["verdict"], 0) + 1
    for rule in {found[1] for reason in record.get("reasons", ()) if (found := _RULE.search(reason))}:
        lane["rules"][rule] = lane["rules"].get(rule, 0) + 1


def _add_rungs(day: Tally, clip: Clip) -> None:
    if clip.verdict is Verdict.INCIDENT:
        for lines in ladder(clip.lines):
            day.rungs[str(lines)] = day.rungs.get(str(lines), 0.0) + 60 * output_minutes(clip.seconds)


def together(days: Iterable[Mapping[str, Any]]) -> Tally:
    """Several days' tallies, as the ledger has them, as one."""
    whole = Tally()
    sources: set[str] = set()
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for day in days:
        whole.clips += int(day["clips"])
        whole.bytes += day["bytes"]
        whole.failed += int(day["failed"])
        whole.usd += day["usd"]
        sources.update(day["sources"])
        for name in ("rungs", "expected"):
            sums[name].update(day[name])
        for name, tier in day["classes"].items():
            sums[f"class {name}"].update(tier)
        for name, lane in day["lanes"].items():
            sums[f"lane {name}"].update({each: lane[each] for each in SUMS})
            sums[f"verdicts {name}"].update(lane["verdicts"])
            sums[f"rules {name}"].update(lane["rules"])
    whole.sources = sorted(sources)
    whole.rungs, whole.expected = dict(sums["rungs"]), dict(sums["expected"])
    whole.classes = {name[6:]: dict(each) for name, each in sums.items() if name.startswith("class ")}
    whole.lanes = {
        name[5:]: {**each, "verdicts": dict(sums[f"verdicts {name[5:]}"]), "rules": dict(sums[f"rules {name[5:]}"])}
        for name, each in list(sums.items())
        if name.startswith("lane ")
    }
    return whole
