"""Who may assume a role, and what buckets, topics, queues, keys and endpoints let in."""

from collections.abc import Callable
from typing import Any

from planted_permissions.fault import CONSOLE, JOBS, MACHINE, RULE, SCHEDULE, Change, Fault, Ground

_BUCKET = "AWS::S3::BucketPolicy"
_OTHER_QUEUE = "arn:aws:mediaconvert:us-east-1:333333333333:queues/Default"
_ACCOUNT = {"StringEquals": {"aws:SourceAccount": "333333333333"}}


def _trust(role: str, **fields: Any) -> Change:
    """Change fields of the statement by which a role trusts."""

    def plant(ground: Ground) -> None:
        (statement,) = ground.properties(role, "AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
        statement.update(fields)

    return plant


def _policy(start: str, type: str, change: Callable[[list[dict[str, Any]]], object]) -> Change:
    """Change the statements of a resource's own policy."""
    key = "KeyPolicy" if type == "AWS::KMS::Key" else "PolicyDocument"
    return lambda ground: change(ground.properties(start, type)[key]["Statement"])


def _allowed(statements: list[dict[str, Any]], service: str) -> dict[str, Any]:
    (found,) = [each for each in statements if each["Effect"] == "Allow" and service in str(each["Principal"])]
    return found


def _without_denial(statements: list[dict[str, Any]]) -> None:
    statements[:] = [each for each in statements if each["Effect"] == "Allow"]


def _unconditional(service: str) -> Callable[[list[dict[str, Any]]], object]:
    return lambda statements: _allowed(statements, service).pop("Condition")


def _unknown_action(statements: list[dict[str, Any]]) -> None:
    _allowed(statements, "cloudfront")["Action"] = "s3:ReadObject"


def _attach(ground: Ground) -> None:
    everything = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"}
    ground.properties(CONSOLE, "AWS::IAM::Role")["ManagedPolicyArns"] = [everything]


POLICIES = {
    "a rule's role for any account": Fault(
        _trust(RULE, Condition={}), ("trusts events.amazonaws.com whoever asks it; limit it by aws:SourceAccount",)
    ),
    "a schedule's role for any group": Fault(
        _trust(SCHEDULE, Condition=_ACCOUNT),
        ("trusts scheduler.amazonaws.com whoever asks it; limit it by aws:SourceArn",),
    ),
    "a job's role for any queue": Fault(
        _trust(JOBS, Condition=_ACCOUNT),
        ("trusts mediaconvert.amazonaws.com whoever asks it; limit it by aws:SourceArn",),
    ),
    "a job's role for another queue": Fault(
        _trust(JOBS, Condition={**_ACCOUNT, "ArnEquals": {"aws:SourceArn": _OTHER_QUEUE}}),
        ("mediaconvert.amazonaws.com cannot assume it for arn:aws:mediaconvert:us-east-1:333333333333:queues/impp-",),
    ),
    "a machine's role for another account": Fault(
        _trust(MACHINE, Condition={"StringEquals": {"aws:SourceAccount": "444455556666"}}),
        (
            "trusts states.amazonaws.com whoever asks it; limit it by aws:SourceAccount",
            "trusts states.amazonaws.com whoever asks it; limit it by aws:SourceArn",
            "states.amazonaws.com cannot assume it for arn:aws:states:us-east-1:333333333333:stateMachine:impp-prod",
        ),
    ),
    "a rule's role where the account is not said": Fault(
        _trust(RULE, Condition={"StringEqualsIfExists": {"aws:SourceAccount": "333333333333"}}),
        ("condition operator 'StringEqualsIfExists' is not known to the proof",),
    ),
    "a role that may be more than assumed": Fault(
        _trust(CONSOLE, Action="sts:*"), ("allows sts:*; nobody needs more than sts:AssumeRole",)
    ),
    "a service nobody has looked up": Fault(
        _trust(RULE, Principal={"Service": "pipes.amazonaws.com"}),
        (
            "for whom pipes.amazonaws.com assumes a role is not known",
            "nothing has pipes.amazonaws.com assume it; remove it",
            "events.amazonaws.com cannot assume it for arn:aws:events:us-east-1:333333333333:rule/",
        ),
    ),
    "another account's people": Fault(
        _trust(CONSOLE, Principal={"AWS": "arn:aws:iam::444455556666:root"}),
        ("trusts arn:aws:iam::444455556666:root, which is not this account's",),
    ),
    "everybody": Fault(_trust(CONSOLE, Principal="*"), ("trusts *, which is not this account's",)),
    "somebody's own identity provider": Fault(
        _trust(CONSOLE, Principal={"Federated": "accounts.google.com"}),
        ("trusts a principal of the kind Federated, which nothing here needs",),
    ),
    "a policy of Amazon's": Fault(_attach, ("AdministratorAccess is Amazon's to change; write its statements out",)),
    "a bucket that answers without TLS": Fault(
        _policy("RawPolicy", _BUCKET, _without_denial), ("Ingest/Raw72517081: answers without TLS; deny s3:*",)
    ),
    "a topic that answers without TLS": Fault(
        _policy("AlertingTopicPolicy", "AWS::SNS::TopicPolicy", _without_denial),
        ("Analysis/AlertingTopic08189029: answers without TLS; deny sns:Publish",),
    ),
    "a queue that answers without TLS": Fault(
        _policy("TriggerUndelivered", "AWS::SQS::QueuePolicy", _without_denial),
        ("Analysis/TriggerUndelivered1A059927: answers without TLS; deny sqs:*",),
    ),
    "a bucket for anybody's distribution": Fault(
        _policy("ProcessedPolicy", _BUCKET, _unconditional("cloudfront")),
        ("lets cloudfront.amazonaws.com in whoever asks it",),
    ),
    "a queue for anybody's rule": Fault(
        _policy("TriggerUndelivered", "AWS::SQS::QueuePolicy", _unconditional("events")),
        ("lets events.amazonaws.com in whoever asks it",),
    ),
    "a topic for anybody's alarm": Fault(
        _policy("OperationsPolicy", "AWS::SNS::TopicPolicy", _unconditional("cloudwatch")),
        ("lets cloudwatch.amazonaws.com in whoever asks it",),
    ),
    "a key for anybody's alarm": Fault(
        _policy("TopicsKey", "AWS::KMS::Key", _unconditional("cloudwatch")),
        ("lets cloudwatch.amazonaws.com in whoever asks it",),
    ),
    "an endpoint for everybody": Fault(
        _policy("Vpcssminterface", "AWS::EC2::VPCEndpoint", lambda statements: statements[0].pop("Condition")),
        ("lets everybody in",),
    ),
    "a misspelt action in a bucket's policy": Fault(
        _policy("ProcessedPolicy", _BUCKET, _unknown_action), ("IAM knows no action s3:ReadObject",)
    ),
}
