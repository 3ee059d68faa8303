"""`impp campaign`: its commands and their arguments."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from getpass import getuser
from typing import Any

from clip_model.campaigns import MAX_BATCH, Campaign, CampaignBook, Licence, Schedule, Source
from operations.campaign_following import follow
from operations.campaign_key import write_pixabay_key
from operations.campaigns import (
    Choice,
    describe,
    find_campaign,
    next_weekly,
    put_campaign,
    read_book,
    read_remembered,
    remove_campaign,
    start_run,
    write_book,
)
from operations.deployed import Deployed, OperatorError
from operations.run_records import COUNTS, Run
from operations.runs import read_runs

_FIELDS = ("query", "sources", "batch_size", "licences", "schedule")


def add_campaign_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `campaign` to the commands. `common`: the arguments every command has."""
    group = commands.add_parser("campaign", help="edit campaigns, start their runs, see what became of them")
    actions = group.add_subparsers(required=True, metavar="ACTION")

    _add(actions, common, "list", _list, "every campaign, and what the next weekly run will fetch")
    show = _add(actions, common, "show", _show, "one campaign")
    change = _add(actions, common, "set", _set, "change a campaign, or make a new one")
    change.add_argument("--query", metavar="WORDS", help="what the sources are searched for")
    change.add_argument("--sources", type=_words, metavar="A,B", help=f"of {', '.join(Source)}")
    change.add_argument("--batch-size", type=int, metavar="N", help=f"clips a run fetches, 1 to {MAX_BATCH}")
    change.add_argument("--licences", type=_words, metavar="A,B", help=f"of {', '.join(Licence)}")
    change.add_argument("--schedule", metavar="WHEN", help=" or ".join(Schedule))
    remove = _add(actions, common, "remove", _remove, "remove a campaign; what it fetched stays")
    rotate = _add(actions, common, "rotate", _rotate, "take weekly campaigns in turn, or repeat the last manual choice")
    rotate.add_argument("rotate", choices=("on", "off"))
    run = _add(actions, common, "run", _run, "start a run")
    run.add_argument("--batch-size", type=int, metavar="N", help="clips to fetch, default the campaign's own")
    run.add_argument("--sources", type=_words, default=[], metavar="A,B", help="default the campaign's own")
    run.add_argument("--wait", action="store_true", help="follow the run until it ends")
    for named in (show, change, remove, run):
        named.add_argument("name", metavar="NAME", help="the campaign's name")
    _add(actions, common, "runs", _runs, "the latest runs")
    _add(actions, common, "key", _key, "write Pixabay's API key, read from standard input")


def _words(text: str) -> list[str]:
    return text.split(",")


def _add(actions: Any, common: argparse.ArgumentParser, name: str, command: Any, help: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, parents=[common], help=help)
    parser.set_defaults(command=command)
    return parser


def _list(deployed: Deployed, _options: argparse.Namespace) -> Iterator[str]:
    book = read_book(deployed).book
    rows = [_row(name, campaign) for name, campaign in sorted(book.campaigns.items())]
    yield from _table(("NAME", "SCHEDULE", "BATCH", "SOURCES", "QUERY"), rows)
    yield f"rotation is {'on' if book.rotate else 'off'}"
    yield _tell_next(next_weekly(book, read_remembered(deployed)))


def _row(name: str, campaign: Campaign) -> tuple[str, ...]:
    return (name, campaign.schedule, str(campaign.batch_size), ",".join(campaign.sources), campaign.query)


def _tell_next(due: Choice | None) -> str:
    if due is None:
        return "the weekly run fetches nothing: no campaign is weekly"
    return f"the next weekly run fetches {due.campaign}: {due.batch_size} clips from {', '.join(due.sources)}"


def _show(deployed: Deployed, options: argparse.Namespace) -> Iterator[str]:
    return _tell(find_campaign(read_book(deployed).book, options.name))


def _set(deployed: Deployed, options: argparse.Namespace) -> Iterator[str]:
    changes = {field: getattr(options, field) for field in _FIELDS if getattr(options, field) is not None}
    if not changes:
        raise OperatorError(f"nothing to change: set {options.name} takes {', '.join(_FIELDS)}")
    stored = read_book(deployed)
    book = put_campaign(stored.book, options.name, changes)
    write_book(deployed, book, after=stored)
    yield f"{options.name}: {'changed' if options.name in stored.book.campaigns else 'made'}"
    yield from _tell(book.campaigns[options.name])


def _tell(campaign: Campaign) -> Iterator[str]:
    for field, value in describe(campaign).items():
        yield f"  {field.replace('_', '-')}: {', '.join(value) if isinstance(value, list) else value}"


def _remove(deployed: Deployed, options: argparse.Namespace) -> Iterator[str]:
    stored = read_book(deployed)
    write_book(deployed, remove_campaign(stored.book, options.name), after=stored)
    yield f"{options.name}: removed"


def _rotate(deployed: Deployed, options: argparse.Namespace) -> Iterator[str]:
    stored = read_book(deployed)
    book: CampaignBook = replace(stored.book, rotate=options.rotate == "on")
    write_book(deployed, book, after=stored)
    yield f"rotation is {options.rotate}"


def _run(deployed: Deployed, options: argparse.Namespace) -> Iterator[str]:
    book = read_book(deployed).book
    run = start_run(deployed, book, options.name, by=_user(), batch_size=options.batch_size, sources=options.sources)
    size = options.batch_size or book.campaigns[options.name].batch_size
    yield f"started {run}: analysis of {size} clips costs ${size * deployed.environment.clip_usd:,.2f} at the most"
    if options.wait:
        yield from follow(deployed, run)


def _user() -> str:
    try:
        return getuser()
    except (KeyError, OSError):  # a container without a name for its user
        return "impp"


def _runs(deployed: Deployed, _options: argparse.Namespace) -> Iterator[str]:
    runs = read_runs(deployed).runs
    if not runs:
        yield "no run yet"
        return
    yield from _table(
        ("RUN", "STATUS", "BATCH", "RECEIVED", "PROCESSED", "SKIPPED", "FAILED", "BY"), [_tell_run(run) for run in runs]
    )
    for run in runs:
        if run.trouble:
            yield f"{run.name}: {run.trouble}"


def _tell_run(run: Run) -> tuple[str, ...]:
    numbers = (run.batch_size, *(run.counts.get(name, 0) for name in COUNTS))
    return (run.name, run.status, *map(str, numbers), run.by or run.trigger)


def _key(deployed: Deployed, _options: argparse.Namespace) -> Iterator[str]:
    yield write_pixabay_key(deployed)


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Columns as wide as what is in them."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
