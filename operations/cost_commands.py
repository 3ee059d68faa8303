"""`impp cost`: its commands and their arguments."""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3

from clip_model.prices import PRICES
from operations import cost_prices, deployed
from operations.bill_commands import add_bill_commands
from operations.cost_change import compare, tell_changes, tell_markdown
from operations.cost_estimate import Estimate, changed_fleet, estimate_idle, estimate_month, parse_lane
from operations.cost_folder import estimate_folder
from operations.cost_report import tell, tell_prices, write_chart, write_json
from operations.cost_settings import read_costed
from operations.deployed import OperatorError


def add_cost_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `cost` to the commands. `common`: the arguments of every command that is about one environment."""
    group = commands.add_parser("cost", help="what it will cost, what it did cost, what to change")
    actions = group.add_subparsers(required=True, metavar="ACTION")

    estimate = actions.add_parser("estimate", parents=[common], help="what a month, or a folder of clips, will cost")
    about = estimate.add_mutually_exclusive_group()
    about.add_argument("--folder", type=Path, metavar="DIR", help="clips as video/<source>/<collection>/…")
    about.add_argument("--idle", action="store_true", help="the environment alone, without clips")
    estimate.add_argument("--collection", metavar="NAME", help="of all clips of the folder, however they are laid out")
    estimate.add_argument("--devices", type=int, metavar="N", help="in place of the environment's fleet.devices")
    estimate.add_argument("--hours", type=float, metavar="N", help="a device records continuously so long a day")
    estimate.add_argument("--months", type=float, metavar="N", help="retention: for so many months clips are kept")
    estimate.add_argument(
        "--lane",
        action="append",
        default=[],
        metavar="NAME=CLIPS:SECONDS:MB",
        help="clips a day, their length and size; :INCIDENTS:IMPORTANT may follow, shares of 1; of a device's lane, of"
        " campaigns (all together), or of any other collection",
    )
    estimate.add_argument("--chart", type=Path, metavar="FILE", help="also draw it, as .svg or .html")
    estimate.add_argument("--json", type=Path, metavar="FILE", help="also write it for a machine")
    estimate.set_defaults(command=_estimate)

    change = actions.add_parser("change", help="what a change of environments' settings changes in a month")
    change.add_argument("--before", type=Path, required=True, metavar="DIR", help="environments/ as it was")
    change.add_argument("--markdown", action="store_true", help="for a pull request")
    change.set_defaults(command=_change, env=None)

    prices = actions.add_parser("prices", help="the price table")
    prices.add_argument("--refresh", action="store_true", help="ask AWS's price list, and write the table anew")
    prices.set_defaults(command=_prices, env=None)

    add_bill_commands(actions, common)


def _estimate(_deployed: Any, options: argparse.Namespace) -> Iterator[str]:
    estimate = _estimated(options)
    if options.json:
        write_json(estimate, options.json)
    if options.chart:
        write_chart(estimate, options.chart)
    yield from tell(estimate)


def _estimated(options: argparse.Namespace) -> Estimate:
    costed = read_costed(deployed.ENVIRONMENTS / f"{options.env}.toml")
    _fit(options)
    fleet = changed_fleet(
        costed.fleet,
        devices=options.devices,
        months=options.months,
        hours=options.hours,
        lanes=dict(parse_lane(text, costed.fleet) for text in options.lane),
    )
    costed = replace(costed, fleet=fleet)
    if options.folder:
        return estimate_folder(options.folder, options.collection, costed, PRICES)
    return estimate_idle(costed.settings, PRICES) if options.idle else estimate_month(costed, PRICES)


def _fit(options: argparse.Namespace) -> None:
    """Whether what was asked for goes together."""
    if options.collection and not options.folder:
        raise OperatorError(f"--collection {options.collection} is for --folder")
    fleet = {"--devices": options.devices, "--hours": options.hours, "--lane": options.lane or None}
    fleet |= {"--months": options.months} if options.idle else {}
    given = [name for name, value in fleet.items() if value is not None]
    if given and (options.folder or options.idle):
        raise OperatorError(f"{given[0]} is for a fleet, not for {'--folder' if options.folder else '--idle'}")


def _change(_deployed: Any, options: argparse.Namespace) -> Iterator[str]:
    changes = compare(options.before, deployed.ENVIRONMENTS, PRICES)
    yield from (tell_markdown if options.markdown else tell_changes)(changes, PRICES)


def _prices(_deployed: Any, options: argparse.Namespace) -> Iterator[str]:
    if not options.refresh:
        yield from cost_prices.show(PRICES)
        yield tell_prices(PRICES)
        return
    refreshed = cost_prices.refresh(boto3.client("pricing", region_name=cost_prices.HOME), PRICES)
    yield from cost_prices.write(refreshed, cost_prices.FILE)
