"""What Cost Explorer makes of a line of the bill: its dimensions and tags, and the filters over them."""

from collections.abc import Callable, Mapping
from typing import Any

from clip_model.meters import Meter
from clip_model.prices import PRICES
from local_cloud.meter import Line
from local_cloud.services.wire import ServiceError

INVALID = "ValidationException"
TAG = "impp:environment"
#: What the bill calls services, by product code.
SERVICES = {
    "AmazonRekognition": "Amazon Rekognition",
    "transcribe": "Amazon Transcribe",
    "comprehend": "Amazon Comprehend",
    "AWSElementalMediaConvert": "AWS Elemental MediaConvert",
    "AmazonStates": "AWS Step Functions",
    "AWSLambda": "AWS Lambda",
    "AmazonS3": "Amazon Simple Storage Service",
    "AmazonDynamoDB": "Amazon DynamoDB",
    "AmazonCloudFront": "Amazon CloudFront",
    "AmazonCloudWatch": "AmazonCloudWatch",
    "AWSXRay": "AWS X-Ray",
    "awskms": "AWS Key Management Service",
    "AWSSecretsManager": "AWS Secrets Manager",
    "AmazonVPC": "Amazon Virtual Private Cloud",
    "AmazonECS": "Amazon Elastic Container Service",
    "AWSELB": "Amazon Elastic Load Balancing",
    "AmazonAthena": "Amazon Athena",
    "AWSCostExplorer": "AWS Cost Explorer",
    "AmazonSNS": "Amazon Simple Notification Service",
    "AWSCloudTrail": "AWS CloudTrail",
}
#: Calls and records that belong to no resource, and so carry no tag on the bill; and jobs, which carry their own alone.
UNTAGGED = frozenset(
    {
        Meter.VIDEO_MINUTE,
        Meter.IMAGE,
        Meter.SPEECH_SECOND,
        Meter.SENTIMENT_UNIT,
        Meter.TRANSCODE_SD_MINUTE,
        Meter.TRANSCODE_HD_MINUTE,
        Meter.TRANSCODE_UHD_MINUTE,
        Meter.METRIC_MONTH,
        Meter.METRIC_REQUEST,
        Meter.TRACE,
        Meter.COST_REQUEST,
    }
)

Test = Callable[[Line], bool]
Name = Callable[[Line], str]

_DIMENSIONS: Mapping[str, Name] = {
    "SERVICE": lambda line: SERVICES[PRICES[line.meter].product_code],
    "SERVICE_CODE": lambda line: PRICES[line.meter].product_code,
    "USAGE_TYPE": lambda line: PRICES[line.meter].usage_type,
    "OPERATION": lambda line: line.operation,
    "RECORD_TYPE": lambda _: "Usage",
}


def tags_of(line: Line, environment: str) -> dict[str, str]:
    """The tags that a line of the bill carries: those of its job, or else what the stack puts on all it deploys."""
    return dict(line.tags) if line.tags or line.meter in UNTAGGED else {TAG: environment}


class Terms:
    """The filters and groups of a question, of an environment whose name all that is deployed is tagged with."""

    def __init__(self, environment: str) -> None:
        self._environment = environment

    def test(self, expression: Mapping[str, Any]) -> Test:
        """A filter. Raises ServiceError where it has no sense, or is not done here."""
        if len(expression) != 1:
            raise ServiceError(INVALID, f"Filter must have one root, got {sorted(expression)}")
        ((kind, part),) = expression.items()
        match kind:
            case "And" | "Or":
                tests, join = [self.test(one) for one in part], all if kind == "And" else any
                return lambda line: join(test(line) for test in tests)
            case "Not":
                inner = self.test(part)
                return lambda line: not inner(line)
            case "Dimensions":
                name = _dimension(part["Key"])
                return lambda line: name(line) in part["Values"]
            case "Tags":
                values = [""] if "ABSENT" in part.get("MatchOptions", []) else part.get("Values", [])
                return lambda line: self._tag(part["Key"], line) in values
        raise ServiceError(INVALID, f"the local Cost Explorer does not do a Filter by {kind}")

    def name(self, group: Mapping[str, str]) -> Name:
        """What a line's group is called. Raises ServiceError where it can't be grouped so."""
        key = group.get("Key", "")
        match group.get("Type"):
            case "TAG":
                return lambda line: f"{key}${self._tag(key, line)}"
            case "DIMENSION":
                return _dimension(key)
        raise ServiceError(INVALID, f"the local Cost Explorer does not do GroupBy {group}")

    def _tag(self, key: str, line: Line) -> str:
        return tags_of(line, self._environment).get(key, "")


def _dimension(key: str) -> Name:
    if key not in _DIMENSIONS:
        raise ServiceError(INVALID, f"the local Cost Explorer does not do the dimension {key!r}")
    return _DIMENSIONS[key]
