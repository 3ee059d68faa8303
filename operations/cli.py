"""`impp`: the commands, their arguments, and one line for whatever goes wrong."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from operations.deployed import Deployed, OperatorError, read_environment
from operations.keys import write_keys, write_new_key
from operations.link import fresh_link
from operations.redrive import failed_clips, redrive


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as everything else here does."""

    def error(self, message: str) -> NoReturn:
        raise OperatorError(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0, or 2 where something was refused or went wrong."""
    try:
        options = _parser().parse_args(arguments)
        deployed = Deployed(read_environment(options.env))
        for line in options.command(deployed, options):
            sys.stdout.write(f"{line}\n")
    except (OperatorError, BotoCoreError, ClientError) as error:
        sys.stderr.write(f"impp: {' '.join(str(error).split())}\n")
        return 2
    return 0


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
