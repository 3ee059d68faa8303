"""The workflows: that they are sound, and that unsound ones would be caught."""

import json
import runpy
import shutil
import subprocess
import sys

import pytest
from workflows import GITHUB, actionlint_findings, own_findings, zizmor_findings

WORKFLOW = "workflows/deploy-environment.yml"
CHECKOUT = "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"


def test_the_workflows_keep_our_rules():
    assert list(own_findings()) == []


def test_actionlint_finds_nothing():
    assert actionlint_findings() == []


def test_zizmor_finds_nothing():
    assert zizmor_findings() == []


#: Where, what is there, what is put in its place, and who says what of it.
PLANTED = {
    "an action by its tag": (WORKFLOW, CHECKOUT, "v7", own_findings, "not pinned by a whole SHA"),
    "an action without its version": (WORKFLOW, " # v7.0.1", "", own_findings, "not pinned by a whole SHA"),
    "an action by a branch": (WORKFLOW, CHECKOUT, "main", zizmor_findings, "unpinned-uses"),
    "every permission": (WORKFLOW, "permissions: {}", "permissions: write-all", own_findings, "permissions: {}"),
    "permissions that nobody gave": (
        WORKFLOW,
        "    permissions:\n      contents: read\n      id-token: write\n",
        "",
        own_findings,
        "does not say its permissions",
    ),
    "a job that may write": (WORKFLOW, "contents: read", "contents: write", own_findings, "may do more than read"),
    "a token for nothing": (
        "workflows/test.yml",
        "      contents: read",
        "      contents: read\n      id-token: write",
        own_findings,
        "asks for a token and assumes no role",
    ),
    "a role without a token": (
        "workflows/deploy.yml",
        "      id-token: write\n",
        "",
        own_findings,
        "assumes a role without a token",
    ),
    "a job without an end": (WORKFLOW, "    timeout-minutes: 90\n", "", own_findings, "must end within 90 minutes"),
    "a token left behind": (WORKFLOW, "persist-credentials: false", "persist-credentials: true", own_findings, "token"),
    "a token left for zizmor": (
        WORKFLOW,
        "        with:\n          persist-credentials: false\n",
        "",
        zizmor_findings,
        "artipacked",
    ),
    "a stored key": (
        WORKFLOW,
        "          role-to-assume: ${{ steps.settings.outputs.deploy-role }}",
        "          aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}",
        own_findings,
        "no key is stored",
    ),
    "secrets handed on": (
        "workflows/deploy.yml",
        "    uses: ./.github/workflows/test.yml",
        "    uses: ./.github/workflows/test.yml\n    secrets: inherit",
        own_findings,
        "no secret is needed",
    ),
    "a pipe that hides": ("workflows/pull-request.yml", "shell: bash", "shell: sh", own_findings, "fail unseen"),
    "foreign code with our rights": (
        "workflows/pull-request.yml",
        "on: pull_request",
        "on: pull_request_target",
        own_findings,
        "foreign code",
    ),
    "foreign code for zizmor": (
        "workflows/pull-request.yml",
        "on: pull_request",
        "on: pull_request_target",
        zizmor_findings,
        "dangerous-triggers",
    ),
    "an input that becomes a command": (
        WORKFLOW,
        'settings.py "$ENVIRONMENT"',
        "settings.py ${{ inputs.environment }}",
        own_findings,
        "becomes a command",
    ),
    "an event that becomes a command": (
        "workflows/pull-request.yml",
        'settings.py "$ENVIRONMENT"',
        "settings.py ${{ github.event.pull_request.title }}",
        zizmor_findings,
        "template-injection",
    ),
    "a command that is none": (WORKFLOW, "cdk deploy", "cdk deplyo", own_findings, "no command deplyo"),
    "an option that is none": (WORKFLOW, "--require-approval", "--approve", own_findings, "has no option --approve"),
    "a target that is none": ("workflows/test.yml", "make check", "make lint", own_findings, "no target lint"),
    "an output that is none": (
        "workflows/pull-request.yml",
        "steps.settings.outputs.region",
        "steps.setings.outputs.region",
        actionlint_findings,
        'property "setings" is not defined',
    ),
    "a job that is none": (
        "workflows/deploy.yml",
        "needs: [test, dev]",
        "needs: [test, develop]",
        actionlint_findings,
        'job "develop"',
    ),
    "an output of no job": (
        "workflows/deploy.yml",
        "needs.test.outputs",
        "needs.tests.outputs",
        actionlint_findings,
        'property "tests" is not defined',
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_caught(tmp_path, fault):
    where, good, bad, linter, told = PLANTED[fault]
    folder = tmp_path / ".github"
    shutil.copytree(GITHUB, folder)
    text = (folder / where).read_text(encoding="utf-8")
    assert good in text
    (folder / where).write_text(text.replace(good, bad), encoding="utf-8")
    found = list(linter(folder))
    assert any(told in line for line in found), found


@pytest.fixture
def settings(tmp_path):
    names = runpy.run_path(str(GITHUB / "settings.py"))
    names["deployed"].__globals__["FOLDER"] = tmp_path
    return names


@pytest.mark.parametrize("repository", ["octo-org/impp", "octo-org@123/impp@456"])
def test_a_repository_deploys_what_trusts_it(settings, tmp_path, repository):
    (tmp_path / "dev.toml").write_text(f'[ci]\nrepository = "{repository}"\n')
    (tmp_path / "prod.toml").write_text('[ci]\nrepository = "octo-org/another"\n')
    (tmp_path / "staging.toml").write_text("")
    assert list(settings["deployed"]("octo-org/impp")) == ['environments=["dev"]']


def test_a_workflow_learns_region_and_roles(settings, tmp_path):
    (tmp_path / "dev.toml").write_text('account = "111111111111"\nregion = "eu-west-1"\n')
    assert list(settings["settings"]("dev")) == [
        "region=eu-west-1",
        "deploy-role=arn:aws:iam::111111111111:role/bootstrap/impp-dev-deploy",
        "diff-role=arn:aws:iam::111111111111:role/bootstrap/impp-dev-diff",
        "operator-role=arn:aws:iam::111111111111:role/impp-dev-operator",
    ]


def test_the_smoke_tests_report_becomes_a_table(tmp_path):
    check = {"ok": False, "about": "incident", "what": "record", "found": "none after 30 min"}
    report = tmp_path / "smoke.json"
    report.write_text(json.dumps({"summary": "1 of 20 checks is wrong", "checks": [check]}), encoding="utf-8")
    said = [told_of(path) for path in (report, tmp_path / "refused.json")]
    assert said[0].splitlines()[0] == "### 1 of 20 checks is wrong"
    assert said[0].splitlines()[-1] == "| **wrong** | incident | record | none after 30 min |"
    assert said[1] == ""


def told_of(report):
    command = [sys.executable, GITHUB / "smoke.py", report]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
