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
    statement, _ = devices["AWS::IAM::Policy"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]
    bucket, folder = statement["Resource"]["Fn::Join"][1]
    assert folder == "/video/${credentials-iot:ThingName}/*"
    assert bucket["Fn::GetAtt"][0].startswith("Raw")
    assert "ManagedPolicyArns" not in devices["AWS::IAM::Role"]


def test_a_device_reports_in_the_item_of_its_own_name_and_in_no_other(ingest):
    _, template, devices = ingest
    _, statement = devices["AWS::IAM::Policy"]["PolicyDocument"]["Statement"]
    table = template["Outputs"]["DevicesTable"]["Value"]["Ref"]
    assert statement == {
        "Effect": "Allow",
        "Action": "dynamodb:UpdateItem",
        "Resource": {"Fn::GetAtt": [table, "Arn"]},
        "Condition": {
            "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${credentials-iot:ThingName}"]},
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    }
    assert template["Resources"][table]["Properties"]["KeySchema"] == [{"AttributeName": "device", "KeyType": "HASH"}]


def test_devices_are_listed_by_when_they_were_seen(ingest):
    (index,) = ingest[2]["AWS::DynamoDB::GlobalTable"]["GlobalSecondaryIndexes"]
    keys = [(key["AttributeName"], key["KeyType"]) for key in index["KeySchema"]]
    assert (index["IndexName"], keys) == ("by_fleet", [("fleet", "HASH"), ("seen_at", "RANGE")])
    assert index["Projection"] == {"ProjectionType": "ALL"}


def test_the_devices_table_costs_by_the_write_can_be_set_back_and_stays_where_data_lasts(ingest):
    name, template, devices = ingest
    table = devices["AWS::DynamoDB::GlobalTable"]
    (replica,) = table["Replicas"]
    lasting = name != "dev"
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert replica["DeletionProtectionEnabled"] is lasting
    (resource,) = [item for item in template["Resources"].values() if item["Type"] == "AWS::DynamoDB::GlobalTable"]
    assert resource["DeletionPolicy"] == ("Retain" if lasting else "Delete")


def test_credentials_last_an_hour(ingest):
    assert ingest[2]["AWS::IoT::RoleAlias"]["CredentialDurationSeconds"] == 3600


def test_a_certificate_opens_this_alias_alone_and_only_while_it_belongs_to_a_thing(ingest):
    _, template, devices = ingest
    (statement,) = devices["AWS::IoT::Policy"]["PolicyDocument"]["Statement"]
    alias = statement["Resource"]["Fn::GetAtt"]
    assert (template["Resources"][alias[0]]["Type"], alias[1]) == ("AWS::IoT::RoleAlias", "RoleAliasArn")
    assert statement["Action"] == "iot:AssumeRoleWithCertificate"
    assert statement["Condition"] == {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}


def test_who_enrolls_a_device_is_told_its_three_names(ingest):
    _, template, _ = ingest
    told = [template["Outputs"][name]["Value"]["Ref"] for name in ("DeviceRoleAlias", "DevicePolicy", "DevicesTable")]
    assert [template["Resources"][name]["Type"] for name in told] == [
        "AWS::IoT::RoleAlias",
        "AWS::IoT::Policy",
        "AWS::DynamoDB::GlobalTable",
    ]


def test_no_key_that_lasts_is_made_anywhere(every_template):
    assert "AWS::IAM::AccessKey" not in json.dumps(every_template)
    assert "AWS::IAM::User" not in json.dumps(every_template)
