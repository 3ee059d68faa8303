"""Who may assume a role: people of this account, and the services that use it, on this account's behalf alone."""

from collections.abc import Iterator, Sequence

from permissions.deployment import Deployment
from permissions.matching import holds
from permissions.model import Finding, Need, Statement
from permissions.statements import Role

#: Services that say on whose behalf they assume a role, and which of their resources it is for: the key that a
#: trust policy must have. `aws:SourceArn` where the resource is there before the role is.
_SAYS = {
    # https://docs.aws.amazon.com/iot/latest/developerguide/authorizing-direct-aws.html
    "credentials.iot.amazonaws.com": ("aws:SourceAccount", "aws:SourceArn"),
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    "ecs-tasks.amazonaws.com": ("aws:SourceAccount", "aws:SourceArn"),
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html;
    # a rule names its role, so the role cannot name the rule.
    "events.amazonaws.com": ("aws:SourceAccount",),
    # https://docs.aws.amazon.com/mediaconvert/latest/ug/cross-service-confused-deputy-prevention.html
    "mediaconvert.amazonaws.com": ("aws:SourceAccount", "aws:SourceArn"),
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html;
    # the source is the schedule's group.
    "scheduler.amazonaws.com": ("aws:SourceAccount", "aws:SourceArn"),
    # https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
    "states.amazonaws.com": ("aws:SourceAccount", "aws:SourceArn"),
    # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    "vpc-flow-logs.amazonaws.com": ("aws:SourceAccount", "aws:SourceArn"),
}
#: Services of which AWS documents no such key: a condition would keep them out.
_SAYS_NOTHING = {"lambda.amazonaws.com"}


def assumption(deployment: Deployment, role: str, service: str, *, source: str) -> tuple[str, Need]:
    """That a service assumes a role on behalf of a resource, as a need of the role's."""
    keys = {"aws:PrincipalServiceName": service, "aws:SourceAccount": deployment.account, "aws:SourceArn": source}
    said = {key: value for key, value in keys.items() if service not in _SAYS_NOTHING or "Source" not in key}
    return role, Need("sts:AssumeRole", role, source, tuple(said.items()))


def check_trust(role: Role, deployment: Deployment, needed: Sequence[Need]) -> list[Finding]:
    """What is wrong with a role's trust policy.

    Args:
        role: the role.
        deployment: where it is.
        needed: what the role needs; of these, to be assumed.
    """
    assumed = [need for need in needed if need.action == "sts:AssumeRole"]
    findings = [Finding("form", text) for statement in role.trust for text in _faults(statement, deployment)]
    for need in assumed:
        service = need.keys["aws:principalservicename"]
        if not any(_lets_in(statement, service) and holds(statement.conditions, need) for statement in role.trust):
            findings.append(Finding("missing", f"role {role.name}: {service} cannot assume it for {need.why}"))
    for statement in role.trust:
        for service in statement.principals.get("Service", ()):
            if not any(service == need.keys["aws:principalservicename"] for need in assumed):
                findings.append(Finding("unused", f"{statement.place}: nothing has {service} assume it; remove it"))
    return findings


def _lets_in(statement: Statement, service: str) -> bool:
    return statement.effect == "Allow" and service in statement.principals.get("Service", ())


def _faults(statement: Statement, deployment: Deployment) -> Iterator[str]:
    if statement.actions != ("sts:AssumeRole",):
        yield f"{statement.place}: allows {', '.join(statement.actions)}; nobody needs more than sts:AssumeRole"
    for service in statement.principals.get("Service", ()):
        if service in _SAYS_NOTHING:
            continue
        if service not in _SAYS:
            yield f"{statement.place}: for whom {service} assumes a role is not known; add it in {__name__}"
        for key in _SAYS.get(service, ()):
            if not _is_own(statement.values(key), deployment.account):
                yield f"{statement.place}: trusts {service} whoever asks it; limit it by {key}"
    for principal in (*statement.principals.get("AWS", ()), *statement.principals.get("*", ())):
        if not principal.startswith(f"arn:aws:iam::{deployment.account}:"):
            yield f"{statement.place}: trusts {principal}, which is not this account's"
    for kind in sorted(set(statement.principals) - {"*", "AWS", "Service"}):
        yield f"{statement.place}: trusts a principal of the kind {kind}, which nothing here needs"


def _is_own(values: tuple[str, ...], account: str) -> bool:
    """Whether a condition names this account, or something in it, and nothing else."""
    return bool(values) and all(value == account or f":{account}:" in value for value in values)
