"""What CloudWatch would have of an environment that has been in use for a while: made up, for pictures."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from clip_model.metrics import ENVIRONMENT, Metric, Stage
from clip_model.words import Verdict

Datum = dict[str, Any]

HOURS = 7 * 24
#: The last of them, in which nothing failed.
QUIET_HOURS = 3
#: Seconds that a clip spends in each stage, in the middle.
_STAGES = {
    Stage.INTAKE: 3.0,
    Stage.ANALYSIS: 41.0,
    Stage.CLASSIFICATION: 2.4,
    Stage.PUBLISHING: 24.0,
    Stage.ARCHIVING: 6.5,
}
_VERDICTS = {Verdict.ROUTINE: 0.68, Verdict.IMPORTANT: 0.14, Verdict.INCIDENT: 0.16, Verdict.REJECTED: 0.02}
_FAILURES = {("Transcode", "States.TaskFailed"): 0.02, ("Labels", "Rekognition.JobFailed"): 0.008}


def metrics(environment: str, now: datetime) -> Iterator[Datum]:
    """A week of values as PutMetricData takes them, the last of them from some minutes ago."""
    random = Random(11)  # noqa: S311 - figures for pictures

    def datum(metric: Metric, time: datetime, values: list[float], *of: str) -> Datum:
        names = (ENVIRONMENT, *metric.dimensions)
        return {
            "MetricName": metric,
            "Dimensions": [
                {"Name": name, "Value": value} for name, value in zip(names, (environment, *of), strict=True)
            ],
            "Timestamp": time,
            "Values": values,
            "Unit": metric.unit,
        }

    for back in range(HOURS, -1, -1):
        time = now - timedelta(hours=back, minutes=4)
        clips = _clips(random, time)
        verdicts = random.choices([*_VERDICTS], [*_VERDICTS.values()], k=clips)
        for verdict in sorted(set(verdicts)):
            yield datum(Metric.CLIPS_CLASSIFIED, time, [1.0] * verdicts.count(verdict), verdict)
        alerted, archived = verdicts.count(Verdict.INCIDENT), verdicts.count(Verdict.ROUTINE)
        for stage, middle in _STAGES.items():
            count = {Stage.PUBLISHING: alerted, Stage.ARCHIVING: archived}.get(stage, clips)
            if count:
                yield datum(Metric.STAGE_SECONDS, time, _seconds(random, middle, count), stage)
        for metric, middle, count in ((Metric.UPLOAD_TO_ALERT, 72, alerted), (Metric.UPLOAD_TO_ARCHIVE, 54, archived)):
            if count:
                yield datum(metric, time, _seconds(random, middle, count))
        for failure, share in _FAILURES.items():
            # None of late, or an alarm would be red.
            if random.random() < share * clips and back > QUIET_HOURS:
                yield datum(Metric.CLIPS_FAILED, time, [1.0], *failure)
        yield datum(Metric.SILENT_DEVICES, time, [1.0])
        yield datum(Metric.OLDEST_DEVICE_SECONDS, time, [3600.0 * max(5 - back, 0.1)])


def _clips(random: Random, time: datetime) -> int:
    """More by day than by night, UTC."""
    busy = 14 if 6 <= time.hour < 20 else 3  # noqa: PLR2004 - hours
    return random.randint(0, busy)


def _seconds(random: Random, middle: float, count: int) -> list[float]:
    return [round(middle * random.lognormvariate(0, 0.35), 1) for _ in range(count)]
