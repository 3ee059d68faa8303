"""What the queue holds, for the owner and for monitoring."""

import os
from datetime import UTC, datetime
from typing import Any

from clip_model.words import Lane
from impp_edge.files import readable
from impp_edge.queue import State
from impp_edge.store import Store


def take_stock(store: Store, *, now: float) -> dict[str, Any]:
    """Counts by state and lane, objects in the bucket, the backlog, the oldest waiting clip, the latest error.

    Sizes are bytes, ages seconds, times ISO 8601 in UTC; what does not exist is null. `now` is
    seconds since 1970.
    """
    clips = {state.value: {lane.value: 0 for lane in Lane} for state in State}
    for row in store.rows("SELECT state, lane, count(*) AS clips FROM files GROUP BY state, lane"):
        clips[row["state"]][row["lane"]] = row["clips"]
    (backlog,) = store.rows("SELECT count(*) AS clips, coalesce(sum(size), 0) AS bytes FROM unfinished")
    oldest = store.rows("SELECT path, queued_at FROM unfinished ORDER BY queued_at LIMIT 1")
    failed = store.rows("SELECT * FROM files WHERE error IS NOT NULL ORDER BY changed_at DESC LIMIT 1")
    (sent,) = store.rows("SELECT count(*) AS objects FROM sent")
    return {
        "clips": clips,
        "objects_sent": sent["objects"],
        "backlog_clips": backlog["clips"],
        "backlog_bytes": backlog["bytes"],
        "oldest_waiting": {
            "path": readable(os.fsdecode(oldest[0]["path"])),
            "queued_at": _iso(oldest[0]["queued_at"]),
            "seconds": round(max(0.0, now - oldest[0]["queued_at"])),
        }
        if oldest
        else None,
        "last_error": {
            "path": readable(os.fsdecode(failed[0]["path"])),
            "error": failed[0]["error"],
            "at": _iso(failed[0]["changed_at"]),
            "attempts": failed[0]["attempts"],
        }
        if failed
        else None,
    }


def tell(stock: dict[str, Any]) -> str:
    """The same for a person to read."""
    lanes = [lane.value for lane in Lane]
    lines = [f"{'':16}" + "".join(f"{lane:>12}" for lane in lanes)]
    for state, counts in stock["clips"].items():
        lines.append(f"{state:16}" + "".join(f"{counts[lane]:>12}" for lane in lanes))
    lines.append(f"backlog: {stock['backlog_clips']} clips, {stock['backlog_bytes'] / 1024 / 1024:.1f} MiB")
    if oldest := stock["oldest_waiting"]:
        lines.append(f"waiting longest: {oldest['path']}, {oldest['seconds']} s")
    if error := stock["last_error"]:
        lines.append(f"last error: {error['path']}, {error['attempts']} tries: {error['error']}")
    return "\n".join(lines)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
