"""`make demo`: the whole journey on this machine, from a memory card to a playing link.

Exit status 0 means that every clip sent is accounted for and, with the samples, that each got the
verdict it must get.
"""

import argparse
import sys
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from local_cloud import report as reports
from local_cloud.cloud import LocalCloud
from local_cloud.connection import ROOT, Connection
from local_cloud.deployment import deploy
from local_cloud.device import SAMPLES, Device, expectations, sent_twice
from local_cloud.journey import AlertMail, Clip, ends, follow

BUILD = ROOT / "build" / "demo"
#: Seconds that a second of waiting lasts in the state machine. All clips come at once and share this machine's few
#: cores, where AWS would work on them side by side; with the longer wait a job is mostly done at its first poll.
WAIT_SCALE = 2.0


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; answers the exit status."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--media", type=Path, help="folder of clips to send instead of the samples")
    options = parser.parse_args(arguments)
    if options.media and not options.media.is_dir():
        sys.stderr.write(f"demo: MEDIA must be a folder, got {str(options.media)!r}\n")
        return 2
    if options.media and overlap(options.media.resolve(), BUILD.resolve()):
        sys.stderr.write(f"demo: MEDIA must be apart from {BUILD}, which is made anew, got {str(options.media)!r}\n")
        return 2
    # In a log there is no window to fit into.
    console = Console(width=None if sys.stdout.isatty() else 150, emoji=False)
    try:
        return run(options.media, console)
    except KeyboardInterrupt:
        sys.stderr.write("demo: stopped\n")
        return 130
    except RuntimeError as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1


def overlap(one: Path, other: Path) -> bool:
    """Whether one folder is the other, or inside it."""
    return one.is_relative_to(other) or other.is_relative_to(one)


def run(media: Path | None, console: Console) -> int:
    """The journey of the clips under `media`, or of the samples."""
    started = time.monotonic()
    with LocalCloud(wait_scale=WAIT_SCALE) as cloud:
        with console.status("deploying Ingest, Delivery and Analysis with the CDK CLI …"):
            outputs = deploy(cloud)
        console.print(f"deployed in {time.monotonic() - started:.0f} s to the local cloud at {cloud.endpoint_url}")
        mail = AlertMail(cloud, outputs["AlertTopicArn"])
        device = Device(cloud, BUILD / "device", bucket=outputs["RawBucket"])
        device.enroll(outputs)
        device.insert(media or SAMPLES / "media")
        expected = [] if media else expectations()
        with console.status("the edge agent uploads the clips …"):
            device.send()
            if not media:
                again = Device(cloud, BUILD / "again", bucket=outputs["RawBucket"], identity=device.identity)
                again.insert(SAMPLES / "media", *sent_twice())
                again.send()
        sent = device.sent()
        console.print(f"sent {sent} clips from {device.card}")
        watch(cloud, outputs, sent, console)
        clips = list(ends(cloud, outputs, mail))
        summary = reports.summarise(cloud, clips, sent=sent)
        reports.write(summary, BUILD / "report.json")
        reports.show(summary, console)
        problems = [*shortfalls(summary), *surprises(expected, clips), *unplayable(summary)]
    for problem in problems:
        console.print(f"[bold red]wrong:[/] {escape(problem)}")
    console.print(
        f"\n{BUILD.relative_to(ROOT) / 'report.json'} holds it all. The links play while the cloud runs: "
        "`make up` keeps it running."
    )
    return 1 if problems else 0


def watch(cloud: Connection, outputs: dict[str, str], sent: int, console: Console) -> None:
    """Show the clips on their way until all have ended."""
    with console.status("the clips are on their way …") as status:
        told: set[str] = set()

        def tick(records: list[dict[str, Any]]) -> None:
            for record in records:
                if record["status"] != "processing" and record["clip_id"] not in told:
                    told.add(record["clip_id"])
                    verdict = record.get("verdict", record["status"])
                    name = escape(record["key"].rsplit("/", 1)[-1])
                    console.print(f"  {len(told)} of {sent}: {name}: {verdict}")
            status.update(f"{len(told)} of {sent} clips have their verdict …")

        follow(cloud, outputs, expected=sent, tick=tick)


def shortfalls(summary: dict[str, Any]) -> list[str]:
    """Clips that went missing or failed, in words."""
    return [f"{summary[name]} of {summary['sent']} clips {name}" for name in ("lost", "failed") if summary[name]]


def surprises(expected: list[dict[str, Any]], clips: list[Clip]) -> list[str]:
    """Samples that did not get the verdict they must get, or not exactly one alert an incident, in words."""
    problems = []
    for sample in expected:
        name = Path(sample["path"]).name
        found = [clip for clip in clips if clip.record["key"].endswith(f"/{name}")]
        verdicts = [clip.record.get("verdict") for clip in found]
        if verdicts != [sample["verdict"]]:
            problems.append(f"{name}: expected one clip with verdict {sample['verdict']}, got {verdicts}")
        alerts = sum(len(clip.alerts) for clip in found)
        if alerts != (sample["verdict"] == "incident"):
            problems.append(f"{name}: {alerts} alerts")
    return problems


def unplayable(summary: dict[str, Any]) -> list[str]:
    """Links that do not open, in words."""
    answers = [(clip["key"], fetch(clip["playback_url"])) for clip in summary["clips"] if clip["playback_url"]]
    return [f"{key}: its link answers {status}" for key, status in answers if status != HTTPStatus.OK]


def fetch(url: str) -> int:
    """Open a viewer URL as a browser would; its HTTP status."""
    host = url.split("/")[2]
    # By address, since not every resolver knows names under .localhost.
    request = urllib.request.Request(url.replace(host, f"127.0.0.1:{host.split(':')[1]}", 1), headers={"Host": host})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


if __name__ == "__main__":
    sys.exit(main())
