"""What a bill is generated from: kinds of lines, each knowing by itself what it is and whom it concerns."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

ENVIRONMENT = "dev"
ACCOUNT = "111111111111"
REGION = "us-east-1"
QUEUE = "impp-dev-Analysis"
#: Outputs of a MediaConvert job: what it makes, and the meters of the outputs.
_MAKES = {
    "frames": ("USE1-B-AVC-SD-S-30",),
    "proxy": ("USE1-B-AVC-HD-S-30",),
    "playback": ("USE1-B-AVC-HD-S-30", "USE1-B-AVC-SD-S-30"),
    "highlight": ("USE1-B-AVC-HD-S-30",),
}
_SOURCES = [f"car-{number}" for number in range(1, 41)]
_LANES = ("event", "parking", "continuous")
_FETCHED = (("wikimedia", "nature"), ("wikimedia", "travel"), ("pixabay", "nature"))
_OWN = {"user_impp_environment": ENVIRONMENT}


@dataclass(frozen=True)
class Line:
    """A line that comes again on other days, with other amounts.

    Attributes:
        service: product code.
        price: millionths of a millionth of a dollar for a thousandth of a unit.
        counted: it is this environment's usage; said here, and not found out from the rest.
        facts: what the named queries should make of it, as `bucket` or `storage_class`.
        kind: line item type.
        effective: the price that counts where a plan or a reservation covers the usage.
    """

    service: str
    usage_type: str
    unit: str
    price: int
    resource: str = ""
    operation: str = ""
    title: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    counted: bool = True
    facts: dict[str, str] = field(default_factory=dict)
    kind: str = "Usage"
    effective: int | None = None
    account: str = ACCOUNT
    description: str = ""


def steady_lines() -> list[Line]:
    """Lines of every day of every month."""
    return [*_storage(), *_functions(), *_analysis(), *_playback(), *_rest(), *_strangers(), *_no_usage()]


def job_lines(rows: int, random: Random) -> Iterator[tuple[Line, int]]:
    """Lines of MediaConvert's jobs of one month, so many rows of them, each with its day of 28."""
    number = 0
    while rows > 0:
        number += 1
        fetched = random.randrange(10) == 0
        source, collection = random.choice(_FETCHED) if fetched else (random.choice(_SOURCES), random.choice(_LANES))
        clip = f"{random.getrandbits(256):064x}"
        makes = random.choice(list(_MAKES))
        day = random.randint(1, 28)
        tags = {
            **_OWN,
            "user_impp_source": source,
            "user_impp_collection": collection,
            "user_impp_clip": clip,
            "user_impp_makes": makes,
            "user_impp_queue": QUEUE,
        }
        facts = {"source": source, "collection": collection, "clip": clip, "makes": makes, "queue": QUEUE}
        reserved = number % 50 == 0
        for usage_type in _MAKES[makes][:rows]:
            rows -= 1
            price = 15_000_000 if "-HD-" in usage_type else 7_500_000
            line = Line(
                service="AWSElementalMediaConvert",
                usage_type=usage_type,
                unit="minutes",
                price=price,
                resource=f"arn:aws:mediaconvert:{REGION}:{ACCOUNT}:jobs/{number}",
                operation="Transcode",
                title="AWS Elemental MediaConvert",
                tags=tags,
                facts=facts,
                kind="DiscountedUsage" if reserved else "Usage",
                effective=price * 6 // 10 if reserved else None,
            )
            yield line, day


def _storage() -> Iterator[Line]:
    classes = {
        "STANDARD": ("TimedStorage-ByteHrs", 23_000_000, "Requests-Tier1", None),
        "STANDARD_IA": ("TimedStorage-SIA-ByteHrs", 12_500_000, "Requests-SIA-Tier1", "TimedStorage-SIA-SmObjects"),
        "DEEP_ARCHIVE": ("TimedStorage-GDA-ByteHrs", 990_000, "Requests-GDA-Tier1", "TimedStorage-GDA-Staging"),
        "GLACIER_IR": ("TimedStorage-GIR-ByteHrs", 4_000_000, "Requests-GIR-Tier1", None),
        "GLACIER": ("TimedStorage-GlacierByteHrs", 3_600_000, "Requests-GLACIER-Tier1", "TimedStorage-GlacierStaging"),
        "INTELLIGENT_TIERING": ("TimedStorage-INT-FA-ByteHrs", 23_000_000, "Requests-INT-Tier1", None),
    }
    for bucket in ("impp-dev-raw", "impp-dev-archive", "impp-dev-processed"):
        for storage_class, (kept, price, asked, overhead) in classes.items():
            yield _s3(bucket, storage_class, "storage", kept, "GB-Mo", price)
            yield _s3(bucket, storage_class, "requests", asked, "Requests", 5_000)
            if overhead:
                yield _s3(bucket, storage_class, "overhead", overhead, "GB-Mo", price)
        yield _s3(bucket, "STANDARD_IA", "retrieval", "Retrieval-SIA", "GB", 10_000_000)
        yield _s3(bucket, "DEEP_ARCHIVE", "early delete", "EarlyDelete-GDA", "GB-Mo", 990_000)
        yield _s3(bucket, "GLACIER", "early delete", "EarlyDelete-ByteHrs", "GB-Mo", 3_600_000)
        yield _s3(bucket, "", "transfer", "DataTransfer-Out-Bytes", "GB", 90_000_000)


def _s3(  # noqa: PLR0917 - a table's row
    bucket: str, storage_class: str, what: str, usage_type: str, unit: str, price: int
) -> Line:
    return Line(
        service="AmazonS3",
        usage_type=usage_type,
        unit=unit,
        price=price,
        resource=bucket,
        title="Amazon Simple Storage Service",
        tags=_OWN,
        facts={"bucket": bucket, "storage_class": storage_class, "what": what},
    )


def _functions() -> Iterator[Line]:
    for name in ("impp-dev-classify", "impp-dev-alert", "impp-dev-campaign", "impp-dev-costs"):
        for usage_type, unit, price, counts in (
            ("Request-ARM", "Requests", 200, "requests"),
            ("Lambda-GB-Second-ARM", "Lambda-GB-Second", 13_333, "gb_seconds"),
        ):
            line = Line(
                service="AWSLambda",
                usage_type=usage_type,
                unit=unit,
                price=price,
                resource=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}",
                operation="Invoke",
                title="AWS Lambda",
                tags=_OWN,
                facts={"function": name, "counts": counts},
            )
            yield line
            # What a savings plan covers is billed at its own price; the negation takes the other one back.
            if counts == "gb_seconds":
                yield _like(line, kind="SavingsPlanCoveredUsage", effective=price * 88 // 100)
                yield _like(line, kind="SavingsPlanNegation", price=-price, counted=False)


def _analysis() -> Iterator[Line]:
    """Rekognition and Comprehend carry no tag at all; Transcribe's jobs do."""
    for service, title, usage_type, operation, unit, price in (
        (
            "AmazonRekognition",
            "Amazon Rekognition",
            "MinutesOfVideoProcessed",
            "LabelDetection",
            "minutes",
            100_000_000,
        ),
        ("AmazonRekognition", "Amazon Rekognition", "MinutesOfVideoProcessed", "TextDetection", "minutes", 100_000_000),
        ("AmazonRekognition", "Amazon Rekognition", "Group2-ImagesProcessed", "DetectLabels", "images", 1_000_000),
        ("comprehend", "Amazon Comprehend", "DetectSentiment", "DetectSentiment", "Unit", 100_000),
    ):
        yield Line(service, usage_type, unit, price, operation=operation, title=title)
    for source, collection in [*((source, lane) for source in _SOURCES[:10] for lane in _LANES), *_FETCHED]:
        yield Line(
            service="transcribe",
            usage_type="TranscribeAudio",
            unit="second",
            price=400_000,
            operation="StartTranscriptionJob",
            title="Amazon Transcribe",
            tags={**_OWN, "user_impp_source": source, "user_impp_collection": collection},
            facts={"source": source, "collection": collection},
        )


def _playback() -> Iterator[Line]:
    for place in ("US", "EU", "JP"):
        for usage_type, what, unit, price in (
            ("DataTransfer-Out-Bytes", "bandwidth", "GB", 85_000_000),
            ("Requests-Tier2-HTTPS", "requests", "Requests", 1_000),
        ):
            yield Line(
                service="AmazonCloudFront",
                usage_type=f"{place}-{usage_type}",
                unit=unit,
                price=price,
                resource=f"arn:aws:cloudfront::{ACCOUNT}:distribution/E2EXAMPLE",
                operation="GET",
                title="Amazon CloudFront",
                tags=_OWN,
                facts={"distribution": "E2EXAMPLE", "place": place, "what": what},
            )


def _rest() -> Iterator[Line]:
    for machine in ("impp-dev", "impp-dev-campaigns"):
        yield Line(
            service="AmazonStates",
            usage_type="StateTransition",
            unit="StateTransitions",
            price=25_000,
            resource=f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{machine}",
            title="AWS Step Functions",
            tags=_OWN,
            facts={"machine": machine},
        )
    # The bucket query must not take these for S3's.
    for service, title in (("AmazonCloudWatch", "AmazonCloudWatch"), ("AmazonECR", "Amazon ECR")):
        yield Line(service, "TimedStorage-ByteHrs", "GB-Mo", 30_000_000, title=title, tags=_OWN)
    # A container's share of its host, as split cost allocation writes it: it is told, and billed with the host.
    yield Line("AmazonECS", "USE1-ECS-EC2-vCPU-Hours", "vCPU-Hours", 0, title="Amazon ECS", tags=_OWN)
    yield Line("AmazonDynamoDB", "WriteRequestUnits", "WriteRequestUnits", 625, title="Amazon DynamoDB", tags=_OWN)


def _strangers() -> Iterator[Line]:
    """Of other environments, accounts and people: no query of ours may count them."""
    staging = {"user_impp_environment": "staging"}
    yield Line("AmazonEC2", "BoxUsage:m5.large", "Hrs", 96_000_000, title="Amazon EC2", counted=False)
    yield Line("AmazonECR", "TimedStorage-ByteHrs", "GB-Mo", 100_000_000, title="Amazon ECR", counted=False)
    for line in [*_storage(), *_functions()]:
        yield _like(line, tags=staging, counted=False)
        yield _like(line, account="222222222222", counted=False)


def _no_usage() -> Iterator[Line]:
    for kind, service, price in (
        ("Tax", "AmazonS3", 20_000_000),
        ("Tax", "AmazonRekognition", 20_000_000),
        ("Credit", "AWSLambda", -5_000_000),
        ("Refund", "AmazonS3", -3_000_000),
        ("Fee", "AWSSupportDeveloper", 29_000_000),
    ):
        yield Line(service, "", "", price, counted=False, kind=kind, description=f"{kind} of {service}")


def _like(line: Line, **changes: object) -> Line:
    return Line(**{**{name: getattr(line, name) for name in line.__dataclass_fields__}, **changes})
