"""The closed vocabularies: verdict, severity, depth, lane, status, storage class."""

from enum import StrEnum


class Verdict(StrEnum):
    """What a clip turned out to be; it decides where the clip goes."""

    INCIDENT = "incident"
    IMPORTANT = "important"
    ROUTINE = "routine"
    REJECTED = "rejected"


class Severity(StrEnum):
    """How urgent a clip is for the person who is alerted."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


class Depth(StrEnum):
    """How closely a clip is analysed: video APIs, captured frames, or not at all."""

    FULL = "full"
    SAMPLED = "sampled"
    NONE = "none"


class Lane(StrEnum):
    """A device's own sorting of its recordings; the collection of a device's clip."""

    EVENT = "event"
    PARKING = "parking"
    CONTINUOUS = "continuous"


class Status(StrEnum):
    """Where a clip's record stands in the clips table."""

    PROCESSING = "processing"
    DONE = "done"
    FAILED = "failed"
    REDRIVE = "redrive"


#: The storage class each verdict's original ends in (S3 names). An incident's stays where it is, as evidence.
STORAGE_CLASS = {
    Verdict.INCIDENT: "STANDARD",
    Verdict.IMPORTANT: "STANDARD_IA",
    Verdict.ROUTINE: "DEEP_ARCHIVE",
    Verdict.REJECTED: "STANDARD",
}

#: Verdicts from the one that matters most to the one that matters least.
VERDICTS_BY_WEIGHT = (Verdict.INCIDENT, Verdict.IMPORTANT, Verdict.ROUTINE)

#: Severities from the most urgent to the least.
SEVERITIES_BY_WEIGHT = tuple(Severity)
