"""The audit trail: what it records, where it is kept, and who else could write there."""

import json

import pytest

from media_pipeline.environment import read_environments

AUDITED = {environment.name: environment for environment in read_environments() if environment.audit}


def resources(template, kind):
    return [item["Properties"] for item in template["Resources"].values() if item["Type"] == kind]


def text(value):
    """A value as one text, `arn:<partition>:...` for what CloudFormation puts together."""
    if isinstance(value, str):
        return value
    (function, arguments) = next(iter(value.items()))
    if function == "Fn::Join":
        return "".join(map(text, arguments[1]))
    return f"<{arguments}>" if isinstance(arguments, str) else f"<{'.'.join(arguments)}>"


@pytest.fixture(params=AUDITED)
def environment(request):
    return AUDITED[request.param]


@pytest.fixture
def stacks(every_template, environment):
    return every_template[environment.name]


@pytest.fixture
def audit(stacks):
    return stacks["Audit"]


@pytest.fixture
def trail_arn(environment):
    return f"arn:<AWS::Partition>:cloudtrail:{environment.region}:{environment.account}:trail/impp-{environment.name}"


def test_it_is_there_where_switched_on_and_nowhere_else(every_template):
    assert {name for name, stacks in every_template.items() if "Audit" in stacks} == set(AUDITED)
    for name, stacks in every_template.items():
        trails = [trail for stack in stacks.values() for trail in resources(stack, "AWS::CloudTrail::Trail")]
        assert len(trails) == (name in AUDITED)


def test_it_records_the_account_everywhere_and_the_clips_alone(stacks, audit):
    (trail,) = resources(audit, "AWS::CloudTrail::Trail")
    assert trail["IsLogging"] is True
    assert trail["IsMultiRegionTrail"] is True
    assert trail["IncludeGlobalServiceEvents"] is True
    (selector,) = trail["EventSelectors"]
    assert (selector["ReadWriteType"], selector["IncludeManagementEvents"]) == ("All", True)
    (objects,) = selector["DataResources"]
    assert objects["Type"] == "AWS::S3::Object"
    exported = {
        text(output["Export"]["Name"]): json.dumps(output["Value"])
        for stack in ("Ingest", "Delivery")
        for output in stacks[stack]["Outputs"].values()
        if "Export" in output
    }
    recorded = [exported[text(value).removeprefix("<").removesuffix(">/")] for value in objects["Values"]]
    assert all(text(value).endswith("/") for value in objects["Values"])
    media = [
        json.dumps({"Fn::GetAtt": [name, "Arn"]})
        for stack in ("Ingest", "Delivery")
        for name, item in stacks[stack]["Resources"].items()
        if item["Type"] == "AWS::S3::Bucket" and not name.startswith("Logs")
    ]
    assert sorted(recorded) == sorted(media)
    assert len(media) == 3


def test_what_it_writes_can_be_proved_unchanged_and_is_locked(environment, audit):
    (trail,) = resources(audit, "AWS::CloudTrail::Trail")
    assert trail["EnableLogFileValidation"] is True
    (bucket,) = resources(audit, "AWS::S3::Bucket")
    days = environment.audit.log_days
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["ObjectLockConfiguration"]["Rule"] == {"DefaultRetention": {"Days": days, "Mode": "GOVERNANCE"}}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == days
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["LoggingConfiguration"]["LogFilePrefix"] == "s3/Trail/"


def test_only_this_trail_may_write_into_the_bucket(environment, audit, trail_arn):
    (policy,) = resources(audit, "AWS::S3::BucketPolicy")
    plain_http, look, write = policy["PolicyDocument"]["Statement"]
    assert (plain_http["Effect"], plain_http["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert (look["Action"], write["Action"]) == ("s3:GetBucketAcl", "s3:PutObject")
    assert text(write["Resource"]).endswith(f"/AWSLogs/{environment.account}/*")
    assert write["Condition"]["StringEquals"]["s3:x-amz-acl"] == "bucket-owner-full-control"
    for statement in (look, write):
        assert statement["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
        assert text(statement["Condition"]["StringEquals"]["aws:SourceArn"]) == trail_arn


def test_only_this_trail_may_encrypt_with_the_key(environment, audit, trail_arn):
    (key,) = resources(audit, "AWS::KMS::Key")
    account, encrypt, describe = key["KeyPolicy"]["Statement"]
    assert text(account["Principal"]["AWS"]).endswith(f"{environment.account}:root")
    assert (encrypt["Action"], describe["Action"]) == ("kms:GenerateDataKey*", "kms:DescribeKey")
    context = encrypt["Condition"]["StringLike"]["kms:EncryptionContext:aws:cloudtrail:arn"]
    assert text(context) == trail_arn.replace(environment.region, "*")
    for statement in (encrypt, describe):
        assert statement["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
        assert text(statement["Condition"]["StringEquals"]["aws:SourceArn"]) == trail_arn


def test_the_policies_name_the_trail_that_there_is(audit, trail_arn):
    """The name is written out, for a policy that refers to the trail would have to be made after it."""
    ((trail, item),) = [(n, i) for n, i in audit["Resources"].items() if i["Type"] == "AWS::CloudTrail::Trail"]
    assert trail_arn.endswith(f":trail/{item['Properties']['TrailName']}")
    needed = {n for n, i in audit["Resources"].items() if i["Type"] in {"AWS::S3::BucketPolicy", "AWS::KMS::Key"}}
    assert needed <= set(item["DependsOn"]), trail
