"""`make campaign`: a batch of licensed footage on this machine, from the search to the archive.

The sources are stand-ins on loopback that speak the real sites' APIs; the rest is the pipeline as it goes
to AWS. Exit status 0 means that every item has its outcome, every clip its verdict, and each clip carries
author and licence wherever it went.
"""

import json
import subprocess
import sys
import time
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clip_model import keys, metadata
from clip_model.words import Status
from local_cloud.cloud import LocalCloud
from local_cloud.connection import ROOT, Connection
from local_cloud.deployment import BIN, deploy
from local_cloud.report import COLOURS

REPORT = ROOT / "build" / "demo" / "campaign.json"
CAMPAIGN, BATCH = "nature", 6
WAIT_SCALE = 1.0
#: Formats that only a proxy makes readable for Rekognition.
FOREIGN = ".webm"

_read = TypeDeserializer().deserialize


def main() -> int:
    """Run the demo; answers the exit status."""
    console = Console(width=None if sys.stdout.isatty() else 150, emoji=False)
    try:
        return run(console)
    except KeyboardInterrupt:
        sys.stderr.write("campaign: stopped\n")
        return 130
    except RuntimeError as error:
        sys.stderr.write(f"campaign: {error}\n")
        return 1


def run(console: Console) -> int:
    """One run of one campaign."""
    started = time.monotonic()
    with LocalCloud(wait_scale=WAIT_SCALE) as cloud:
        with console.status("deploying with the CDK CLI …"):
            outputs = deploy(cloud)
        console.print(f"deployed in {time.monotonic() - started:.0f} s to the local cloud at {cloud.endpoint_url}")
        give_pixabay_key(cloud, outputs)
        fetch(cloud, outputs, console)
        (record, *items) = read_run(cloud, outputs)
        clips = [read_clip(cloud, outputs, item) for item in items if item["clip_id"]]
        layout = {name: objects(cloud, outputs[name]) for name in ("RawBucket", "ArchiveBucket", "ProcessedBucket")}
        show(console, items, clips)
        show_layout(console, layout)
        problems = [*shortfalls(record, items, clips), *strays(layout), *unattributed(cloud, outputs, clips)]
    report = {"run": record, "items": items, "clips": clips, "layout": layout, "problems": problems}
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2, ensure_ascii=False, default=_plain) + "\n", encoding="utf-8")
    counts = "  ".join(f"{name}: {record[name]}" for name in ("received", "processed", "skipped", "failed"))
    console.print(counts, highlight=False)
    for problem in problems:
        console.print(f"[bold red]wrong:[/] {escape(problem)}")
    console.print(f"{REPORT.relative_to(ROOT)} holds it all")
    return 1 if problems else 0


def give_pixabay_key(cloud: Connection, outputs: dict[str, str]) -> None:
    """What an operator does once with `impp campaign key`; the stand-in takes any."""
    cloud.client("secretsmanager").create_secret(Name=outputs["PixabaySecret"], SecretString="any key")


def fetch(cloud: Connection, outputs: dict[str, str], console: Console) -> None:
    """Start the campaign as an operator does, and follow it. Raises RuntimeError where the run itself failed."""
    command = ("campaign", "run", CAMPAIGN, "--batch-size", str(BATCH), "--wait", "--env", cloud.environment)
    console.print(f"impp {' '.join(command)}", style="bold", highlight=False)
    process = subprocess.Popen(
        [str(BIN / "impp"), *command],
        env=cloud.variables_as(outputs["OperatorRoleArn"]),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    for line in process.stdout or ():
        lines.append(line)
        console.print(f"  {line.rstrip()}", markup=False, highlight=False, soft_wrap=True)
    if process.wait() != 0:
        raise RuntimeError(f"the run failed: {''.join(lines[-3:])}")


def read_run(cloud: Connection, outputs: dict[str, str]) -> list[dict[str, Any]]:
    """The latest run's record, and its items."""
    table, dynamodb = outputs["CampaignsTable"], cloud.client("dynamodb")
    latest = dynamodb.query(
        TableName=table,
        IndexName="by_start",
        KeyConditionExpression="kind = :kind",
        ExpressionAttributeValues={":kind": {"S": "run"}},
        ScanIndexForward=False,
        Limit=1,
    )["Items"][0]
    found = dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :run",
        ExpressionAttributeValues={":run": latest["pk"]},
    )["Items"]
    found.sort(key=lambda item: item["sk"]["S"] != "run")
    return [{name: _read(value) for name, value in item.items()} for item in found]


def read_clip(cloud: Connection, outputs: dict[str, str], item: dict[str, Any]) -> dict[str, Any]:
    """The record of an item's clip, empty where there is none."""
    answer = cloud.client("dynamodb").get_item(
        TableName=outputs["ClipsTable"], Key={"clip_id": {"S": item["clip_id"]}}, ConsistentRead=True
    )
    return {name: _read(value) for name, value in answer.get("Item", {}).items() if name != "event"}


def objects(cloud: Connection, bucket: str) -> list[str]:
    """Keys of a bucket, analysis' own left out."""
    pages = cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    found = [item["Key"] for page in pages for item in page.get("Contents", ())]
    return [key for key in found if not key.startswith(f"{keys.WORK}/")]


def shortfalls(record: dict[str, Any], items: list[dict[str, Any]], clips: list[dict[str, Any]]) -> list[str]:
    """What is missing of the run, in words."""
    problems = [f"item {item['item_id']} is still {item['state']}" for item in items if item["state"] == "fetching"]
    problems += [f"{clip.get('key', 'a clip')}: {clip.get('status')}" for clip in clips if not _is_done(clip)]
    if len(items) != BATCH:
        problems.append(f"{len(items)} of {BATCH} items were found")
    if failed := sum(item["state"] == "failed" for item in items):
        problems.append(f"{failed} items failed")
    if record["processed"] != record["received"]:
        problems.append(f"{record['processed']} of {record['received']} clips were processed")
    if not any(str(clip["key"]).endswith(FOREIGN) and clip.get("depth") == "full" for clip in clips):
        problems.append(f"no {FOREIGN} clip was analysed by proxy")
    return problems


def strays(layout: dict[str, list[str]]) -> list[str]:
    """Objects that lie elsewhere than the layout says, in words."""
    problems = []
    for bucket in ("RawBucket", "ArchiveBucket"):
        for key in layout[bucket]:
            try:
                keys.ClipKey.parse(key.removeprefix(f"{keys.QUARANTINE}/"))
            except ValueError as error:
                problems.append(f"{bucket}: {error}")
    return problems


def unattributed(cloud: Connection, outputs: dict[str, str], clips: list[dict[str, Any]]) -> list[str]:
    """Clips that lost author or licence on their way, in words: in the record, in labels.json, at the original."""
    s3, problems = cloud.client("s3"), []
    for clip in clips:
        bucket, _, key = str(clip["location"]).removeprefix("s3://").partition("/")
        carried = s3.head_object(Bucket=bucket, Key=key)["Metadata"]
        labels = json.load(s3.get_object(Bucket=outputs["ProcessedBucket"], Key=clip["folder"] + keys.LABELS)["Body"])
        for where, told in (
            ("its record", clip.get("attribution")),
            ("labels.json", labels.get("attribution")),
            ("the original", {part: carried.get(name) for part, name in metadata.ATTRIBUTION.items()}),
        ):
            lost = [part for part in ("author", "licence") if not (told or {}).get(part)]
            problems += [f"{clip['key']}: {where} names no {part}" for part in lost]
    return problems


def show(console: Console, items: list[dict[str, Any]], clips: list[dict[str, Any]]) -> None:
    """Print what became of each item."""
    table = Table(title="What the run brought", title_justify="left", row_styles=["", "dim"])
    for heading in ("source", "title", "author", "licence", "outcome", "verdict", "kept as"):
        table.add_column(heading, overflow="fold")
    by_id = {clip.get("clip_id"): clip for clip in clips}
    for item in items:
        clip = by_id.get(item["clip_id"], {})
        verdict = str(clip.get("verdict", ""))
        outcome = item["state"] + (f": {item['reason']}" if item["reason"] else "")
        told = (item["source"], item["title"], item["author"], item["licence"], outcome)
        coloured = f"[{COLOURS[verdict]}]{verdict}[/]" if verdict in COLOURS else verdict
        table.add_row(*(escape(str(each)) for each in told), coloured, str(clip.get("storage_class", "")))
    console.print(table)


def show_layout(console: Console, layout: dict[str, list[str]]) -> None:
    """Print where everything lies."""
    for bucket, found in layout.items():
        console.print(f"[bold]{bucket.removesuffix('Bucket').lower()}[/]")
        for key in found:
            if "/hls/" not in key and "/thumbs/" not in key:
                console.print(f"  {key}", markup=False, highlight=False, soft_wrap=True)


def _is_done(clip: dict[str, Any]) -> bool:
    return clip.get("status") == Status.DONE


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, set) else float(value)


if __name__ == "__main__":
    sys.exit(main())
