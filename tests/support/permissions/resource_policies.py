"""Policies of buckets, topics, queues, keys and endpoints: TLS or nothing, and services only on our behalf."""

from collections.abc import Iterator

from permissions import catalogue
from permissions.deployment import Deployment, Resource
from permissions.model import Finding, Statement, listed
from permissions.statements import read_statements

#: Types that carry a policy: the property that holds it.
_POLICIES = {
    "AWS::EC2::VPCEndpoint": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
}
#: Services that send neither account nor source along, and write what is of an account into its own folder alone.
#: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
_BY_FOLDER = {"logdelivery.elasticloadbalancing.amazonaws.com": "AWSLogs/{}/"}
#: What must answer over TLS alone, and the action whose denial over anything else says so.
_TLS = {"AWS::S3::Bucket": "s3:*", "AWS::SNS::Topic": "sns:Publish", "AWS::SQS::Queue": "sqs:*"}


def read_policies(deployment: Deployment) -> list[Statement]:
    """Every statement of every resource's own policy."""
    return [
        statement
        for resource in deployment.resources(*_POLICIES)
        for statement in read_statements(
            deployment.properties(resource).get(_POLICIES[resource.type], {"Statement": []}),
            f"{resource.stack}/{resource.id}",
        )
    ]


def check_policies(deployment: Deployment) -> list[Finding]:
    """What is wrong with any of them."""
    statements = read_policies(deployment)
    texts = [text for statement in statements for text in _faults(statement, deployment)]
    for resource in deployment.resources(*_TLS):
        texts += _without_tls(resource, deployment, statements)
    return [Finding("form", text) for text in texts]


def _faults(statement: Statement, deployment: Deployment) -> Iterator[str]:
    for pattern in statement.actions:
        if not catalogue.expand(pattern):
            yield f"{statement.place}: IAM knows no action {pattern}"
    if statement.effect == "Deny":
        return
    sources = [*statement.values("aws:SourceAccount"), *statement.values("aws:SourceArn")]
    for service in statement.principals.get("Service", ()):
        if service in _BY_FOLDER:
            own = _BY_FOLDER[service].format(deployment.account)
            if not all(own in resource for resource in statement.resources):
                yield f"{statement.place}: lets {service} write of any account; name the folder {own} alone"
        elif not sources or not all(deployment.account in source for source in sources):
            yield f"{statement.place}: lets {service} in whoever asks it; limit it by account or source"
    everybody = {"*"} & {*statement.principals.get("*", ()), *statement.principals.get("AWS", ())}
    if everybody and deployment.account not in statement.values("aws:PrincipalAccount"):
        yield f"{statement.place}: lets everybody in; name a principal, or limit it by aws:PrincipalAccount"


def _without_tls(resource: Resource, deployment: Deployment, statements: list[Statement]) -> Iterator[str]:
    arn = deployment.arn_of(resource)
    wanted = {arn, f"{arn}/*"} if resource.type == "AWS::S3::Bucket" else {arn}
    for statement in statements:
        everybody = {*statement.principals.get("*", ()), *statement.principals.get("AWS", ())} == {"*"}
        denied = statement.effect == "Deny" and statement.values("aws:SecureTransport") == listed("false")
        if denied and everybody and _TLS[resource.type] in statement.actions and wanted <= set(statement.resources):
            return
    yield f"{resource.stack}/{resource.id}: answers without TLS; deny {_TLS[resource.type]} to everybody who comes so"
