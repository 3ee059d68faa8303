"""What the state machine may do, each statement saying why."""

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from clip_model import keys, metrics
from media_pipeline.transcoding import Transcoding


def table_statements(*, clips: dynamodb.ITableV2, statistics: dynamodb.ITableV2) -> list[iam.PolicyStatement]:
    """Claim a clip, look at a duplicate's original, reserve money, record the end and count it."""
    return [
        iam.PolicyStatement(
            actions=["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], resources=[clips.table_arn]
        ),
        iam.PolicyStatement(actions=["dynamodb:UpdateItem"], resources=[statistics.table_arn]),
    ]


def bucket_statements(*, raw: s3.IBucket, archive: s3.IBucket, processed: s3.IBucket) -> list[iam.PolicyStatement]:
    """Read a clip and move it away; hand Rekognition and Transcribe what they read and write as the caller."""
    return [
        # Whatever is in the bucket is looked at, even where its key follows no layout.
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[raw.arn_for_objects("*")]),
        # Exactly the version that was claimed is copied, and deleted.
        iam.PolicyStatement(
            actions=["s3:DeleteObjectVersion", "s3:GetObjectVersion"], resources=[raw.arn_for_objects("*")]
        ),
        # Without it S3 says of a missing clip that it is forbidden.
        iam.PolicyStatement(actions=["s3:ListBucket"], resources=[raw.bucket_arn]),
        iam.PolicyStatement(
            actions=["s3:AbortMultipartUpload", "s3:PutObject"],
            resources=[archive.arn_for_objects(f"{folder}/*") for folder in (keys.ROOT, keys.QUARANTINE)],
        ),
        # Rekognition reads proxies and frames, Transcribe proxies.
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[processed.arn_for_objects(f"{keys.WORK}/*")]),
        # Transcribe writes the transcript, and before it an empty object to see whether it may.
        iam.PolicyStatement(actions=["s3:PutObject"], resources=[processed.arn_for_objects(f"{keys.ROOT}/*")]),
        # Which frames there are.
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[processed.bucket_arn],
            conditions={"StringLike": {"s3:prefix": f"{keys.WORK}/*"}},
        ),
    ]


def analysis_statements(stack: Stack, custom_labels_model: str | None) -> list[iam.PolicyStatement]:
    """Start jobs and ask how they are. Neither Rekognition's calls nor Transcribe's start have a resource to name."""
    statements = [
        iam.PolicyStatement(
            actions=[
                "rekognition:DetectLabels",
                "rekognition:GetContentModeration",
                "rekognition:GetLabelDetection",
                "rekognition:GetTextDetection",
                "rekognition:StartContentModeration",
                "rekognition:StartLabelDetection",
                "rekognition:StartTextDetection",
                "transcribe:StartTranscriptionJob",
                # A job is made with its tags.
                "transcribe:TagResource",
            ],
            resources=["*"],
        ),
        iam.PolicyStatement(
            actions=["transcribe:GetTranscriptionJob"],
            resources=[stack.format_arn(service="transcribe", resource="transcription-job", resource_name="*")],
        ),
    ]
    if custom_labels_model:
        statements.append(
            iam.PolicyStatement(actions=["rekognition:DetectCustomLabels"], resources=[custom_labels_model])
        )
    return statements


def transcoding_statements(transcoding: Transcoding, stack: Stack) -> list[iam.PolicyStatement]:
    """Probe files, run jobs in our queue under their own role and with tags, and hear when they end."""
    return [
        iam.PolicyStatement(actions=["mediaconvert:Probe"], resources=["*"]),
        iam.PolicyStatement(actions=["mediaconvert:CreateJob"], resources=[transcoding.queue_arn]),
        iam.PolicyStatement(
            actions=["mediaconvert:CancelJob", "mediaconvert:GetJob", "mediaconvert:TagResource"],
            resources=[stack.format_arn(service="mediaconvert", resource="jobs", resource_name="*")],
        ),
        iam.PolicyStatement(
            actions=["iam:PassRole"],
            resources=[transcoding.role.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "mediaconvert.amazonaws.com"}},
        ),
        # Step Functions keeps this one rule in the account to learn of the end of `.sync` jobs.
        iam.PolicyStatement(
            actions=["events:DescribeRule", "events:PutRule", "events:PutTargets"],
            resources=[
                stack.format_arn(
                    service="events", resource="rule", resource_name="StepFunctionsGetEventsForMediaConvertJobRule"
                )
            ],
        ),
    ]


def measuring_statement() -> iam.PolicyStatement:
    """Metrics have no resource to name, but a namespace."""
    return iam.PolicyStatement(
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": metrics.NAMESPACE}},
    )
