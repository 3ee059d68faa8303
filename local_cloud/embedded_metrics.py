"""The embedded metric format: metrics that a log line carries, as CloudWatch Logs takes them out of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Datum:
    """Values of one metric under one set of dimensions; `at` in seconds since 1970."""

    namespace: str
    name: str
    dimensions: dict[str, str]
    unit: str
    values: list[float]
    at: float


def read(line: str) -> Iterator[Datum]:
    """The metrics of a log line: none where it is not in the format, or says of a value what is no number."""
    if '"_aws"' not in line:
        return
    try:
        entry = json.loads(line)
        about = entry["_aws"]
        for directive in about["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                for metric in directive["Metrics"]:
                    value = entry[metric["Name"]]
                    yield Datum(
                        namespace=directive["Namespace"],
                        name=metric["Name"],
                        dimensions={name: str(entry[name]) for name in names},
                        unit=metric.get("Unit", "None"),
                        values=[float(item) for item in (value if isinstance(value, list) else [value])],
                        at=about["Timestamp"] / 1000,
                    )
    except (ValueError, KeyError, TypeError):
        return
