"""`impp`: the commands, their arguments, and one line for whatever goes wrong."""

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from clip_model.campaigns import Source
from operations.campaign_commands import add_campaign_commands
from operations.cost_commands import add_cost_commands
from operations.cost_prices import PricesUnknownError
from operations.deployed import Deployed, OperatorError, read_environment
from operations.empty import empty_buckets
from operations.keys import write_keys, write_new_key
from operations.link import fresh_link
from operations.redrive import failed_clips, redrive
from operations.smoke import SmokeTestFailed, smoke
from operations.smoke_campaign import smoke_campaign


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as everything else here does."""

    def error(self, message: str) -> NoReturn:
        raise OperatorError(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code: 0; 1 where a smoke test found something wrong or prices could not be had; 2 where something was
        refused or went wrong; 130 after Ctrl-C; 141 where nobody reads the lines any more, as programs end that get
        SIGPIPE.
    """
    try:
        options = _parser().parse_args(arguments)
        # Some commands are about no environment, or about all of them.
        deployed = Deployed(read_environment(options.env)) if options.env is not None else None
        for line in options.command(deployed, options):
            _say(line)
    except (OperatorError, BotoCoreError, ClientError) as error:
        return _end(2, error)
    except (SmokeTestFailed, PricesUnknownError) as error:
        return _end(1, error)
    except KeyboardInterrupt:
        return _end(130, "stopped")
    except BrokenPipeError:
        # What the buffer still holds goes nowhere, else Python complains when it flushes it at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    return 0


def _say(line: str) -> None:
    # At once, also into a pipe: some commands take minutes, and somebody may be waiting for their lines.
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _end(code: int, reason: object) -> int:
    sys.stderr.write(f"impp: {' '.join(str(reason).split())}\n")
    return code


def _parser() -> _Parser:
    common = _Parser(add_help=False)
    common.add_argument("--env", default="dev", metavar="NAME", help="the environment, default dev")
    parser = _Parser(prog="impp", description="Operate a deployed media pipeline.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    keys = commands.add_parser("keys", parents=[common], help="write the playback keys that are not there yet")
    keys.add_argument("--new", metavar="NAME", help="write one more key, for a rotation")
    keys.set_defaults(command=_keys)

    link = commands.add_parser("link", parents=[common], help="sign a fresh playback link for an incident")
    link.add_argument("clip", metavar="KEY_OR_CLIP_ID", help="the clip's raw key or its id")
    link.add_argument("--hours", type=float, metavar="N", help="how long it opens, default the environment's own")
    link.set_defaults(command=_link)

    again = commands.add_parser("redrive", parents=[common], help="start failed clips again")
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("clips", nargs="*", default=[], metavar="CLIP_ID", help="ids of failed clips")
    which.add_argument("--failed", action="store_true", help="every failed clip")
    again.set_defaults(command=_redrive)

    test = commands.add_parser("smoke", parents=[common], help="send two sample clips, check what becomes of them")
    test.add_argument("--timeout", type=float, default=30.0, metavar="MINUTES", help="for all of it, default 30")
    way = test.add_mutually_exclusive_group()
    way.add_argument("--keep", action="store_true", help="do not remove the clips and what became of them")
    way.add_argument(
        "--campaign",
        nargs="?",
        const="",
        metavar="NAME",
        help="instead fetch one clip by a campaign, default the first by name; it stays, as all that campaigns fetch",
    )
    test.add_argument("--source", default="", help=f"where the campaign looks, of {', '.join(Source)}")
    test.add_argument("--json", type=Path, metavar="FILE", help="also write the report to a file")
    test.set_defaults(command=_smoke)

    add_campaign_commands(commands, common)
    add_cost_commands(commands, common)

    empty = commands.add_parser("empty", help="delete all objects of a disposable environment, to destroy it next")
    empty.add_argument("--env", required=True, metavar="NAME", help="the environment; here there is no default")
    empty.set_defaults(command=_empty)
    return parser


def _keys(deployed: Deployed, options: argparse.Namespace) -> Iterator[str]:
    return write_keys(deployed) if options.new is None else write_new_key(deployed, options.new)


def _link(deployed: Deployed, options: argparse.Namespace) -> Iterator[str]:
    yield fresh_link(deployed, options.clip, options.hours)


def _redrive(deployed: Deployed, options: argparse.Namespace) -> Iterator[str]:
    clips = failed_clips(deployed) if options.failed else options.clips
    refused = 0
    for outcome in redrive(deployed, clips):
        refused += not outcome.started
        yield outcome.line
    if not clips:
        yield "no clip has failed"
    if refused:
        raise OperatorError(f"{refused} of {len(clips)} clips refused")


def _smoke(deployed: Deployed, options: argparse.Namespace) -> Iterator[str]:
    # Whoever cancels a job sends this one; it must clean up just as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if options.source and options.campaign is None:
        raise OperatorError(f"--source {options.source} is for --campaign, the sample clips come from none")
    if options.json:
        try:
            options.json.write_text("", encoding="utf-8")  # before money is spent
        except OSError as error:
            raise OperatorError(f"{str(options.json)!r} can't be written: {error.strerror}") from None
    if options.campaign is None:
        report = smoke(deployed, minutes=options.timeout, keep=options.keep, say=_say)
    else:
        report = smoke_campaign(deployed, options.campaign, source=options.source, minutes=options.timeout, say=_say)
    if options.json:
        report.write(options.json)
    if not report.ok:
        raise SmokeTestFailed(report.summary)
    yield report.summary


def _empty(deployed: Deployed, _options: argparse.Namespace) -> Iterator[str]:
    return empty_buckets(deployed)
