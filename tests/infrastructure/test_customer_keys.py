"""Keys of the account's own: what they are for, and who may use them."""

import json

import pytest

from media_pipeline.environment import read_environments

ACCOUNTS = {environment.name: environment.account for environment in read_environments()}


def resources(template, kind):
    return {name: item["Properties"] for name, item in template["Resources"].items() if item["Type"] == kind}


@pytest.fixture(params=ACCOUNTS)
def environment(request):
    return request.param


@pytest.fixture
def analysis(every_template, environment):
    return every_template[environment]["Analysis"]


@pytest.fixture
def topics_key(analysis):
    ((name, properties),) = resources(analysis, "AWS::KMS::Key").items()
    return name, properties


def test_every_key_is_renewed_and_found_by_its_environments_name(every_template, environment):
    for template in every_template[environment].values():
        keys = resources(template, "AWS::KMS::Key")
        aliases = resources(template, "AWS::KMS::Alias").values()
        assert all(key["EnableKeyRotation"] is True for key in keys.values())
        assert {json.dumps({"Fn::GetAtt": [name, "Arn"]}) for name in keys} == {
            json.dumps(alias["TargetKeyId"]) for alias in aliases
        }
        assert all(alias["AliasName"].startswith(f"alias/impp-{environment}-") for alias in aliases)


def test_every_topic_is_encrypted_with_it(every_template, environment, topics_key):
    topics = [
        topic
        for name, template in every_template[environment].items()
        for topic in resources(template, "AWS::SNS::Topic").values()
        # In a region of its own, so under a key of its own.
        if name != "Bill"
    ]
    assert len(topics) == 2
    assert all(topic["KmsMasterKeyId"] == {"Fn::GetAtt": [topics_key[0], "Arn"]} for topic in topics)


def test_beside_the_account_only_its_own_alarms_may_use_the_topics_key(environment, topics_key):
    account, alarms = topics_key[1]["KeyPolicy"]["Statement"]
    assert f"{ACCOUNTS[environment]}:root" in json.dumps(account["Principal"])
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert alarms["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNTS[environment]}}
    assert set(alarms["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}


def test_who_publishes_to_a_topic_may_use_its_key_through_sns_alone(analysis, topics_key):
    """A publisher without the key loses every message."""
    publishers = 0
    for policy in resources(analysis, "AWS::IAM::Policy").values():
        statements = policy["PolicyDocument"]["Statement"]
        if any(statement["Action"] == "sns:Publish" for statement in statements):
            publishers += 1
            (key,) = [item for item in statements if item["Resource"] == {"Fn::GetAtt": [topics_key[0], "Arn"]}]
            assert key["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
            assert key["Condition"] == {"StringEquals": {"kms:ViaService": "sns.us-east-1.amazonaws.com"}}
    assert publishers == 1
