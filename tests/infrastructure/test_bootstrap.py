"""The bootstrap stack: who may deploy, and how far a deployment goes."""

import copy
import json
import runpy
from pathlib import Path

import proof
import pytest
from bootstrap_policies.checks import problems
from bootstrap_policies.features import BEYOND_SCHEMAS, FEATURES, nowhere
from bootstrap_policies.needed import listed
from bootstrap_policies.planted import PLANTED, REPOSITORY
from bootstrap_policies.policies import FOLDER, derive, written
from bootstrap_policies.standard import Standard
from bootstrap_policies.way_in import problems_of_trust
from permissions.catalogue import expand
from permissions.matching import matches
from pydantic import BaseModel

from media_pipeline.bootstrap import BootstrapStack
from media_pipeline.checked_app import CheckedApp
from media_pipeline.environment import Ci, read_environments

ROOT = Path(__file__).parents[2]
UPDATE = (
    'run `make test ARGS="tests/infrastructure/test_bootstrap.py --snapshot-update"`, and let an administrator read'
)
ENVIRONMENTS = [environment.name for environment in read_environments()]


@pytest.fixture(scope="module")
def standard(every_template):
    return Standard(every_template)


def bootstrapped(environment, folder, *, ci=True):
    """The bootstrap stack's template; synthesis fails on a finding of cdk-nag."""
    app = CheckedApp(outdir=str(folder))
    stack = BootstrapStack(
        app, environment=environment.model_copy(update={"ci": Ci(repository=REPOSITORY) if ci else None})
    )
    return app.synth().get_stack_by_name(stack.stack_name).template


@pytest.fixture(scope="module")
def stacks(tmp_path_factory):
    return {
        environment.name: (environment, bootstrapped(environment, tmp_path_factory.mktemp(environment.name)))
        for environment in read_environments()
    }


def test_policies_are_as_derived(standard, request):
    files = written(derive(standard.patterns))
    if request.config.option.update_snapshots:
        for path in FOLDER.glob("*.json"):
            path.unlink()
        for name, text in files.items():
            (FOLDER / name).write_text(text, encoding="utf-8")
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert there == files, f"the policies are not what the templates need: {UPDATE}"


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_nothing_is_missing_unused_or_escalates(stacks, standard, name):
    environment, template = stacks[name]
    found = [*problems(template, standard.expected(environment)), *problems_of_trust(template, environment, REPOSITORY)]
    for figure, said in (("missing", "missing:"), ("unused", "unused:")):
        proof.count(f"{figure}_permissions", sum(line.startswith(said) for line in found))
    proof.count("unexplained_wildcards", sum("unexplained wildcard" in line for line in found))
    assert found == []
    kinds = [item["Type"] for item in template["Resources"].values()]
    proof.count("roles", kinds.count("AWS::IAM::Role"))
    proof.count(
        "statements",
        sum(len(item["Properties"]["PolicyDocument"]["Statement"]) for item in policies(template)),
    )


def policies(template):
    return [item for item in template["Resources"].values() if "PolicyDocument" in item["Properties"]]


def test_the_longest_names_fit(standard, tmp_path):
    environment = read_environments()[0].model_copy(update={"name": "e" * 12, "region": "ap-southeast-4"})
    found = list(problems(bootstrapped(environment, tmp_path), standard.expected(environment)))
    assert [line for line in found if "more than" in line] == []


def test_every_resource_is_within_its_service_s_patterns(stacks, standard):
    """As AWS will call it: a pattern too narrow would stop the first deployment."""
    checked = 0
    for pipeline in standard.pipelines:
        _, template = stacks[pipeline.environment]
        named = [
            (action.partition(":")[0], pattern)
            for item in policies(template)
            if item["Type"] == "AWS::IAM::ManagedPolicy" and "execution" in item["Properties"]["ManagedPolicyName"]
            for statement in item["Properties"]["PolicyDocument"]["Statement"]
            for action in as_list(statement["Action"])
            for pattern in as_list(statement["Resource"])
            if pattern != "*"
        ]
        for resource in pipeline.resources():
            try:
                arn = pipeline.arn_of(resource)
            except ValueError:
                continue  # of a type that no ARN is ever made of
            checked += 1
            service = arn.split(":")[2]
            assert any(service == each and matches(pattern, arn) for each, pattern in named), arn
    assert checked > 100


def as_list(value):
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: f"{feature.type} {feature.actions[0]}")
def test_what_is_left_out_is_in_the_schema(feature):
    there = {action for pattern in listed(feature.type) for action in expand(pattern)}
    assert set(feature.actions) <= there, "the schema no longer lists it: leave it out here too"
    assert feature.used is not nowhere or feature.why, "what is never granted says why"


@pytest.mark.parametrize("feature", BEYOND_SCHEMAS, ids=lambda feature: f"{feature.type} {feature.actions[0]}")
def test_what_is_added_is_not_in_the_schema(feature):
    there = {action for pattern in listed(feature.type) for action in expand(pattern)}
    assert not set(feature.actions) & there
    assert feature.why


def test_every_optional_setting_is_on_somewhere(standard):
    """A permission for what an operator may switch on tomorrow is there already."""
    environments = [environment for environment, _ in standard.variants]

    def settings(values):
        for name in set(type(values[0]).model_fields) - {"fleet"}:  # of estimates alone
            each = [value for value in (getattr(item, name) for item in values) if value]
            if not each:
                yield name
            elif isinstance(each[0], BaseModel):
                yield from (f"{name}.{inner}" for inner in settings(each))

    assert list(settings(environments)) == ["ci"], "`ci` is of the bootstrap stack itself"


def test_every_role_is_within_the_boundary(standard):
    for environment, templates in standard.variants:
        for stack, template in templates.items():
            for name, item in template["Resources"].items():
                if item["Type"] == "AWS::IAM::Role":
                    boundary = json.dumps(item["Properties"].get("PermissionsBoundary"))
                    assert f":iam::{environment.account}:policy/impp-{environment.name}-boundary" in boundary, (
                        f"{stack}/{name}"
                    )


def test_the_roles_that_are_assumed_are_those_there_are(every_template, stacks):
    """CDK's by its own template, the operator's by ours."""
    from local_cloud.deployment import CDK

    bootstrap = (CDK.parents[1] / "lib/api/bootstrap/bootstrap-template.yaml").read_text(encoding="utf-8")
    for name, (environment, template) in stacks.items():
        granted = json.dumps(policies(template))
        for purpose in ("deploy", "file-publishing", "image-publishing", "lookup"):
            assert f"cdk-${{Qualifier}}-{purpose}-role-${{AWS::AccountId}}-${{AWS::Region}}" in bootstrap
            assert f"cdk-hnb659fds-{purpose}-role-{environment.account}-{environment.region}" in granted
        roles = json.dumps(every_template[name]["Access"])
        assert f'"RoleName": "impp-{name}-operator"' in roles


def test_workflows_know_the_roles_by_name(stacks):
    settings = runpy.run_path(str(ROOT / ".github" / "settings.py"))["settings"]
    for name, (environment, template) in stacks.items():
        roles = {
            f"arn:aws:iam::{environment.account}:role{item['Properties']['Path']}{item['Properties']['RoleName']}"
            for item in template["Resources"].values()
            if item["Type"] == "AWS::IAM::Role"
        }
        told = dict(line.split("=") for line in settings(name))
        assert {told["deploy-role"], told["diff-role"]} == roles
        assert told["operator-role"] in json.dumps(policies(template))


def test_without_a_repository_there_is_no_way_in(tmp_path):
    template = bootstrapped(read_environments()[0], tmp_path, ci=False)
    assert {item["Type"] for item in template["Resources"].values()} == {"AWS::IAM::ManagedPolicy"}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_it_deploys_before_anything_is_bootstrapped(stacks, name):
    _, template = stacks[name]
    assert "Parameters" not in template
    assert "Rules" not in template


@pytest.mark.parametrize(
    "repository", ["octo-org", "octo-org/*", "*/impp", "octo-org/impp:environment:prod", "octo-org@x/impp", "a/b/c"]
)
def test_a_repository_is_named_exactly(repository):
    with pytest.raises(ValueError, match="repository"):
        Ci(repository=repository)


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_caught(stacks, standard, fault):
    environment, template = stacks["dev"]
    plant, told = PLANTED[fault]
    planted = copy.deepcopy(template)
    plant(planted)
    proof.count("planted_faults", 1)
    found = [*problems(planted, standard.expected(environment)), *problems_of_trust(planted, environment, REPOSITORY)]
    assert any(told in line for line in found), found
    proof.count("planted_caught", 1)
