"""What a demo run leaves behind: `build/demo/report.json` and a table for people."""

import json
import re
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local_cloud.connection import Connection
from local_cloud.journey import Clip

COLOURS = {"incident": "bold red", "important": "yellow", "routine": "green", "rejected": "magenta"}


def summarise(cloud: Connection, clips: list[Clip], *, sent: int) -> dict[str, Any]:
    """The report. `lost` counts clips that were sent and have no end: neither finished nor failed."""
    failed = sum(clip.record["status"] == "failed" for clip in clips)
    finished = sum(clip.finished for clip in clips)
    return {
        "clips": [_entry(cloud, clip) for clip in clips],
        "sent": sent,
        "finished": finished,
        "failed": failed,
        "lost": max(0, sent - finished - failed),
    }


def write(report: dict[str, Any], path: Path) -> None:
    """Write the report as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def show(report: dict[str, Any], console: Console) -> None:
    """Print the report as a table, and the links."""
    table = Table(title="What became of the clips", title_justify="left", row_styles=["", "dim"])
    for heading in ("clip", "verdict", "why", "kept as"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "verdict")
    for heading in ("states", "seconds", "est. $"):
        table.add_column(heading, justify="right")
    for clip in report["clips"]:
        table.add_row(
            escape(clip["key"].rsplit("/", 1)[-1]),
            f"[{COLOURS.get(clip['verdict'], 'white')}]{clip['verdict']}[/]",
            escape(clip["reasons"][0]) if clip["reasons"] else "",
            clip["storage_class"],
            str(clip["states_entered"]),
            f"{clip['seconds']:.1f}",
            f"{clip['estimated_cost_usd']:.4f}",
        )
    console.print(table)
    console.print(
        f"sent: {report['sent']}  finished: {report['finished']}  failed: {report['failed']}  lost: {report['lost']}"
    )
    for clip in report["clips"]:
        if clip["playback_url"]:
            console.print(f"\n[bold]{escape(clip['key'].rsplit('/', 1)[-1])}[/] plays at")
            # Whole and on one line, so that it can be copied.
            console.print(clip["playback_url"], soft_wrap=True, style="cyan", highlight=False)


def _entry(cloud: Connection, clip: Clip) -> dict[str, Any]:
    record = clip.record
    return {
        "key": record["key"],
        "clip_id": record["clip_id"],
        "verdict": record.get("verdict", record["status"]),
        "severity": record.get("severity", ""),
        "reasons": list(record.get("reasons", [])) or _failure(record),
        "moments": [{"start": float(m["start"]), "end": float(m["end"])} for m in record.get("moments", [])],
        "states_entered": clip.states_entered,
        "seconds": clip.seconds,
        "estimated_cost_usd": float(record.get("estimated_cost_usd", 0)),
        "storage_class": record.get("storage_class", ""),
        "playback_url": cloud.viewer_url(record["link"]) if "link" in record else "",
        "alerts": clip.alerts,
    }


def _failure(record: dict[str, Any]) -> list[str]:
    """Why a clip failed, in one line: where, and the words of whoever knows."""
    if "error" not in record:
        return []
    cause = str(record["cause"])
    # A transcoding job's cause is the whole job; its own message is what a person can use. A long one is cut off.
    told = re.search(r'"ErrorMessage": ?"((?:[^"\\]|\\.)*)', cause)
    return [f"{record['state']} failed with {record['error']}: {told[1] if told else cause[:200]}"]
