"""What must hold of the templates whatever a snapshot says."""

import json
from pathlib import Path

import pytest

import constructs

ROOT = Path(__file__).parents[2]


def resources(template, kind):
    return {name: item for name, item in template["Resources"].items() if item["Type"] == kind}


@pytest.fixture(scope="module")
def buckets(templates):
    return [
        (f"{stack}/{name}", bucket["Properties"])
        for stack, template in templates.items()
        for name, bucket in resources(template, "AWS::S3::Bucket").items()
    ]


def test_constructs_is_a_source_root_and_never_a_package():
    assert not (ROOT / "constructs" / "__init__.py").exists()
    assert "site-packages" in constructs.__file__


def test_classify_alert_campaign_and_costs_are_the_only_functions(templates):
    functions = [
        item["Properties"]["Handler"]
        for template in templates.values()
        for item in resources(template, "AWS::Lambda::Function").values()
    ]
    assert functions == ["handler.handle"] * 4
    kinds = {item["Type"] for template in templates.values() for item in template["Resources"].values()}
    assert not [kind for kind in kinds if kind.startswith(("Custom::", "AWS::CloudFormation::CustomResource"))]


def test_functions_run_the_newest_python_on_arm_with_one_layer_a_stack(templates):
    for stack in ("Analysis", "Campaigns", "FinOps"):
        (layer,) = resources(templates[stack], "AWS::Lambda::LayerVersion")
        for function in resources(templates[stack], "AWS::Lambda::Function").values():
            assert function["Properties"]["Runtime"] == "python3.14"
            assert function["Properties"]["Architectures"] == ["arm64"]
            assert function["Properties"]["Layers"] == [{"Ref": layer}]


def test_every_bucket_is_encrypted_and_closed(buckets):
    assert len(buckets) == 5
    for name, bucket in buckets:
        assert bucket["BucketEncryption"], name
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name


def test_every_media_bucket_is_versioned_logged_and_cleans_up(buckets):
    media = [(name, bucket) for name, bucket in buckets if not name.startswith("Bill/") and "Logs" not in name]
    assert len(media) == 3
    for name, bucket in media:
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}, name
        assert "DestinationBucketName" in bucket["LoggingConfiguration"], name
        rules = {rule["Id"] for rule in bucket["LifecycleConfiguration"]["Rules"]}
        assert {"AbortUploads", "ExpireVersions"} <= rules, name


def test_every_bucket_refuses_plain_http(templates):
    for template in templates.values():
        policies = resources(template, "AWS::S3::BucketPolicy").values()
        guarded = {json.dumps(policy["Properties"]["Bucket"]) for policy in policies if refuses_http(policy)}
        assert guarded == {json.dumps({"Ref": name}) for name in resources(template, "AWS::S3::Bucket")}


def refuses_http(policy):
    return any(
        statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if "Condition" in statement
    )


def test_no_rule_deletes_a_raw_or_archived_clip(buckets):
    for name, bucket in buckets:
        if "Raw" in name or "Archive" in name:
            for rule in bucket["LifecycleConfiguration"]["Rules"]:
                assert "ExpirationInDays" not in rule, name


def test_events_that_do_not_arrive_are_kept(templates):
    (rule,) = resources(templates["Analysis"], "AWS::Events::Rule").values()
    (target,) = rule["Properties"]["Targets"]
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
    assert "Arn" in target["DeadLetterConfig"]


def test_playback_is_private(templates):
    (distribution,) = resources(templates["Delivery"], "AWS::CloudFront::Distribution").values()
    behaviour = distribution["Properties"]["DistributionConfig"]["DefaultCacheBehavior"]
    assert behaviour["TrustedKeyGroups"]
    assert behaviour["ViewerProtocolPolicy"] == "https-only"
    assert resources(templates["Delivery"], "AWS::CloudFront::OriginAccessControl")
    assert len(resources(templates["Delivery"], "AWS::CloudFront::PublicKey")) == 2


def test_no_key_material_is_in_a_template(templates):
    text = json.dumps(templates)
    assert "BEGIN" not in text
    assert "PRIVATE" not in text


def test_alarms_may_publish_although_the_topic_has_a_policy_of_its_own(templates):
    exported = {output["Export"]["Name"]: output["Value"] for output in outputs_of(templates["Analysis"])}
    topics = [
        exported[action["Fn::ImportValue"]]
        for stack in ("Campaigns", "FinOps", "Health")
        for alarm in resources(templates[stack], "AWS::CloudWatch::Alarm").values()
        for action in alarm["Properties"]["AlarmActions"]
    ]
    (allowed,) = [
        statement["Resource"]
        for policy in resources(templates["Analysis"], "AWS::SNS::TopicPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow" and statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    ]
    assert topics
    assert all(topic == allowed for topic in topics)


def outputs_of(template):
    return [output for output in template["Outputs"].values() if "Export" in output]


def test_every_signing_key_stays_exported_while_it_is_listed(templates):
    """Else the deploy that makes another key the first could not take the old export away."""
    keys = resources(templates["Delivery"], "AWS::CloudFront::PublicKey")
    exported = [output["Value"] for output in templates["Delivery"]["Outputs"].values() if "Export" in output]
    assert all({"Ref": name} in exported for name in keys)
