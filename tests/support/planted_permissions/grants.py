"""Too little granted, too much, or to the wrong thing."""

from planted_permissions.fault import (
    ALERT,
    CLASSIFY,
    CONSOLE,
    DEVICES,
    JOBS,
    MACHINE,
    OPERATOR,
    Fault,
    Ground,
    add,
    drop,
    more,
    own_item,
    put,
    record,
)


def _swap_buckets(ground: Ground) -> None:
    ground.granting(CLASSIFY, "s3:GetObject")["Resource"] = ground.granting(JOBS, "s3:GetObject")["Resource"]


def _archive_into_processed(ground: Ground) -> None:
    names = ground.properties("Pipeline", "AWS::StepFunctions::StateMachine")["DefinitionSubstitutions"]
    names["ArchiveBucket"] = names["ProcessedBucket"]


def _log_elsewhere(ground: Ground) -> None:
    other = ground.granting(ALERT, "logs:PutLogEvents")["Resource"]
    ground.granting(CLASSIFY, "logs:PutLogEvents")["Resource"] = other


GRANTS = {
    "a call of a state that is not granted": Fault(
        drop(MACHINE, "dynamodb:UpdateItem"),
        ("dynamodb:UpdateItem on arn:aws:dynamodb:us-east-1:333333333333:table/",),
    ),
    "a call of a function that is not granted": Fault(
        drop(CLASSIFY, "comprehend:DetectSentiment"),
        ("comprehend:DetectSentiment on * is needed by lambdas/classify",),
    ),
    "a call only a failure makes that is not granted": Fault(
        drop(ALERT, "dynamodb:DeleteItem"), ("dynamodb:DeleteItem on ",)
    ),
    "a new call that nobody granted": Fault(
        record(
            "lambdas/alert",
            service="s3",
            operation="DeleteObject",
            parameters={"Bucket": "${PROCESSED_BUCKET}", "Key": "video/cam-7/event/20261121_101500/drive/index.html"},
        ),
        ("s3:DeleteObject on arn:aws:s3:::Delivery-Processed10BEC1CE/video/*/index.html is needed by lambdas/alert",),
    ),
    "what Rekognition reads in the machine's name": Fault(
        put(MACHINE, "s3:GetObject", number=1, Action="s3:GetObjectVersion"),
        ("s3:GetObject on arn:aws:s3:::Delivery-Processed10BEC1CE/work/*", "nothing needs s3:GetObjectVersion"),
    ),
    "what the end of a job is heard by": Fault(drop(MACHINE, "events:PutTargets"), ("events:PutTargets on ",)),
    "what traces need": Fault(drop(MACHINE, "xray:GetSamplingRules"), ("xray:GetSamplingRules on * is needed",)),
    "what a message to an encrypted topic needs": Fault(
        drop(ALERT, "kms:GenerateDataKey"), ("kms:GenerateDataKey on arn:aws:kms:us-east-1:333333333333:key/",)
    ),
    "what a device says of itself": Fault(
        drop(DEVICES, "dynamodb:UpdateItem"),
        ("dynamodb:UpdateItem on arn:aws:dynamodb:us-east-1:333333333333:table/Ingest-Devices",),
    ),
    "what a device says of itself, elsewhere": Fault(
        put(DEVICES, "dynamodb:UpdateItem", Condition=own_item("${aws:username}")),
        ("a condition keeps it from being granted", "nothing needs dynamodb:UpdateItem on "),
    ),
    "what the network needs": Fault(
        drop(ALERT, "ec2:DescribeSubnets"), ("ec2:DescribeSubnets on * is needed by the network of alert",)
    ),
    "what MediaConvert reads": Fault(
        drop(JOBS, "s3:GetObject"), ("s3:GetObject on arn:aws:s3:::Ingest-Raw72517081/video/* is needed by state ",)
    ),
    "a permission for the wrong bucket": Fault(
        _swap_buckets,
        (
            "s3:GetObject on arn:aws:s3:::Delivery-Processed10BEC1CE/video/*/labels.json is needed by lambdas/classify",
            "s3:GetObject on arn:aws:s3:::Delivery-Processed10BEC1CE/video/*/transcript.json is needed by lambdas/cl",
            "nothing needs s3:GetObject on arn:aws:s3:::Ingest-Raw72517081/video/*",
        ),
    ),
    "a machine that writes into another bucket": Fault(
        _archive_into_processed,
        (
            "s3:PutObject on arn:aws:s3:::Delivery-Processed10BEC1CE/quarantine/",
            "s3:AbortMultipartUpload on arn:aws:s3:::Delivery-Processed10BEC1CE/",
            "nothing needs s3:PutObject on arn:aws:s3:::Ingest-ArchiveDA4CB258/",
            "nothing needs s3:AbortMultipartUpload on arn:aws:s3:::Ingest-ArchiveDA4CB258/",
        ),
    ),
    "another function's log": Fault(
        _log_elsewhere,
        (
            "is needed by the log of classify, but it is granted on other resources only",
            "nothing needs logs:CreateLogStream on ",
            "nothing needs logs:PutLogEvents on ",
        ),
    ),
    "an action nobody needs": Fault(
        more(MACHINE, "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
        ("nothing needs dynamodb:DeleteItem on arn:aws:dynamodb:us-east-1:333333333333:table/Analysis-ClipsB3D3E9AA",),
    ),
    "a call a function never makes": Fault(
        more(CLASSIFY, "ssm:GetParameter", "ssm:PutParameter"), ("nothing needs ssm:PutParameter on ",)
    ),
    "a whole statement nobody needs": Fault(
        add(CONSOLE, Action="sns:ListTopics", Resource="*"), ("nothing needs sns:ListTopics on *",)
    ),
    "the same twice": Fault(
        add(CONSOLE, Action="dynamodb:Query", Resource="arn:aws:dynamodb:us-east-1:333333333333:table/*/index/by_day"),
        ("/index/by_day is granted twice; remove one", "dynamodb:Query on arn:aws:dynamodb:us-east-1:333333333333:tab"),
    ),
    "a permission a program was to go without": Fault(
        add(DEVICES, Action="s3:ListBucket", Resource={"Fn::GetAtt": ["Raw72517081", "Arn"]}),
        ("nothing needs s3:ListBucket on arn:aws:s3:::Ingest-Raw72517081",),
    ),
    "a denial of what is needed": Fault(add(ALERT, Effect="Deny", Action="sns:*", Resource="*"), ("denies it",)),
    "a misspelt action": Fault(
        put(OPERATOR, "states:StartExecution", Action="states:StartExecutions"),
        ("IAM knows no action states:StartExecutions", "states:StartExecution on "),
    ),
}
