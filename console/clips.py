"""Clips as the console shows them: what may be asked, the one query that answers it, and records shaped for the eye."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from clip_model.documents import Moment
from clip_model.index import Field, term, words
from clip_model.words import Status, Verdict
from console.figures import MONTHS, months
from console.reading import Item, days_between, read_item, read_page
from operations.deployed import ANALYSIS, Deployed

#: Days that one page looks through before it asks whether to look further back; each is a query.
MAX_DAYS = 31


@dataclass(frozen=True)
class Question:
    """What clips are asked for. What is left empty does not matter.

    Attributes:
        field: where `word` was found.
        word: a label, or one spoken or written word.
        standing: a verdict, or a status of those that have none.
        source: device, or campaign's source.
        first: the first UTC day of receipt.
        last: the last.
    """

    field: Field = Field.LABEL
    word: str = ""
    standing: str = ""
    source: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def doubt(self) -> str:
        """Why no query answers this, for whoever asks; empty where one does."""
        if self.word and self.field != Field.LABEL and len(words([self.word])) != 1:
            return f"Words are found one at a time, and “{self.word}” is none or several."
        if self.word and self.standing and self.standing not in set(Verdict):
            return f"A clip is found by a word once it has a verdict; “{self.standing}” is none."
        return ""


@dataclass(frozen=True)
class Clip:
    """One clip. What the pipeline has not found out, or where it was read does not hold, is empty.

    Attributes:
        received_at: when the pipeline took it, UTC.
        captured_at: when its recording began, as its key says; None where that is no time, or was not read.
        moments: seconds from the clip's start.
        cost: what its analysis was estimated to cost, dollars; None where nothing was estimated yet.
        folder: where its products are, ending in `/`.
        trouble: where and why it failed, empty unless it did.
        attribution: whose footage it is; empty for a device's.
    """

    clip_id: str
    key: str
    source: str
    collection: str
    received_at: datetime
    captured_at: datetime | None
    status: str
    verdict: str
    severity: str
    reasons: tuple[str, ...]
    moments: tuple[Moment, ...]
    notes: tuple[str, ...]
    storage_class: str
    cost: float | None
    folder: str
    trouble: str
    attribution: Mapping[str, str]

    @property
    def standing(self) -> str:
        """Its verdict, or its status as long as it has none; a failure stands before both."""
        return self.verdict if self.verdict and self.status != Status.FAILED else self.status

    @property
    def title(self) -> str:
        """What its source calls it, else the name of the file it came as."""
        return self.attribution.get("title") or self.key.rpartition("/")[2]

    @property
    def plays(self) -> bool:
        """Whether it has a page that plays it."""
        return self.verdict == Verdict.INCIDENT and self.status == Status.DONE

    @property
    def silence(self) -> str:
        """Why nothing plays, empty where it does."""
        if self.plays:
            return ""
        if self.standing == Verdict.REJECTED:
            return "This is no video that can be played. The file is kept, with the reason, in the quarantine."
        return _SILENCE.get(self.status, "") or (
            "Only incidents are made ready to play."
            + (f" The original is in the archive as {self.storage_class}." if self.storage_class else "")
        )


_SILENCE: dict[str, str] = {
    Status.PROCESSING: "It is still being looked at. If it is an incident, it plays here within minutes.",
    Status.REDRIVE: "It waits to be looked at once more.",
    Status.FAILED: "The pipeline gave up on this clip. An operator's `impp redrive` starts it again.",
}


@dataclass(frozen=True)
class ClipPage:
    """A page of clips, the newest first, and where the next begins; None where there is no next."""

    clips: tuple[Clip, ...]
    following: Mapping[str, Any] | None


def read_clips(
    deployed: Deployed, question: Question, *, today: date, limit: int, start: Mapping[str, Any] | None = None
) -> ClipPage:
    """Read the clips of one page, and no others.

    Args:
        deployed: the environment.
        question: must be without `doubt`.
        today: where days begin to be counted back from, UTC.
        limit: the most clips on the page.
        start: `following` of the page before.
    """
    if not question.word and not question.standing and not question.source:
        return _read_days(deployed, question, today=today, limit=limit, start=start)
    days = days_between(question.first, question.last)
    index: str | None = None
    if question.word:
        table, sort, partition = "IndexTable", "at", ("term", _term(question))
    else:
        table, sort = "ClipsTable", "received_at"
        index, partition = _index(question)
    page = read_page(
        deployed,
        deployed.output(ANALYSIS, table),
        partition,
        index=index,
        between=(sort, *days) if days else None,
        limit=limit,
        start=start,
    )
    return ClipPage(tuple(map(parse_clip, page.items)), page.following)


def read_clip(deployed: Deployed, clip_id: str) -> Clip | None:
    """One clip's record, None where there is none."""
    item = read_item(deployed, deployed.output(ANALYSIS, "ClipsTable"), clip_id=clip_id)
    return None if item is None else parse_clip(item)


def parse_clip(item: Item) -> Clip:
    """Shape a record or an index entry. Raises KeyError where it lacks what each of them has from the start."""
    cost = item.get("estimated_cost_usd")
    status = item.get("status", Status.DONE)
    causes = [item.get(name) for name in ("state", "error", "cause")]
    return Clip(
        clip_id=item["clip_id"],
        key=item["key"],
        source=item["source"],
        collection=item["collection"],
        received_at=datetime.fromisoformat(item["received_at"]).astimezone(UTC),
        captured_at=_time(item.get("captured_at", "")),
        status=status,
        verdict=item.get("verdict", ""),
        severity=item.get("severity", ""),
        reasons=tuple(item.get("reasons", [])),
        moments=tuple(Moment(start=float(each["start"]), end=float(each["end"])) for each in item.get("moments", [])),
        notes=tuple(item.get("notes", [])),
        storage_class=item.get("storage_class", ""),
        cost=None if cost is None else float(cost),
        folder=item["folder"],
        trouble=": ".join(cause for cause in causes if cause) if status == Status.FAILED else "",
        attribution=item.get("attribution", {}),
    )


def _time(text: str) -> datetime | None:
    """A time, UTC. Devices name their files as they like, and a recorder without a clock says `00000000_000000`."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _term(question: Question) -> str:
    word = question.word if question.field == Field.LABEL else words([question.word])[0]
    return term(question.field, word, verdict=question.standing, source=question.source)


def _index(question: Question) -> tuple[str, tuple[str, str]]:
    """The index that holds exactly these clips, and which of its partitions."""
    if question.standing and question.source:
        return "by_source_standing", ("source_standing", f"{question.source}#{question.standing}")
    if question.standing:
        return "by_standing", ("standing", question.standing)
    return "by_source", ("source", question.source)


def _read_days(
    deployed: Deployed, question: Question, *, today: date, limit: int, start: Mapping[str, Any] | None
) -> ClipPage:
    """Clips day by day, from the last day back to the first.

    Where no first day was asked for they end with the first page without clips that is older than all statistics.

    A start with nothing but a day in it is that day's beginning.
    """
    day = date.fromisoformat(start["day"]["S"]) if start else min(question.last or today, today)
    place = start if start and len(start) > 1 else None
    table = deployed.output(ANALYSIS, "ClipsTable")
    clips: list[Clip] = []
    begin, first, looked = day, question.first or date.min, 0
    while day >= first and looked < MAX_DAYS and len(clips) < limit:
        page = read_page(
            deployed, table, ("day", day.isoformat()), index="by_day", limit=limit - len(clips), start=place
        )
        clips += map(parse_clip, page.items)
        if page.following:
            return ClipPage(tuple(clips), page.following)
        day, place, looked = day - timedelta(days=1), None, looked + 1
    oldest = date.fromisoformat(f"{months(today, MONTHS)[-1]}-01")
    over = day < first or (not clips and question.first is None and begin < oldest)
    return ClipPage(tuple(clips), None if over else {"day": {"S": day.isoformat()}})
