"""IAM as the local cloud asks it: who may assume a role, and what its session may do."""

import json

import pytest

from local_cloud.authority import Credentials, Denied
from local_cloud.ministack_adapter.identity import Identity

ACCOUNT = "111111111111"
STATES = "states.amazonaws.com"


def role(name, statements, *, service=STATES, condition=None):
    """A role as MiniStack keeps it; its ARN."""
    from ministack.core.responses import set_request_account_id
    from ministack.services import iam

    set_request_account_id(ACCOUNT)
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    iam._roles[name] = {
        "RoleName": name,
        "AssumeRolePolicyDocument": {"Statement": [{**trust, **({"Condition": condition} if condition else {})}]},
        "InlinePolicies": {"policy": {"Statement": statements}},
    }
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def allow(action, resource, **condition):
    return {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}


@pytest.fixture
def identity(monkeypatch):
    from ministack import app
    from ministack.core import iam_actions, iam_evaluator

    for name in ("_principal_keys", "evaluate"):  # enforcing corrects both
        monkeypatch.setattr(iam_evaluator, name, getattr(iam_evaluator, name))
    monkeypatch.setattr(iam_actions, "dynamodb_service_context", iam_actions.dynamodb_service_context)
    monkeypatch.setattr(app, "AUTH", False)
    found = Identity(account=ACCOUNT, region="us-east-1")
    found.enforce()
    return found


def test_nothing_is_asked_until_it_is_enforced(monkeypatch):
    from ministack import app

    monkeypatch.setattr(app, "AUTH", False)
    identity = Identity(account=ACCOUNT, region="us-east-1")
    assert identity.assume("arn:aws:iam::111111111111:role/none", STATES) is None
    identity.require(Credentials("ASIA", "secret", "token"), "s3:DeleteBucket")


def test_a_session_may_do_what_its_role_allows_and_nothing_else(identity):
    session = identity.assume(role("reader", [allow("s3:GetObject", "arn:aws:s3:::raw/*")]), STATES)
    identity.require(session, "s3:GetObject", "arn:aws:s3:::raw/clip.mp4")
    with pytest.raises(
        Denied, match=r"assumed-role/reader/service is not authorized to perform: s3:PutObject on .*raw"
    ):
        identity.require(session, "s3:PutObject", "arn:aws:s3:::raw/clip.mp4")
    with pytest.raises(Denied, match="archive"):
        identity.require(session, "s3:GetObject", "arn:aws:s3:::archive/clip.mp4")


def test_a_condition_is_kept(identity):
    passing = allow("iam:PassRole", "*", StringEquals={"iam:PassedToService": "mediaconvert.amazonaws.com"})
    session = identity.assume(role("passer", [passing]), STATES)
    identity.require(session, "iam:PassRole", iam_PassedToService="mediaconvert.amazonaws.com")
    with pytest.raises(Denied):
        identity.require(session, "iam:PassRole", iam_PassedToService="ec2.amazonaws.com")


@pytest.mark.parametrize(
    ("name", "trust"),
    [
        ("lambdas", {"service": "lambda.amazonaws.com"}),
        ("others", {"condition": {"StringEquals": {"aws:SourceAccount": "222222222222"}}}),
        ("elsewhere", {"condition": {"ArnLike": {"aws:SourceArn": "arn:aws:states:*:*:stateMachine:other"}}}),
    ],
)
def test_a_role_that_does_not_trust_the_service_is_not_assumed(identity, name, trust):
    arn = role(name, [], **trust)
    with pytest.raises(Denied, match=f"{STATES} is not authorized to perform: sts:AssumeRole on resource: {arn}"):
        identity.assume(arn, STATES, source_arn="arn:aws:states:us-east-1:111111111111:stateMachine:pipeline")


def test_a_role_that_is_not_there_is_not_assumed(identity):
    with pytest.raises(Denied, match="role/none"):
        identity.assume("arn:aws:iam::111111111111:role/none", STATES)


def test_a_policy_speaks_of_the_session_by_variables(identity):
    arn = role("device", [allow("s3:PutObject", "arn:aws:s3:::raw/video/${credentials-iot:ThingName}/*")])
    session = identity.assume(arn, STATES, keys={"credentials-iot:ThingName": "cam-1"})
    identity.require(session, "s3:PutObject", "arn:aws:s3:::raw/video/cam-1/event/clip.mp4")
    with pytest.raises(Denied):
        identity.require(session, "s3:PutObject", "arn:aws:s3:::raw/video/cam-2/event/clip.mp4")
    nameless = identity.assume(arn, STATES, session="nameless")
    with pytest.raises(Denied):
        identity.require(nameless, "s3:PutObject", "arn:aws:s3:::raw/video/cam-1/event/clip.mp4")


OWN_ITEM = {
    "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${credentials-iot:ThingName}"]},
    "Null": {"dynamodb:LeadingKeys": "false"},
}
TABLE = "arn:aws:dynamodb:us-east-1:111111111111:table/devices"


def test_a_condition_speaks_of_the_session_by_variables_too(identity):
    arn = role("reporter", [allow("dynamodb:UpdateItem", TABLE, **OWN_ITEM)])
    session = identity.assume(arn, STATES, keys={"credentials-iot:ThingName": "cam-1"})
    other = identity.assume(arn, STATES, session="other", keys={"credentials-iot:ThingName": "cam-2"})
    identity.require(session, "dynamodb:UpdateItem", TABLE, dynamodb_LeadingKeys="cam-1")
    # What one session was asked for is not left behind in the policy.
    identity.require(other, "dynamodb:UpdateItem", TABLE, dynamodb_LeadingKeys="cam-2")
    nameless = identity.assume(arn, STATES, session="nameless")
    for caller, key in ((session, "cam-2"), (other, "cam-1"), (nameless, "cam-1")):
        with pytest.raises(Denied):
            identity.require(caller, "dynamodb:UpdateItem", TABLE, dynamodb_LeadingKeys=key)


def test_a_condition_on_all_keys_needs_another_one_against_none(identity):
    (for_all, keys), _ = OWN_ITEM.items()
    arns = [
        role("open", [allow("dynamodb:*", TABLE, **{for_all: keys})]),
        role("closed", [allow("*", "*", **OWN_ITEM)]),
    ]
    lax, strict = [identity.assume(arn, STATES, keys={"credentials-iot:ThingName": "cam-1"}) for arn in arns]
    identity.require(lax, "dynamodb:Scan", TABLE)
    with pytest.raises(Denied):
        identity.require(strict, "dynamodb:Scan", TABLE)


@pytest.fixture
def devices_table():
    from ministack.core.responses import set_request_account_id, set_request_region
    from ministack.services import dynamodb

    set_request_account_id(ACCOUNT)
    set_request_region("us-east-1")
    dynamodb._tables["devices"] = {"pk_name": "device", "sk_name": "at"}
    yield
    del dynamodb._tables["devices"]


ITEM = {"at": {"S": "now"}, "device": {"S": "cam-1"}}
OTHER = {"device": {"S": "cam-2"}}


@pytest.mark.parametrize(
    ("request_body", "keys"),
    [
        ({"TableName": "devices", "Key": ITEM}, ["cam-1"]),
        ({"TableName": TABLE, "Key": ITEM}, ["cam-1"]),
        ({"TableName": "devices", "Item": {**ITEM, "sent": {"N": "3"}}}, ["cam-1"]),
        ({"TableName": "devices", "Key": {"device": {"N": "7"}}}, ["7"]),
        (
            {
                "TransactItems": [
                    {"Update": {"TableName": "devices", "Key": ITEM}},
                    {"Put": {"TableName": "devices", "Item": OTHER}},
                ]
            },
            ["cam-1", "cam-2"],
        ),
        ({"TableName": "devices"}, None),
        ({"TableName": "devices", "Key": {"at": {"S": "now"}}}, None),
        ({"TableName": "none", "Key": ITEM}, None),
    ],
)
def test_a_request_to_dynamodb_carries_the_partition_keys_it_names(identity, devices_table, request_body, keys):
    from ministack.core.iam_actions import dynamodb_service_context

    context = dynamodb_service_context(json.dumps(request_body).encode())
    assert context.get("dynamodb:LeadingKeys") == keys
    assert context["dynamodb:Select"] == "ALL_ATTRIBUTES"  # what was known before still is


@pytest.mark.parametrize("body", [b"", b"no json"])
def test_a_request_that_says_nothing_has_no_keys(identity, body):
    from ministack.core.iam_actions import dynamodb_service_context

    assert "dynamodb:LeadingKeys" not in dynamodb_service_context(body)


def test_a_session_is_found_again_by_its_key_and_by_its_arn(identity):
    session = identity.assume(role("known", []), STATES, session="me")
    assert identity.named(session.access_key_id) == session
    assert identity.session_of(f"arn:aws:sts::{ACCOUNT}:assumed-role/known/me") == session
    assert identity.session_of(f"arn:aws:iam::{ACCOUNT}:root") is None
