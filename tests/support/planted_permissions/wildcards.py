"""More than is needed: by a wildcard, by a folder too many, by a condition that is not there."""

from planted_permissions.fault import (
    ALERT,
    CLASSIFY,
    DEVICES,
    JOBS,
    MACHINE,
    OPERATOR,
    Fault,
    Ground,
    more,
    own_item,
    put,
)

_PROCESSED = "arn:aws:s3:::Delivery-Processed10BEC1CE"
_RAW = "arn:aws:s3:::Ingest-Raw72517081"
_UNLESS_NONE = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "${credentials-iot:ThingName}"}}
_PASSED = {"StringEquals": {"iam:PassedToService": ["mediaconvert.amazonaws.com", "lambda.amazonaws.com"]}}


def _invert_action(ground: Ground) -> None:
    statement = ground.granting(ALERT, "sns:Publish")
    statement["NotAction"] = statement.pop("Action")


def _invert_resource(ground: Ground) -> None:
    ground.granting(OPERATOR, "dynamodb:Scan")["NotResource"] = "*"


def _look_anywhere(ground: Ground) -> None:
    statement = ground.granting(MACHINE, "s3:ListBucket", 1)
    del statement["Condition"]


WILDCARDS = {
    "every function": Fault(
        put(MACHINE, "lambda:InvokeFunction", Resource="*"),
        ("unexplained wildcard *: lambda:InvokeFunction has a resource to name",),
    ),
    "every bucket": Fault(
        put(JOBS, "s3:GetObject", Resource="arn:aws:s3:::*"),
        ("unexplained wildcard arn:aws:s3:::*: s3:GetObject has a resource", "is wider than its needs"),
    ),
    "every action of a service": Fault(
        more(MACHINE, "dynamodb:GetItem", "dynamodb:*"),
        ("nothing needs dynamodb:AssociateTableReplica, dynamodb:BatchGetItem, dynamodb:BatchWriteItem and",),
    ),
    "a few actions too many": Fault(
        put(ALERT, "kms:GenerateDataKey", Action=["kms:Decrypt", "kms:GenerateDataKey*"]),
        ("nothing needs kms:GenerateDataKeyPair",),
    ),
    "a whole bucket for one page a clip": Fault(
        put(ALERT, "s3:PutObject", Resource=f"{_PROCESSED}/*"),
        (f"s3:PutObject on {_PROCESSED}/* is wider than its needs, {_PROCESSED}/video/*/index.html",),
    ),
    "every product for one page a clip": Fault(
        put(ALERT, "s3:PutObject", Resource=f"{_PROCESSED}/video/*"),
        (f"s3:PutObject on {_PROCESSED}/video/* is wider than its needs, which all end in /index.html",),
    ),
    "every clip for the smoke test's": Fault(
        put(OPERATOR, "s3:PutObject", Resource=f"{_RAW}/video/*"),
        (f"s3:PutObject on {_RAW}/video/* is wider than its needs, {_RAW}/video/impp-smoke/*",),
    ),
    "another device's clips": Fault(
        put(DEVICES, "s3:PutObject", Resource=f"{_RAW}/video/*"),
        (
            f"s3:PutObject on {_RAW}/video/* is wider than its needs, {_RAW}/video/cam-1/*",
            f"s3:AbortMultipartUpload on {_RAW}/video/* is wider than its needs, {_RAW}/video/cam-1/*",
            f"s3:ListMultipartUploadParts on {_RAW}/video/* is wider than its needs, {_RAW}/video/cam-1/*",
        ),
    ),
    "any device's item": Fault(
        put(DEVICES, "dynamodb:UpdateItem", Condition={}),
        ("dynamodb:UpdateItem must be limited by dynamodb:LeadingKeys",),
    ),
    "no device's item": Fault(
        put(DEVICES, "dynamodb:UpdateItem", Condition=_UNLESS_NONE),
        ("dynamodb:UpdateItem must be limited by dynamodb:LeadingKeys",),
    ),
    "one device's item too many": Fault(
        put(DEVICES, "dynamodb:UpdateItem", Condition=own_item("${credentials-iot:ThingName}", "cam-2")),
        ("no request has dynamodb:LeadingKeys cam-2",),
    ),
    "PassRole to any service": Fault(
        put(MACHINE, "iam:PassRole", Condition={}),
        ("iam:PassRole must be limited by iam:PassedToService",),
    ),
    "PassRole to one service too many": Fault(
        put(MACHINE, "iam:PassRole", Condition=_PASSED),
        ("no request has iam:PassedToService lambda.amazonaws.com",),
    ),
    "a condition the proof cannot read": Fault(
        put(MACHINE, "iam:PassRole", Condition={"StringNotEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
        ("condition operator 'StringNotEquals' is not known to the proof",),
    ),
    "a look at any folder": Fault(_look_anywhere, ("s3:ListBucket must be limited by s3:prefix",)),
    "a look at one folder too many": Fault(
        put(MACHINE, "s3:ListBucket", number=1, Condition={"StringLike": {"s3:prefix": ["work/*", "video/*"]}}),
        ("no request has s3:prefix video/*",),
    ),
    "a look at a folder too high": Fault(
        put(MACHINE, "s3:ListBucket", number=1, Condition={"StringLike": {"s3:prefix": "*"}}),
        ("s3:prefix * is wider than requests, work/*",),
    ),
    "a condition no request meets": Fault(
        put(CLASSIFY, "ssm:GetParameter", Condition={"StringEquals": {"aws:ResourceTag/stage": "prod"}}),
        ("but a condition keeps it from being granted", "nothing needs ssm:GetParameter"),
    ),
    "NotAction": Fault(_invert_action, ("NotAction allows what is not listed", "sns:Publish on ")),
    "NotResource": Fault(_invert_resource, ("NotResource allows what is not listed",)),
}
