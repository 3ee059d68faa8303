"""Who may deploy, as the bootstrap stack is deployed: CloudFormation's policies, and GitHub's roles at work.

The mutation run takes each of their statements away, too, and expects this module to fail.
"""

import base64
import copy
import json
import subprocess

import boto3
import pytest
from bootstrap_policies.checks import problems
from bootstrap_policies.standard import Standard
from botocore.exceptions import ClientError

from local_cloud.deployment import CDK, NODE
from media_pipeline.bootstrap import BootstrapStack
from media_pipeline.checked_app import CheckedApp
from media_pipeline.environment import Ci, read_environment

pytestmark = pytest.mark.cloud

REPOSITORY = "example/impp"
ISSUER = "https://token.actions.githubusercontent.com"


@pytest.fixture(scope="module")
def assembly(tmp_path_factory):
    """The dev environment's bootstrap stack, with a way in for a repository."""
    folder = tmp_path_factory.mktemp("bootstrap")
    app = CheckedApp(outdir=str(folder))
    BootstrapStack(app, environment=read_environment("dev").model_copy(update={"ci": Ci(repository=REPOSITORY)}))
    app.synth()
    return folder


@pytest.fixture(scope="module", autouse=True)
def let_in(cloud, outputs, assembly):
    """Deployed by an administrator, over the one without."""
    if not cloud.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        done = cdk(cloud.variables, "deploy", "impp-dev-Bootstrap", "--app", str(assembly), "--method", "direct")
        assert done.returncode == 0, done.stderr


def cdk(variables, *arguments):
    return subprocess.run(
        [NODE, CDK, *arguments, "--require-approval", "never", "--no-notices", "--ci"],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_policies_that_are_deployed_let_cloudformation_do_what_it_needs_and_no_more(
    cloud, assembly, every_template
):
    template = json.loads((assembly / "impp-dev-Bootstrap.template.json").read_text())
    there = {policy["PolicyName"]: policy for policy in own_policies(cloud.client("iam"))}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            resource["Properties"]["PolicyDocument"] = document(
                cloud.client("iam"), there[resource["Properties"]["ManagedPolicyName"]]
            )
    environment = read_environment("dev")
    assert list(problems(copy.deepcopy(template), Standard(every_template).expected(environment))) == []


def own_policies(iam):
    return iam.list_policies(Scope="Local")["Policies"]


def document(iam, policy):
    version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
    return version["PolicyVersion"]["Document"]


def as_github(cloud, role, subject):
    """Environment variables of a workflow's job that has assumed the role."""
    claims = {"iss": ISSUER, "aud": "sts.amazonaws.com", "sub": f"repo:{REPOSITORY}:{subject}"}
    token = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims))
    session = cloud.client("sts").assume_role_with_web_identity(
        RoleArn=f"arn:aws:iam::{cloud.account}:role/bootstrap/impp-dev-{role}",
        RoleSessionName="workflow",
        WebIdentityToken=f"{token}.signature",
    )["Credentials"]
    return {
        **cloud.variables,
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
    }


@pytest.mark.parametrize(
    ("role", "subject"),
    [
        ("deploy", "pull_request"),
        ("deploy", "environment:prod"),
        ("diff", "environment:dev"),
        ("diff", "ref:refs/heads/x"),
    ],
)
def test_another_jobs_token_opens_no_role(cloud, role, subject):
    with pytest.raises(ClientError, match="Not authorized"):
        as_github(cloud, role, subject)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory, synthesis):
    """What a deployment is given: one cloud assembly, made before."""
    return synthesis.folder


def test_the_deploy_role_deploys(cloud, pipeline):
    done = cdk(
        as_github(cloud, "deploy", "environment:dev"),
        *("deploy", "impp-dev/*", "--app", str(pipeline), "--method", "direct"),
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]
    assert "no changes" in done.stdout + done.stderr


def test_the_deploy_role_becomes_the_operator_for_the_smoke_test(cloud, outputs):
    variables = as_github(cloud, "deploy", "environment:dev")
    workflow = boto3.client(
        "sts",
        endpoint_url=cloud.endpoint_url,
        region_name=cloud.region,
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=variables["AWS_SESSION_TOKEN"],
    )
    assert workflow.assume_role(RoleArn=outputs["OperatorRoleArn"], RoleSessionName="smoke")["Credentials"]
    with pytest.raises(ClientError, match="AccessDenied"):
        workflow.assume_role(RoleArn=outputs["ConsoleRoleArn"], RoleSessionName="smoke")


def test_the_diff_role_compares_and_does_nothing_else(cloud, pipeline, outputs):
    variables = as_github(cloud, "diff", "pull_request")
    done = cdk(variables, "diff", "impp-dev/*", "--app", str(pipeline), "--method", "template")
    assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]
    assert "no differences" in (done.stdout + done.stderr).lower()
    assert cdk(variables, "deploy", "impp-dev/*", "--app", str(pipeline)).returncode != 0
