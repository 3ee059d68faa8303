"""Environments that do not touch one another, data that stays where it must, and nothing left where it need not."""

import json
import re

import pytest
from aws_cdk import App

from media_pipeline.environment import read_environments
from media_pipeline.stage import MediaPipeline

ENVIRONMENTS = {environment.name: environment for environment in read_environments()}
LASTING = [name for name, environment in ENVIRONMENTS.items() if not environment.disposable]
DISPOSABLE = [name for name, environment in ENVIRONMENTS.items() if environment.disposable]

#: What is named within something that carries its environment: a database, a workgroup.
WITHIN = {"AWS::Athena::NamedQuery", "AWS::Glue::Table"}
#: Keys that end in `Name` and name something else than the resource they are on; every other one counts.
OF_SOMETHING_ELSE = {"AttributeName", "DisplayName", "IndexName", "MetricName", "ServiceName"}


def resources(templates, *kinds):
    return [item for template in templates for item in template["Resources"].values() if item["Type"] in kinds]


def names(templates):
    """All that templates call by a name of their own, and so would share with templates that call it the same."""
    found = set()
    for template in templates:
        found |= {output["Export"]["Name"] for output in template.get("Outputs", {}).values() if "Export" in output}
        for resource in template["Resources"].values():
            # An inline policy's name is its role's own affair.
            if resource["Type"] not in {"AWS::IAM::Policy", *WITHIN}:
                found |= {f"{resource['Type']} {name}" for name in _names(resource.get("Properties", {}))}
    return found


def _names(properties):
    for key, value in properties.items():
        if isinstance(value, dict):
            yield from _names(value)
        elif key.endswith("Name") and key not in OF_SOMETHING_ELSE and isinstance(value, str):
            yield value


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory):
    """Every environment's templates, all synthesized for one account and region."""
    home = {"account": "444444444444", "region": "us-east-1"}
    app = App(outdir=str(tmp_path_factory.mktemp("neighbours")))
    stages = {
        name: MediaPipeline(app, environment=environment.model_copy(update=home))
        for name, environment in ENVIRONMENTS.items()
    }
    app.synth()
    return {name: [stack.template for stack in stage.synth().stacks] for name, stage in stages.items()}


def test_environments_in_one_account_and_region_share_no_name(neighbours):
    for name, templates in neighbours.items():
        others = [template for other in neighbours if other != name for template in neighbours[other]]
        assert names(templates), name
        assert names(templates) & names(others) == set()


def test_every_name_carries_its_environment(neighbours):
    for environment, templates in neighbours.items():
        assert [name for name in names(templates) if environment not in name] == []


@pytest.mark.parametrize(
    "careless",
    [
        {"Resources": {"Rules": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/impp/rules"}}}},
        {
            "Resources": {
                "Key": {
                    "Type": "AWS::CloudFront::PublicKey",
                    "Properties": {"PublicKeyConfig": {"Name": "impp-2026a"}},
                }
            }
        },
        {"Resources": {}, "Outputs": {"Raw": {"Export": {"Name": "RawBucket"}}}},
    ],
    ids=["name", "name in a configuration", "export"],
)
def test_a_name_without_its_environment_is_noticed(neighbours, careless):
    assert names([*neighbours["prod"], careless]) & names([*neighbours["staging"], careless])


def test_no_template_knows_of_another_environment(every_template):
    for name, templates in every_template.items():
        for other in ENVIRONMENTS.values():
            if other.name != name:
                text = json.dumps(templates)
                assert other.account not in text
                assert not re.search(rf"impp.?{other.name}\b", text)


def test_every_stack_is_bound_to_its_own_account_and_region(synthesis):
    """The CDK CLI refuses credentials of any other account."""
    for name, stacks in synthesis.environments.items():
        targets = {stack.attributes["Target"] for stack in stacks.values()}
        assert targets == {f"aws://{ENVIRONMENTS[name].account}/{ENVIRONMENTS[name].region}"}


def test_synthesis_asks_no_account_anything(synthesis):
    for folder in synthesis.folder.glob("assembly-*"):
        assert "missing" not in json.loads((folder / "manifest.json").read_text())


def test_only_a_disposable_environments_stacks_may_be_deleted(synthesis):
    for name, stacks in synthesis.environments.items():
        protected = {stack.attributes["TerminationProtection"] for stack in stacks.values()}
        assert protected == {not ENVIRONMENTS[name].disposable}


@pytest.mark.parametrize("name", LASTING)
def test_data_and_its_keys_outlive_their_stacks(every_template, name):
    templates = every_template[name].values()
    kept = resources(templates, "AWS::S3::Bucket", "AWS::KMS::Key")
    kept += lasting_tables(templates)
    assert len(kept) == 6 + 3 + 6
    assert {(item["DeletionPolicy"], item["UpdateReplacePolicy"]) for item in kept} == {("Retain", "Retain")}


@pytest.mark.parametrize("name", LASTING)
def test_tables_cannot_be_deleted_and_can_be_set_back(every_template, name):
    for table in lasting_tables(every_template[name].values()):
        (replica,) = table["Properties"]["Replicas"]
        assert replica["DeletionProtectionEnabled"] is True
        assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def lasting_tables(templates):
    """All but the alert function's own memory, which lasts a week."""
    return [
        item
        for item in resources(templates, "AWS::DynamoDB::GlobalTable")
        if "/Alerting/" not in item["Metadata"]["aws:cdk:path"]
    ]


@pytest.mark.parametrize("name", DISPOSABLE)
def test_a_disposable_environment_leaves_nothing_behind(every_template, name):
    for template in every_template[name].values():
        for logical_id, resource in template["Resources"].items():
            assert resource.get("DeletionPolicy", "Delete") == "Delete", logical_id
    for table in resources(every_template[name].values(), "AWS::DynamoDB::GlobalTable"):
        assert not any(replica.get("DeletionProtectionEnabled") for replica in table["Properties"]["Replicas"])


def test_every_log_expires_when_its_environment_says(every_template):
    for name, templates in every_template.items():
        logs = resources(templates.values(), "AWS::Logs::LogGroup")
        assert logs
        days = {log["Properties"]["RetentionInDays"] for log in logs}
        assert days == {ENVIRONMENTS[name].retention.log_days}


def test_no_environment_has_a_helper_of_cdks_own(every_template):
    for templates in every_template.values():
        kinds = {item["Type"] for template in templates.values() for item in template["Resources"].values()}
        assert not [kind for kind in kinds if kind.startswith(("Custom::", "AWS::CloudFormation::CustomResource"))]
        assert len(resources(templates.values(), "AWS::Lambda::Function")) == 4
