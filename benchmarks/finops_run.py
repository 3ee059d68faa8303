"""A run of the deployed pipeline, estimated beforehand and metered as it goes; the two are compared meter by meter.

The estimate is the one of `impp cost estimate --folder`. What it is told: an event is an incident by rule, and of all
other clips none is; nobody watches. What lasts for months is left out of both: storage can't be metered in minutes.
The clips come at a pace at which none has to queue for Rekognition.
"""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.finops_clips import make_clips
from clip_model.fleet import Traffic
from clip_model.meters import Meter
from clip_model.prices import PRICES
from clip_model.words import Lane, Status
from local_cloud.connection import ROOT, Connection
from local_cloud.deployment import deploy
from local_cloud.journey import records
from operations.cost_estimate import Estimate
from operations.cost_folder import estimate_folder
from operations.cost_settings import read_costed

#: Clips under way at once. Most of them wait: more than twenty jobs of Rekognition's at a time must not come together.
AT_ONCE = 16
#: Of the first ones, fewer: what has been seen once is quicker seen again.
_AT_FIRST, _WARM = 3, 40
#: Seconds that a second of the machine's waiting lasts: long enough for a job to be done when it is first asked for.
WAIT_SCALE = 0.6
#: Seconds after which a run in which nothing ends is given up.
PATIENCE = 300
#: Clips between lines of progress.
_TOLD = 50
#: Counted by the month.
LASTING = frozenset(meter for meter in Meter if meter.endswith(("_month", "_hour")))
#: Asked for by whoever looks, not by the clips.
ASKED = frozenset({Meter.COST_REQUEST, Meter.SCAN_TB})


@dataclass(frozen=True)
class Compared:
    """A run's figures.

    Attributes:
        clips: how many were sent.
        estimated, metered: units on each meter.
        reserved_usd: what the money gate reserved for them.
        verdicts: how many of each.
        seconds: from the first that was sent to the last that ended.
    """

    clips: int
    estimated: Mapping[Meter, float]
    metered: Mapping[Meter, float]
    reserved_usd: float
    verdicts: Mapping[str, int]
    seconds: float

    @property
    def estimated_usd(self) -> float:
        """Dollars beforehand."""
        return _usd(self.estimated)

    @property
    def metered_usd(self) -> float:
        """Dollars by the meters."""
        return _usd(self.metered)

    @property
    def off_pct(self) -> float:
        """By how much the estimate is off, in percent of what was metered."""
        return abs(self.estimated_usd - self.metered_usd) / self.metered_usd * 100

    def by_meter(self) -> dict[str, dict[str, float]]:
        """Both of each meter, and the dollars between them, the widest first."""
        meters = sorted({*self.estimated, *self.metered}, key=lambda meter: -abs(self._between(meter)))
        return {
            str(meter): {
                "estimated": round(self.estimated.get(meter, 0), 6),
                "metered": round(self.metered.get(meter, 0), 6),
                "usd_between": round(self._between(meter), 6),
            }
            for meter in meters
        }

    def _between(self, meter: Meter) -> float:
        return PRICES.usd(meter, self.estimated.get(meter, 0)) - PRICES.usd(meter, self.metered.get(meter, 0))


def run(folder: Path, count: int) -> Compared:
    """Deploy to a local cloud of its own, estimate, send, wait.

    Raises:
        RuntimeError: a clip failed, or nothing moves any more.
    """
    clips = make_clips(folder, count)
    estimate = estimated(folder / "sent")
    cloud = Connection("dev")
    command = [sys.executable, "-m", "local_cloud", "--port", str(cloud.port), "--wait-scale", str(WAIT_SCALE)]
    server = subprocess.Popen(command)
    try:
        cloud.await_start(server)
        _tell(f"deploying to {cloud.endpoint_url}")
        outputs = deploy(cloud)
        return _compare(cloud, outputs, clips, folder / "sent", estimate)
    finally:
        server.terminate()
        server.wait(timeout=30)


def estimated(folder: Path) -> Estimate:
    """What `impp cost estimate --folder` says of the clips, before one is sent."""
    costed = read_costed(ROOT / "environments" / "dev.toml")
    never = Traffic(clips_a_day=0, seconds=1, megabytes=1, incidents=0, important=0)
    lanes: dict[str, Traffic] = {lane: replace(never, incidents=1.0 if lane is Lane.EVENT else 0.0) for lane in Lane}
    fleet = replace(costed.fleet, views=0, months=0.1, lanes=lanes, campaigns=never)
    return estimate_folder(folder, None, replace(costed, fleet=fleet), PRICES)


def _compare(
    cloud: Connection, outputs: Mapping[str, str], clips: Sequence[Path], folder: Path, estimate: Estimate
) -> Compared:
    before, started = _units(cloud), time.monotonic()
    _send(cloud, outputs, clips, folder)
    seconds = time.monotonic() - started
    metered = _settled(cloud) - before
    ended = [record for record in records(cloud, outputs["ClipsTable"]) if "key" in record]
    failed = [record["key"] for record in ended if record["status"] != Status.DONE]
    if failed or len(ended) != len(clips):
        raise RuntimeError(
            f"{len(clips)} clips were sent, {len(ended)} are recorded, {len(failed)} failed: {failed[:3]}"
        )
    units: Counter[Meter] = Counter()
    for line in estimate.lines:
        units[line.meter] += line.quantity  # type: ignore[assignment]
    return Compared(
        clips=len(clips),
        estimated=_of_clips(units),
        metered=_of_clips(metered),
        reserved_usd=float(sum(record["estimated_cost_usd"] for record in ended)),
        verdicts=Counter(record["verdict"] for record in ended),
        seconds=seconds,
    )


def _send(cloud: Connection, outputs: Mapping[str, str], clips: Sequence[Path], folder: Path) -> None:
    """Send one after the other, so that no more than a few are under way, and wait for the last."""
    s3, sfn = cloud.client("s3"), cloud.client("stepfunctions")

    def under_way() -> int:
        # Asked of Step Functions, where asking costs nothing.
        found = sfn.list_executions(stateMachineArn=outputs["StateMachineArn"], statusFilter="RUNNING", maxResults=100)
        return len(found["executions"])

    sent, told, before, moved = 0, 0, (0, 0), time.monotonic()
    while (running := under_way()) or sent < len(clips):
        if (sent, running) != before:
            before, moved = (sent, running), time.monotonic()
        if time.monotonic() - moved > PATIENCE:
            raise RuntimeError(f"nothing has moved for {PATIENCE} s, {sent} of {len(clips)} clips are sent")
        room = (AT_ONCE if sent >= _WARM else _AT_FIRST) - running
        for path in clips[sent : sent + max(0, min(room, _AT_FIRST))]:
            s3.put_object(Bucket=outputs["RawBucket"], Key=path.relative_to(folder).as_posix(), Body=path.read_bytes())
            sent += 1
        if sent >= told + _TOLD:
            told = sent
            _tell(f"{sent} of {len(clips)} clips are sent")
        # A clip that was sent shows as a run a moment later.
        time.sleep(1)


def _settled(cloud: Connection) -> Counter[Meter]:
    """The meters, once logs and traces are written too."""
    before, now = Counter[Meter](), _units(cloud)
    while _of_clips(now) != _of_clips(before):
        time.sleep(3)
        before, now = now, _units(cloud)
    return now


def _units(cloud: Connection) -> Counter[Meter]:
    units: Counter[Meter] = Counter()
    for line in cloud.metered():
        units[line.meter] += line.quantity  # type: ignore[assignment]
    return units


def _of_clips(units: Mapping[Meter, float]) -> dict[Meter, float]:
    return {meter: number for meter, number in units.items() if meter not in LASTING | ASKED and number}


def _usd(units: Mapping[Meter, float]) -> float:
    return sum(PRICES.usd(meter, number) for meter, number in units.items())


def _tell(text: str) -> None:
    sys.stderr.write(f"finops: {time.strftime('%H:%M:%S')} {text}\n")


def figures(compared: Compared) -> dict[str, Any]:
    """What goes into the benchmark's file."""
    return {
        "estimate_vs_metered_pct": round(compared.off_pct, 3),
        "clips": compared.clips,
        "estimated_usd": round(compared.estimated_usd, 4),
        "metered_usd": round(compared.metered_usd, 4),
        "reserved_usd": round(compared.reserved_usd, 4),
        "verdicts": dict(compared.verdicts),
        "run_seconds": round(compared.seconds),
        "by_meter": compared.by_meter(),
    }
