"""Cost Explorer: the source until the bill has data, and the one that knows how a month will end."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from botocore.exceptions import ClientError

from clients import client
from costs import Metered, service_name

_TAG = "impp:environment"
#: Services of ours as Cost Explorer calls them, and as the bill does.
PRODUCT_CODES = {
    "AWS CloudTrail": "AWSCloudTrail",
    "AWS Cost Explorer": "AWSCostExplorer",
    "AWS Elemental MediaConvert": "AWSElementalMediaConvert",
    "AWS Key Management Service": "awskms",
    "AWS Lambda": "AWSLambda",
    "AWS Secrets Manager": "AWSSecretsManager",
    "AWS Step Functions": "AmazonStates",
    "AWS X-Ray": "AWSXRay",
    "Amazon Athena": "AmazonAthena",
    "Amazon CloudFront": "AmazonCloudFront",
    "Amazon Comprehend": "comprehend",
    "Amazon DynamoDB": "AmazonDynamoDB",
    "Amazon Elastic Container Service": "AmazonECS",
    "Amazon Elastic Load Balancing": "AWSELB",
    "Amazon Rekognition": "AmazonRekognition",
    "Amazon Simple Notification Service": "AmazonSNS",
    "Amazon Simple Storage Service": "AmazonS3",
    "Amazon Transcribe": "transcribe",
    "Amazon Virtual Private Cloud": "AmazonVPC",
    "AmazonCloudWatch": "AmazonCloudWatch",
}
#: What is not for usage: what the bill's queries leave out too.
_OTHER_RECORDS = ["Credit", "Refund", "Tax", "Support", "Upfront", "RIFee", "SavingsPlanUpfrontFee"]


class ExplorerSource:
    """Costs from Cost Explorer, which is in one region for all.

    Args:
        environment: whose costs: those that carry its tag, and those without any of services that it uses.
        today: the day that is not over.
    """

    origin = "cost-explorer"

    def __init__(self, environment: str, *, today: date) -> None:
        self._today = today
        self._filter = {
            "And": [
                {
                    "Or": [
                        {"Tags": {"Key": _TAG, "Values": [environment]}},
                        {
                            "And": [
                                {"Tags": {"Key": _TAG, "MatchOptions": ["ABSENT"]}},
                                {"Dimensions": {"Key": "SERVICE", "Values": sorted(PRODUCT_CODES)}},
                            ]
                        },
                    ]
                },
                {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": _OTHER_RECORDS}}},
            ]
        }

    def days(self, month: str) -> Mapping[str, Mapping[str, float]]:
        """Dollars by day and service."""
        days: dict[str, dict[str, float]] = {}
        for period in self._ask(month, "DAILY", ["UnblendedCost"], "SERVICE"):
            services: dict[str, float] = {}
            for group in period["Groups"]:
                name = service_name(PRODUCT_CODES.get(group["Keys"][0], group["Keys"][0]))
                services[name] = services.get(name, 0.0) + _amount(group, "UnblendedCost")
            if services:
                days[period["TimePeriod"]["Start"]] = services
        return days

    def meters(self, month: str) -> Sequence[Metered]:
        """What was counted."""
        return [
            Metered(
                PRODUCT_CODES.get(group["Keys"][0], group["Keys"][0]),
                group["Keys"][1],
                _amount(group, "UsageQuantity"),
                _amount(group, "UnblendedCost"),
            )
            for period in self._ask(month, "MONTHLY", ["UnblendedCost", "UsageQuantity"], "SERVICE", "USAGE_TYPE")
            for group in period["Groups"]
        ]

    def rest(self) -> float | None:
        """Dollars that the rest of the month will cost, today included; None where there is too little to go by."""
        try:
            answer = client("ce").get_cost_forecast(
                TimePeriod={"Start": self._today.isoformat(), "End": _end(f"{self._today:%Y-%m}").isoformat()},
                Metric="UNBLENDED_COST",
                Granularity="MONTHLY",
                Filter=self._filter,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "DataUnavailableException":
                return None
            raise
        return float(answer["Total"]["Amount"])

    def _ask(self, month: str, granularity: str, metrics: list[str], *groups: str) -> Iterator[dict[str, Any]]:
        end = min(_end(month), self._today)
        start = date.fromisoformat(f"{month}-01")
        # Of the first day of a month there is no yesterday in it.
        token: dict[str, str] = {}
        while start < end:
            page = client("ce").get_cost_and_usage(
                TimePeriod={"Start": start.isoformat(), "End": end.isoformat()},
                Granularity=granularity,
                Metrics=metrics,
                GroupBy=[{"Type": "DIMENSION", "Key": key} for key in groups],
                Filter=self._filter,
                **token,
            )
            yield from page["ResultsByTime"]
            if "NextPageToken" not in page:
                return
            token = {"NextPageToken": page["NextPageToken"]}


def _amount(group: Mapping[str, Any], metric: str) -> float:
    return float(group["Metrics"][metric]["Amount"])


def _end(month: str) -> date:
    """The day after a month's last."""
    return (date.fromisoformat(f"{month}-28") + timedelta(days=4)).replace(day=1)
