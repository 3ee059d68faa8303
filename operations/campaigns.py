"""Campaigns of a deployed environment: their book in Parameter Store, the weekly choice, and starting a run."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from clip_model.campaigns import (
    MAX_BATCH,
    Campaign,
    CampaignBook,
    Licence,
    Schedule,
    Source,
    format_campaigns,
    parse_campaign,
    parse_campaigns,
)
from operations.deployed import CAMPAIGNS, Deployed, OperatorError
from operations.items import deserialize

#: What a campaign is made of as long as nobody said otherwise; each is right by itself.
BLANK: Mapping[str, Any] = {
    "query": "waterfall",
    "sources": list(Source),
    "batch_size": 5,
    "licences": list(Licence),
    "schedule": Schedule.MANUAL,
}
_SOME_NAME = "nature"
_CHOICE = {"pk": {"S": "choice"}, "sk": {"S": "choice"}}


@dataclass(frozen=True)
class Stored:
    """The book as somebody read it. `version` is Parameter Store's number of it."""

    book: CampaignBook
    version: int


@dataclass(frozen=True)
class Choice:
    """What a run is told to fetch: by hand last time, or by the weekly run next time."""

    campaign: str
    batch_size: int
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Remembered:
    """What the weekly run goes by.

    Attributes:
        choice: what a person chose last; None before anybody has.
        turn: the campaign that a rotation goes on from, empty before the first.
    """

    choice: Choice | None = None
    turn: str = ""


def read_book(deployed: Deployed) -> Stored:
    """The campaigns as they are. Raises OperatorError where the parameter holds no book."""
    name = deployed.output(CAMPAIGNS, "CampaignsParameter")
    parameter = deployed.client("ssm").get_parameter(Name=name)["Parameter"]
    try:
        return Stored(parse_campaigns(parameter["Value"]), parameter["Version"])
    except ValueError as error:
        raise OperatorError(
            f"parameter {name} cannot be read: {error}; it stays as it is,"
            f" `aws ssm get-parameter-history --name {name}` shows what was there before"
        ) from None


def write_book(deployed: Deployed, book: CampaignBook, *, after: Stored) -> Stored:
    """Write a book that was made of `after`; where it is there already, by a second click on a button, nothing.

    Raises:
        OperatorError: somebody else has written in between, or Parameter Store would not take the book.
    """
    try:
        document = format_campaigns(book)
    except ValueError as error:
        raise OperatorError(str(error)) from None
    name = deployed.output(CAMPAIGNS, "CampaignsParameter")
    parameters = deployed.client("ssm")
    parameter = parameters.get_parameter(Name=name)["Parameter"]
    now = parameter["Version"]
    if parameter["Value"] == document:
        return Stored(book, now)
    if now != after.version:
        raise OperatorError(
            f"the campaigns were changed by somebody else (version {after.version} was read, now it is {now}):"
            " nothing was written, look at them again first"
        )
    # A book may outgrow the 4 KB of the standard tier; Parameter Store then takes the larger one by itself.
    written = parameters.put_parameter(Name=name, Value=document, Overwrite=True, Tier="Intelligent-Tiering")["Version"]
    if written != after.version + 1:
        # Parameter Store has no conditional write, so two may still meet in that instant; both must know.
        raise OperatorError(
            f"somebody else changed the campaigns at the same moment: your change is version {written} and theirs,"
            f" version {written - 1}, is overwritten; `aws ssm get-parameter-history --name {name}` shows it"
        )
    return Stored(book, written)


def put_campaign(book: CampaignBook, name: str, changes: Mapping[str, Any]) -> CampaignBook:
    """The book with a campaign changed, or a new one, which needs a query. Raises OperatorError that names the field.

    Args:
        book: as it was.
        name: the campaign's.
        changes: fields of a campaign as its document has them; what is not in it stays.
    """
    before = book.campaigns.get(name)
    if before is None and "query" not in changes:
        raise OperatorError(f"a new campaign needs a query, {name!r} has none")
    item = {**(BLANK if before is None else describe(before)), **changes}
    try:
        return replace(book, campaigns={**book.campaigns, name: parse_campaign(name, item)})
    except ValueError as error:
        raise OperatorError(str(error)) from None


def remove_campaign(book: CampaignBook, name: str) -> CampaignBook:
    """The book without a campaign. Raises OperatorError where it has none of the name."""
    find_campaign(book, name)
    return replace(book, campaigns={other: each for other, each in book.campaigns.items() if other != name})


def find_campaign(book: CampaignBook, name: str) -> Campaign:
    """A campaign by name. Raises OperatorError that names those there are."""
    if name not in book.campaigns:
        raise OperatorError(f"no campaign {name!r}, there is {', '.join(sorted(book.campaigns)) or 'none'}")
    return book.campaigns[name]


def describe(campaign: Campaign) -> dict[str, Any]:
    """A campaign's fields as its document has them."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(campaign).items()}


def check_fields(name: str, item: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each field of a campaign, `name` included; empty where nothing is."""
    found = {"name": _complaint(name, BLANK)}
    for field in fields(Campaign):
        found[field.name] = _complaint(_SOME_NAME, {**BLANK, field.name: item[field.name]})
    return {field: complaint for field, complaint in found.items() if complaint}


def _complaint(name: str, item: Mapping[str, Any]) -> str:
    try:
        parse_campaign(name, dict(item))
    except ValueError as error:
        return str(error).removeprefix(f"campaign {_SOME_NAME!r}: ")
    return ""


def read_remembered(deployed: Deployed) -> Remembered:
    """What the runs so far have left to go by."""
    answer = deployed.client("dynamodb").get_item(TableName=deployed.output(CAMPAIGNS, "CampaignsTable"), Key=_CHOICE)
    item = deserialize(answer.get("Item", {}))
    choice = Choice(item["campaign"], int(item["batch_size"]), tuple(item["sources"])) if "campaign" in item else None
    return Remembered(choice, item.get("turn", ""))


def next_weekly(book: CampaignBook, remembered: Remembered) -> Choice | None:
    """What the next weekly run will fetch; None where no campaign is weekly.

    With rotation it is the weekly campaign that follows the last one's by name, without it a person's last choice as
    long as its campaign is weekly. The state machine decides the same in JSONata; a contract test holds them together.
    """
    choice = remembered.choice
    weekly = sorted(name for name, each in book.campaigns.items() if each.schedule is Schedule.WEEKLY)
    if not weekly:
        return None
    if choice is not None and not book.rotate and choice.campaign in weekly:
        return choice
    after = remembered.turn if book.rotate else ""
    name = next((name for name in weekly if name > after), weekly[0])
    campaign = book.campaigns[name]
    return Choice(name, campaign.batch_size, campaign.sources)


def start_run(
    deployed: Deployed,
    book: CampaignBook,
    name: str,
    *,
    by: str,
    batch_size: int | None,
    sources: Sequence[str],
    trigger: str = "manual",
) -> str:
    """Start a run of a campaign.

    Args:
        deployed: the environment.
        book: the campaigns as they are.
        name: the campaign's.
        by: who asked for it.
        batch_size: clips to fetch, None for the campaign's own number.
        sources: where to look, empty for the campaign's own.
        trigger: `manual`, after which the weekly run goes by this choice, or `smoke`.

    Returns:
        The run's name: the campaign, when it was started in UTC, four digits that no other run of the second has.

    Raises:
        OperatorError: no such campaign or source, or a batch of a wrong size.
    """
    campaign = find_campaign(book, name)
    asked = Choice(name, campaign.batch_size if batch_size is None else batch_size, tuple(sources) or campaign.sources)
    if not 1 <= asked.batch_size <= MAX_BATCH:
        raise OperatorError(f"a batch must be of 1 to {MAX_BATCH} clips, got {asked.batch_size}")
    if unknown := set(asked.sources) - set(Source):
        raise OperatorError(f"a source must be of {', '.join(Source)}, got {min(unknown)!r}")
    run = f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    deployed.client("stepfunctions").start_execution(
        stateMachineArn=deployed.output(CAMPAIGNS, "CampaignMachineArn"),
        name=run,
        input=json.dumps({"trigger": trigger, "by": by, **asdict(asked)}),
    )
    return run
