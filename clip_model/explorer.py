"""Cost Explorer: how everyone here asks it, so that all get the same sums, and as near to the bill's as it goes."""

from typing import Any

TAG = "impp:environment"
#: What usage cost, each part of a savings plan or a reservation at its effective price: what the bill's queries tell.
METRIC = "AmortizedCost"
#: The same, as a forecast is asked for it.
FORECAST_METRIC = "AMORTIZED_COST"
#: Services of the price table as Cost Explorer calls them, and as the bill does.
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


def product_code(service: str) -> str:
    """A service as the bill calls it; as Cost Explorer does where it is none of the pipeline's."""
    return PRODUCT_CODES.get(service, service)


def cost_filter(environment: str) -> dict[str, Any]:
    """An environment's usage: what carries its tag, and what carries none of services in the price table.

    Rekognition's and Comprehend's calls carry none; an account's other services are not the environment's.
    """
    untagged = [
        {"Tags": {"Key": TAG, "MatchOptions": ["ABSENT"]}},
        {"Dimensions": {"Key": "SERVICE", "Values": sorted(PRODUCT_CODES)}},
    ]
    return {
        "And": [
            {"Or": [{"Tags": {"Key": TAG, "Values": [environment]}}, {"And": untagged}]},
            {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": _OTHER_RECORDS}}},
        ]
    }
