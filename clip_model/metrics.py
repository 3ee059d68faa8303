"""Metrics of our own: what they are called, what they count in, and of what.

Every metric is of an `environment`, and of the dimensions named here besides; it is stored under exactly these, since
CloudWatch adds nothing up by itself and each combination of values is billed as a metric. Values are few: stages,
verdicts, sources, channels, functions, the names of states and errors; a rule's name only while there are few rules.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

NAMESPACE = "IMPP"
#: The dimension every metric has, and the variable that tells a function its value.
ENVIRONMENT = "environment"
VARIABLE = "IMPP_ENVIRONMENT"
#: So many rules are counted each by its own name, the others together by this one.
MOST_RULES = 30
OTHER_RULES = "other"


class Metric(StrEnum):
    """One metric.

    Attributes:
        unit: as CloudWatch names it.
        dimensions: beside `environment`, in order.
    """

    unit: str
    dimensions: tuple[str, ...]

    def __new__(cls, name: str, unit: str, *dimensions: str) -> Self:
        """The name, which knows its unit and its dimensions."""
        metric = str.__new__(cls, name)
        metric._value_ = name
        metric.unit = unit
        metric.dimensions = dimensions
        return metric

    # From the functions that clips and campaigns pass through.
    CLIPS_CLASSIFIED = ("ClipsClassified", "Count", "verdict")
    RULE_FIRED = ("RuleFired", "Count", "rule")
    RULES_BROKEN = ("RulesBroken", "Count")
    UPLOAD_TO_ALERT = ("UploadToAlert", "Seconds")
    ALERT_CHANNEL_FAILURES = ("AlertChannelFailures", "Count", "channel")
    ITEMS_FETCHED = ("ItemsFetched", "Count", "source")
    SOURCE_FAILURES = ("SourceFailures", "Count", "source")
    MEMORY_USED = ("MemoryUsedMB", "Megabytes", "function_name")
    # From functions and machine, each for its stages.
    STAGE_SECONDS = ("StageSeconds", "Seconds", "stage")
    # From the machine.
    UPLOAD_TO_ARCHIVE = ("UploadToArchive", "Seconds")
    CLIPS_FAILED = ("ClipsFailed", "Count", "state", "error")
    # From the costs function, hourly.
    SILENT_DEVICES = ("SilentDevices", "Count")
    OLDEST_DEVICE_SECONDS = ("OldestDeviceSeconds", "Seconds")
    COST_PER_CLIP = ("CostPerClip", "None")
    COST_PER_GB = ("CostPerGB", "None")
    MONTH_SPENT_SHARE = ("MonthSpentShare", "Percent")
    # From the costs function, daily.
    REVIEWS = ("Reviews", "Count")
    REVIEW_FAILURES = ("ReviewFailures", "Count", "part")
    INCOMPLETE_REVIEWS = ("IncompleteReviews", "Count")


class Stage(StrEnum):
    """Values of the dimension `stage`: the parts of the way from upload to the clip's end.

    `INTAKE` ends when the clip is planned, `ANALYSIS` when it is handed to be judged, `CLASSIFICATION` with the
    verdict; then it is `PUBLISHING` for an incident, up to its alert, and `ARCHIVING` for any other clip.
    """

    INTAKE = "intake"
    ANALYSIS = "analysis"
    CLASSIFICATION = "classification"
    PUBLISHING = "publishing"
    ARCHIVING = "archiving"


class Channel(StrEnum):
    """Values of the dimension `channel`; `WEBHOOKS` is that the channels' addresses could not be read."""

    SLACK = "slack"
    TEAMS = "teams"
    WEBHOOKS = "webhooks"


def rule_values(names: Iterable[str]) -> dict[str, str]:
    """Values of the dimension `rule` by the rules' names, in the order of the rules document.

    CloudWatch takes printable ASCII alone, and nothing that is blank or begins with a colon.
    """
    values: dict[str, str] = {}
    for name in dict.fromkeys(names):
        plain = "".join(letter for letter in name if " " <= letter <= "~").lstrip(": ")[:250]
        values[name] = plain if plain and len(values) < MOST_RULES else OTHER_RULES
    return values
