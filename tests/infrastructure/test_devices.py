"""What a device may do, and how it comes to it, in every environment."""

import json

import pytest

ENVIRONMENTS = ("dev", "staging", "prod")


@pytest.fixture(params=ENVIRONMENTS)
def ingest(request, every_template):
    template = every_template[request.param]["Ingest"]
    return (
        request.param,
        template,
        {
            item["Type"]: item["Properties"]
            for name, item in template["Resources"].items()
            if name.startswith("Devices")
        },
    )


def test_only_this_role_alias_of_this_account_lends_the_role(ingest):
    name, _, devices = ingest
    (trust,) = devices["AWS::IAM::Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "credentials.iot.amazonaws.com"}
    (source,) = trust["Condition"]["ArnEquals"].values()
    arn = "".join("aws" if part == {"Ref": "AWS::Partition"} else part for part in source["Fn::Join"][1])
    account = trust["Condition"]["StringEquals"]["aws:SourceAccount"]
    assert arn.split(":", 4)[4] == f"{account}:rolealias/impp-{name}-device"
    assert devices["AWS::IoT::RoleAlias"]["RoleAlias"] == f"impp-{name}-device"


def test_a_device_writes_below_its_own_name_and_reads_nothing(ingest):
    _, _, devices = ingest
    (statement,) = devices["AWS::IAM::Policy"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]
    bucket, folder = statement["Resource"]["Fn::Join"][1]
    assert folder == "/video/${credentials-iot:ThingName}/*"
    assert bucket["Fn::GetAtt"][0].startswith("Raw")
    assert "ManagedPolicyArns" not in devices["AWS::IAM::Role"]


def test_credentials_last_an_hour(ingest):
    assert ingest[2]["AWS::IoT::RoleAlias"]["CredentialDurationSeconds"] == 3600


def test_a_certificate_opens_this_alias_alone_and_only_while_it_belongs_to_a_thing(ingest):
    _, template, devices = ingest
    (statement,) = devices["AWS::IoT::Policy"]["PolicyDocument"]["Statement"]
    alias = statement["Resource"]["Fn::GetAtt"]
    assert (template["Resources"][alias[0]]["Type"], alias[1]) == ("AWS::IoT::RoleAlias", "RoleAliasArn")
    assert statement["Action"] == "iot:AssumeRoleWithCertificate"
    assert statement["Condition"] == {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}


def test_who_enrolls_a_device_is_told_both_names(ingest):
    _, template, _ = ingest
    told = [template["Outputs"][name]["Value"]["Ref"] for name in ("DeviceRoleAlias", "DevicePolicy")]
    assert [template["Resources"][name]["Type"] for name in told] == ["AWS::IoT::RoleAlias", "AWS::IoT::Policy"]


def test_no_key_that_lasts_is_made_anywhere(every_template):
    assert "AWS::IAM::AccessKey" not in json.dumps(every_template)
    assert "AWS::IAM::User" not in json.dumps(every_template)
