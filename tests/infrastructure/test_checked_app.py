"""No environment synthesizes with a finding that nobody explained: cdk-nag's, CloudFormation's, a construct's own."""

import json
import os
import re
import subprocess
import sys

import pytest
from assembly import ROOT, synthesize_here
from normalised import neutral


@pytest.fixture(scope="module")
def assemblies(synthesis, bootstrap_synthesis, furnished_synthesis):
    return synthesis, bootstrap_synthesis, furnished_synthesis


def test_everything_there_is_synthesizes(assemblies):
    for assembly in assemblies:
        assert assembly.exit_code == 0, assembly.output[-6000:]


def test_every_acknowledgement_gives_its_reason(assemblies):
    acknowledged = [(name, item) for each in assemblies for name, items in each.acknowledged.items() for item in items]
    assert {"AwsSolutions", "Serverless", "CloudFormation Validate"} <= {name for name, _ in acknowledged}
    assert {item["ruleName"] for _, item in acknowledged if len(item["reason"].split()) < 4} == set()


def test_every_acknowledgement_is_of_a_finding(assemblies):
    """Whoever mends a construct takes its acknowledgement away, or the next fault hides behind it."""
    given = {anywhere(*item) for each in assemblies for item in each.acknowledgements}
    needed = {
        anywhere(item["acknowledgedAt"], item["acknowledgedId"])
        for each in assemblies
        for items in each.acknowledged.values()
        for item in items
    }
    stale = "\n".join(sorted(given - needed))
    assert not stale, f"nothing of the kind is found there; take these acknowledgements away:\n{stale}"


def anywhere(where, finding):
    """An acknowledgement without its environment: one that any of them needs is needed."""
    environment = re.split("[-/]", where)[1]
    text = re.sub(r"\b[0-9]{12}\b", "<account>", f"{where}: {finding}")
    return neutral(text, environment=environment, account="<account>")


def bucket(stack):
    from aws_cdk import aws_s3 as s3

    s3.Bucket(stack, "Careless")


def grant(stack):
    from aws_cdk import aws_iam as iam

    role = iam.Role(stack, "Careless", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(iam.PolicyStatement(actions=["s3:*"], resources=["*"]))


def queue(stack):
    from aws_cdk import aws_sqs as sqs

    sqs.Queue(stack, "Careless")


def log(stack):
    from aws_cdk import aws_logs as logs

    logs.CfnLogGroup(stack, "Careless")


def machine(stack):
    from aws_cdk import aws_stepfunctions as sfn

    states = {"StartAt": "Nowhere", "QueryLanguage": "JSONata", "States": {"Here": {"Type": "Succeed"}}}
    sfn.StateMachine(stack, "Careless", definition_body=sfn.DefinitionBody.from_string(json.dumps(states)))


def misspelt(stack):
    from aws_cdk import CfnResource

    CfnResource(stack, "Careless", type="AWS::S3::Bucket", properties={"BucketNam": "footage"})


def warning(stack):
    from aws_cdk import Annotations

    Annotations.of(stack).add_warning_v2("careless", "this may cost a lot")


@pytest.mark.parametrize(
    ("careless", "finding"),
    [
        (bucket, "AwsSolutions-S1"),
        (grant, "AwsSolutions-IAM5[Action::s3:*]"),
        (queue, "Serverless-SQSRedrivePolicy"),
        (log, "Serverless-CloudWatchLogGroupRetentionPeriod"),
        (machine, "E3601"),
        (misspelt, "F3002"),
        (warning, "Annotation::careless"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_carelessness_is_told_and_not_synthesized(tmp_path, careless, finding):
    from aws_cdk import Stack

    assembly = synthesize_here(tmp_path, lambda app: careless(Stack(app, "Stack")))
    assert assembly.exit_code != 0
    assert f"({finding})" in assembly.output
    assert "Stack" in assembly.output
    assert "acknowledge" in assembly.output


CARELESS_APP = """
from aws_cdk import CfnResource, Stack
from media_pipeline.checked_app import CheckedApp
app = CheckedApp()
CfnResource(Stack(app, "Stack"), "Careless", type="AWS::S3::Bucket", properties={"BucketNam": "footage"})
app.synth()
"""


def test_no_option_of_the_command_line_makes_it_lenient(tmp_path):
    """The CDK CLI hands its options on in these variables."""
    result = subprocess.run(
        [sys.executable, "-c", CARELESS_APP],
        cwd=ROOT,
        env={
            **os.environ,
            "CDK_OUTDIR": str(tmp_path),
            "CDK_CLI_VERSION": "2.1148.1",
            "CDK_VALIDATION": "false",
            "CDK_CONTEXT_JSON": json.dumps({"@aws-cdk/core:validateAgainstDefaultRules": False}),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert "F3002" in result.stderr
