"""Faults that somebody might make in the dev environment's bootstrap stack, and what the checks say of each."""

from collections.abc import Callable
from typing import Any

from permissions.model import listed

REPOSITORY = "octo-org@123/impp@456"

Template = dict[str, Any]


def _statement_with(template: Template, action, policy="execution"):
    """The statement of a policy that grants an action."""
    return next(
        statement
        for item in template["Resources"].values()
        if item["Type"] == "AWS::IAM::ManagedPolicy" and policy in item["Properties"]["ManagedPolicyName"]
        for statement in item["Properties"]["PolicyDocument"]["Statement"]
        if action in listed(statement["Action"])
    )


def _role_named(template: Template, suffix):
    """A role's properties."""
    return next(
        item["Properties"]
        for item in template["Resources"].values()
        if item["Type"] == "AWS::IAM::Role" and item["Properties"]["RoleName"].endswith(suffix)
    )


def _subject(template: Template, value, *, operator="StringEquals", role="-deploy"):
    """The subject that a role trusts, replaced."""
    statement = _role_named(template, role)["AssumeRolePolicyDocument"]["Statement"][0]
    key = "token.actions.githubusercontent.com:sub"
    del statement["Condition"]["StringEquals"][key]
    statement["Condition"].setdefault(operator, {})[key] = value


def _grant(template: Template, action, resource, *, policy="execution-access", **more):
    """One more statement in a managed policy."""
    item = next(
        item["Properties"]
        for item in template["Resources"].values()
        if item["Properties"].get("ManagedPolicyName", "").endswith(policy)
    )
    item["PolicyDocument"]["Statement"].append({"Effect": "Allow", "Action": action, "Resource": resource, **more})


def _assumed(template: Template, resource):
    """One more role that the deploying role may assume."""
    policy = next(
        item["Properties"]["PolicyDocument"]["Statement"]
        for item in template["Resources"].values()
        if item["Type"] == "AWS::IAM::Policy" and "Deploy" in item["Properties"]["PolicyName"]
    )
    policy.append({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": resource})


def _without(template: Template, action, policy="execution"):
    """The first statement that grants an action, without it."""
    statement = _statement_with(template, action, policy)
    statement["Action"] = [each for each in listed(statement["Action"]) if each != action]


_BOUNDARY = "arn:aws:iam::111111111111:policy/impp-dev-boundary"
#: How to plant a fault in a template, and what must be said of it then.
PLANTED: dict[str, tuple[Callable[[Template], object], str]] = {
    "every action of a service": (lambda t: _grant(t, "s3:*", "arn:aws:s3:::impp-dev-*"), "not the name of one action"),
    "every action but": (
        lambda t: _grant(t, [], "*", NotAction="iam:CreateUser"),
        "NotAction grants what is not listed",
    ),
    "every bucket": (
        lambda t: _statement_with(t, "s3:CreateBucket").update(Resource="*"),
        "unexplained wildcard: s3:CreateBucket",
    ),
    "every bucket of the account": (
        lambda t: _statement_with(t, "s3:CreateBucket").update(Resource="arn:aws:s3:::*"),
        "s3:CreateBucket on ('arn:aws:s3:::*',)",
    ),
    "an action too few": (lambda t: _without(t, "dynamodb:CreateTable"), "missing: dynamodb:CreateTable"),
    "an action too many": (
        lambda t: _grant(t, "dynamodb:Scan", "arn:aws:dynamodb:us-east-1:111111111111:table/impp-dev-*"),
        "unused: dynamodb:Scan",
    ),
    "roles without the boundary": (
        lambda t: _statement_with(t, "iam:CreateRole").pop("Condition"),
        "escalation: iam:CreateRole works on roles without the boundary",
    ),
    "roles with another boundary": (
        lambda t: _statement_with(t, "iam:CreateRole").update(
            Condition={"StringEquals": {"iam:PermissionsBoundary": _BOUNDARY.replace("boundary", "execution-access")}}
        ),
        "escalation: iam:PutRolePolicy works on roles without the boundary",
    ),
    "roles with the boundary or none": (
        lambda t: _statement_with(t, "iam:CreateRole").update(
            Condition={"StringEqualsIfExists": {"iam:PermissionsBoundary": _BOUNDARY}}
        ),
        "escalation: iam:CreateRole works on roles without the boundary",
    ),
    "a boundary taken off": (
        lambda t: _grant(t, "iam:DeleteRolePermissionsBoundary", "arn:aws:iam::111111111111:role/impp-dev-*"),
        "escalation: a role can be taken out of its boundary",
    ),
    "a boundary rewritten": (
        lambda t: _grant(t, "iam:CreatePolicyVersion", _BOUNDARY),
        "escalation: iam:CreatePolicyVersion reaches policy/impp-dev-boundary",
    ),
    "a service that asks for any role": (
        lambda t: _statement_with(t, "iam:PassRole").pop("Condition"),
        "escalation: a role can be handed to any service",
    ),
    "a service that we do not use": (
        lambda t: _statement_with(t, "iam:PassRole").update(
            Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
        ),
        "iam:PassRole under",
    ),
    "roles of every path": (
        lambda t: _statement_with(t, "iam:CreateRole").update(Resource="arn:aws:iam::111111111111:role/*"),
        "escalation: iam:UpdateAssumeRolePolicy reaches role/bootstrap/impp-dev-deploy",
    ),
    "CDK's own roles": (
        lambda t: _grant(
            t,
            "iam:PutRolePolicy",
            "arn:aws:iam::111111111111:role/cdk-*",
            Condition={"StringEquals": {"iam:PermissionsBoundary": _BOUNDARY}},
        ),
        "escalation: iam:PutRolePolicy reaches role/cdk-hnb659fds-cfn-exec-role",
    ),
    "another way in": (
        lambda t: _grant(t, "iam:UpdateOpenIDConnectProviderThumbprint", "arn:aws:iam::111111111111:oidc-provider/*"),
        "escalation: iam:UpdateOpenIDConnectProviderThumbprint reaches oidc-provider",
    ),
    "a boundary too wide": (
        lambda t: _grant(t, "s3:DeleteBucket", "arn:aws:s3:::impp-dev-*", policy="boundary"),
        "unused: the boundary allows s3:DeleteBucket",
    ),
    "a boundary without a resource": (
        lambda t: _statement_with(t, "sns:Publish", "boundary").update(Resource="*"),
        "unexplained wildcard: sns:Publish",
    ),
    "a boundary too narrow": (
        lambda t: _without(t, "sns:Publish", "boundary"),
        "missing: the boundary keeps Analysis/",
    ),
    "a boundary of other names": (
        lambda t: _statement_with(t, "sns:Publish", "boundary").update(
            Resource="arn:aws:sns:us-east-1:111111111111:impp-prod-*"
        ),
        "missing: the boundary keeps Analysis/",
    ),
    "any repository": (lambda t: _subject(t, "repo:*", operator="StringLike"), "impp-dev-deploy trusts tokens of"),
    "any branch": (
        lambda t: _subject(t, f"repo:{REPOSITORY}:*", operator="StringLike"),
        "impp-dev-deploy trusts tokens of",
    ),
    "another environment": (
        lambda t: _subject(t, f"repo:{REPOSITORY}:environment:prod"),
        "impp-dev-deploy trusts tokens of",
    ),
    "pull requests that deploy": (
        lambda t: _subject(t, [f"repo:{REPOSITORY}:environment:dev", f"repo:{REPOSITORY}:pull_request"]),
        "impp-dev-deploy trusts tokens of",
    ),
    "any audience": (
        lambda t: _role_named(t, "-diff")["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"].pop(
            "token.actions.githubusercontent.com:aud"
        ),
        "impp-dev-diff trusts tokens of",
    ),
    "any token at all": (
        lambda t: _role_named(t, "-deploy")["AssumeRolePolicyDocument"]["Statement"][0].pop("Condition"),
        "impp-dev-deploy trusts tokens of",
    ),
    "an account that may come in": (
        lambda t: _role_named(t, "-deploy")["AssumeRolePolicyDocument"]["Statement"].append(
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
        ),
        "impp-dev-deploy may be assumed by",
    ),
    "a role within a deployment's reach": (
        lambda t: _role_named(t, "-deploy").update(Path="/"),
        "impp-dev-deploy is not in the path",
    ),
    "a deploying role that is any role": (
        lambda t: _assumed(t, "arn:aws:iam::111111111111:role/*"),
        "impp-dev-deploy is granted sts:AssumeRole on arn:aws:iam::111111111111:role/*",
    ),
    "an administrator": (
        lambda t: _role_named(t, "-deploy").update(ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"]),
        "arn:aws:iam::aws:policy/AdministratorAccess is Amazon's to change",
    ),
    "another issuer": (
        lambda t: next(i for i in t["Resources"].values() if i["Type"] == "AWS::IAM::OIDCProvider")[
            "Properties"
        ].update(Url="https://example.com"),
        "the provider is https://example.com",
    ),
    "a policy that nobody is handed": (
        lambda t: t["Outputs"]["ExecutionPolicies"]["Value"]["Fn::Join"][1].pop(),
        "the output names",
    ),
}
