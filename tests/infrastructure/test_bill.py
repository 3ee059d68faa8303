"""The bill: in us-east-1 whatever the environment's region, delivered, asked and watched under its own names."""

import json

import pytest
from assembly import Assembly
from aws_cdk import App, Stage
from aws_cdk import Environment as Target

from clip_model import bill
from media_pipeline.bill import BillStack
from media_pipeline.bill_columns import COLUMNS
from media_pipeline.environment import read_environment

ENVIRONMENT = read_environment("dev").model_copy(update={"region": "eu-west-1"})
ENVIRONMENT = ENVIRONMENT.model_copy(
    update={"alerts": ENVIRONMENT.alerts.model_copy(update={"operators": ("someone@example.com",)})}
)


@pytest.fixture(scope="module")
def abroad(tmp_path_factory):
    """The Bill stack of an environment elsewhere, which has someone to tell."""
    folder = tmp_path_factory.mktemp("abroad")
    # Findings are looked for where every environment is synthesized.
    app = App(outdir=str(folder))
    stage = Stage(app, "impp-dev", env=Target(account=ENVIRONMENT.account, region=ENVIRONMENT.region))
    BillStack(stage, "Bill", environment=ENVIRONMENT)
    app.synth()
    return Assembly(folder, 0, "").environments["dev"]["Bill"]


def resources(stack, kind):
    return {name: item for name, item in stack.template["Resources"].items() if item["Type"] == kind}


def one(stack, kind):
    ((_, resource),) = resources(stack, kind).items()
    return resource["Properties"]


def test_it_is_where_aws_delivers_bills(abroad):
    assert abroad.attributes["Target"] == f"aws://{ENVIRONMENT.account}/us-east-1"
    assert (
        one(abroad, "AWS::BCMDataExports::Export")["Export"]["DestinationConfigurations"]["S3Destination"]["S3Region"]
        == bill.REGION
    )
    assert "eu-west-1" not in json.dumps(abroad.template)


def test_the_export_and_the_table_have_the_same_columns(abroad):
    statement = one(abroad, "AWS::BCMDataExports::Export")["Export"]["DataQuery"]["QueryStatement"]
    table = one(abroad, "AWS::Glue::Table")["TableInput"]
    assert statement == f"SELECT {', '.join(COLUMNS)} FROM COST_AND_USAGE_REPORT"
    assert [column["Name"] for column in table["StorageDescriptor"]["Columns"]] == list(COLUMNS)


def test_the_export_comes_after_the_policy_that_lets_it_write(abroad):
    (policy,) = resources(abroad, "AWS::S3::BucketPolicy")
    ((_, export),) = resources(abroad, "AWS::BCMDataExports::Export").items()
    assert policy in export["DependsOn"]
    (delivery,) = [
        statement
        for statement in one(abroad, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    assert delivery["Principal"]["Service"] == ["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"]
    assert delivery["Condition"]["StringEquals"] == {"aws:SourceAccount": ENVIRONMENT.account}
    assert len(delivery["Condition"]["ArnLike"]["aws:SourceArn"]) == 2


def test_partitions_are_the_folders_that_data_exports_makes(abroad):
    parameters = one(abroad, "AWS::Glue::Table")["TableInput"]["Parameters"]
    (start, _, end) = parameters["storage.location.template"]["Fn::Join"][1]
    assert (start, end) == ("s3://", "/exports/impp-dev-cur/data/BILLING_PERIOD=${billing_period}/")
    export = one(abroad, "AWS::BCMDataExports::Export")["Export"]
    destination = export["DestinationConfigurations"]["S3Destination"]
    assert f"/{destination['S3Prefix']}/{export['Name']}/data/BILLING_PERIOD=${{billing_period}}/" == end


def test_a_query_keeps_to_the_workgroups_limit_and_place(abroad):
    settings = one(abroad, "AWS::Athena::WorkGroup")["WorkGroupConfiguration"]
    assert settings["EnforceWorkGroupConfiguration"] is True
    assert settings["BytesScannedCutoffPerQuery"] == ENVIRONMENT.costs.scan_gb * 10**9
    assert settings["ResultConfiguration"]["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
    assert settings["ResultConfiguration"]["ExpectedBucketOwner"] == ENVIRONMENT.account


def test_answers_expire_and_bills_do_not(abroad):
    rules = one(abroad, "AWS::S3::Bucket")["LifecycleConfiguration"]["Rules"]
    assert [(rule["Prefix"], rule["ExpirationInDays"]) for rule in rules if "ExpirationInDays" in rule] == [
        ("answers/", 7)
    ]


def test_every_named_query_asks_about_a_month_in_its_own_workgroup(abroad):
    queries = resources(abroad, "AWS::Athena::NamedQuery").values()
    assert len(queries) >= 12
    ((workgroup, _),) = resources(abroad, "AWS::Athena::WorkGroup").items()
    for query in queries:
        properties = query["Properties"]
        assert "WHERE billing_period = ?" in properties["QueryString"], properties["Name"]
        assert "{" not in properties["QueryString"], properties["Name"]
        assert properties["WorkGroup"] == bill.workgroup_name("dev")
        assert workgroup in query["DependsOn"]


def test_budgets_tell_of_what_was_spent_and_of_what_will_be(abroad):
    budgets = [item["Properties"] for item in resources(abroad, "AWS::Budgets::Budget").values()]
    assert {budget["Budget"]["BudgetLimit"]["Amount"] for budget in budgets} == {
        ENVIRONMENT.costs.budget_usd,
        ENVIRONMENT.limits.month_usd,
    }
    for budget in budgets:
        told = {
            (each["Notification"]["NotificationType"], each["Notification"]["Threshold"])
            for each in budget["NotificationsWithSubscribers"]
        }
        assert told == {("ACTUAL", 50), ("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)}
    tagged = [budget["Budget"]["CostFilters"].get("TagKeyValue") for budget in budgets]
    assert ["user:impp:environment$dev"] in tagged


def test_an_unusual_cost_is_told_at_once_from_the_dollars_that_were_set(abroad):
    subscription = one(abroad, "AWS::CE::AnomalySubscription")
    threshold = json.loads(subscription["ThresholdExpression"])["Dimensions"]
    assert threshold["Values"] == [f"{ENVIRONMENT.costs.anomaly_usd:g}"]
    # AWS sends at once to topics alone.
    assert (subscription["Frequency"], subscription["Subscribers"][0]["Type"]) == ("IMMEDIATE", "SNS")


def test_budgets_and_anomalies_may_publish_to_the_encrypted_topic_for_this_account_alone(abroad):
    for kind, document in (("AWS::SNS::TopicPolicy", "PolicyDocument"), ("AWS::KMS::Key", "KeyPolicy")):
        allowed = {
            statement["Principal"]["Service"]: statement["Condition"]
            for statement in one(abroad, kind)[document]["Statement"]
            if "Service" in statement["Principal"]
        }
        account = {"StringEquals": {"aws:SourceAccount": ENVIRONMENT.account}}
        assert allowed == {"budgets.amazonaws.com": account, "costalerts.amazonaws.com": account}
    assert one(abroad, "AWS::SNS::Topic")["KmsMasterKeyId"]
    assert one(abroad, "AWS::SNS::Subscription")["Endpoint"] == "someone@example.com"
