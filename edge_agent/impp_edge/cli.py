"""`impp-edge`: run, status, check, enroll."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread

from botocore.exceptions import BotoCoreError

from impp_edge import __version__
from impp_edge.agent import Agent
from impp_edge.certificates import OpenSslError
from impp_edge.check import examine
from impp_edge.config import DEFAULT_PATH, Config, ConfigError, load_config, table_to_add
from impp_edge.credentials import IdentityError
from impp_edge.enroll import EnrollError, as_settings, enroll
from impp_edge.logs import start_logging
from impp_edge.status import take_stock, tell
from impp_edge.store import FILENAME, Store, StoreError, sole_agent


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; answers the exit status: 0 all well, 1 not, 2 wrong settings or usage."""
    options = _parser().parse_args(arguments)
    command: Callable[[Config, argparse.Namespace], int] = options.command
    try:
        return command(load_config(options.config), options)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (BotoCoreError, StoreError, EnrollError, IdentityError, OpenSslError) as error:
        # The first kind is a broken SDK set-up, such as a profile that does not exist.
        sys.stderr.write(f"{error}\n")
        return 1


def _run(config: Config, options: argparse.Namespace) -> int:
    start_logging(options.log)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # In a thread: the main one may be inside this very event when the signal comes.
        signal.signal(number, lambda *_: Thread(target=stop.set).start())
    with sole_agent(config.state_dir):
        store = Store(config.state_dir)
        try:
            all_sent = Agent(config, store, stop).run(once=options.once)
        finally:
            store.close()
    return 0 if all_sent or not options.once else 1


def _status(config: Config, options: argparse.Namespace) -> int:
    if not (config.state_dir / FILENAME).exists():
        raise StoreError(f"no queue in {config.state_dir}: the agent has not run yet")
    store = Store(config.state_dir, read_only=True)
    try:
        stock = take_stock(store, now=time.time())
    finally:
        store.close()
    sys.stdout.write(json.dumps(stock, indent=2) if options.json else tell(stock))
    sys.stdout.write("\n")
    return 0


def _check(config: Config, options: argparse.Namespace) -> int:
    sys.stdout.write(f"ok   settings {options.config}: valid\n")
    findings = list(examine(config))
    sys.stdout.writelines(f"{finding}\n" for finding in findings)
    return 0 if all(finding.good for finding in findings) else 1


def _enroll(config: Config, options: argparse.Namespace) -> int:
    if config.identity:
        raise EnrollError(f"enrolled already: {options.config} has an [identity]; `impp-edge check` tells how it is")
    devices_table = table_to_add(config, options.devices_table)
    identity = enroll(
        config, role_alias=options.role_alias, policy=options.policy, tell=lambda line: sys.stderr.write(f"{line}\n")
    )
    sys.stdout.write(as_settings(identity, devices_table=devices_table))
    return 0


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--config", type=Path, default=DEFAULT_PATH, help="settings file (default: %(default)s)")
    parser = argparse.ArgumentParser("impp-edge", description="Sends this device's footage to IMPP.")
    parser.add_argument("--version", action="version", version=f"impp-edge {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", parents=[shared], help="watch the folders and send what appears in them")
    run.add_argument("--once", action="store_true", help="send what is there, then exit: 0 if all of it was sent")
    run.add_argument("--log", choices=("text", "json"), default="text", help="form of the log on stderr")
    run.set_defaults(command=_run)

    status = commands.add_parser("status", parents=[shared], help="show what waits, what failed and what was sent")
    status.add_argument("--json", action="store_true", help="for machines")
    status.set_defaults(command=_status)

    check = commands.add_parser("check", parents=[shared], help="test settings, folders, identity, clock and cloud")
    check.set_defaults(command=_check)

    enroll = commands.add_parser("enroll", parents=[shared], help="get this device a certificate of its own, once")
    enroll.add_argument("--role-alias", required=True, help="output DeviceRoleAlias of the ingest stack")
    enroll.add_argument("--policy", required=True, help="output DevicePolicy of the ingest stack")
    enroll.add_argument(
        "--devices-table", metavar="NAME", default="", help="output DevicesTable, else the device does not report"
    )
    enroll.set_defaults(command=_enroll)
    return parser


if __name__ == "__main__":
    sys.exit(main())
