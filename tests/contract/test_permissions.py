"""Least privilege, both ways: every role of every environment is granted what it needs, and nothing else."""

import proof
import pytest
from bootstrap_policies.variants import furnished, synthesized
from permissions.deployment import Deployment
from permissions.proving import prove
from permissions.recorder import RECORDER
from permissions.recordings import record, recorded
from planted_permissions import PLANTED
from planted_permissions.fault import Ground

from operations.deployed import ENVIRONMENTS, read_environment

NAMES = sorted(path.stem for path in ENVIRONMENTS.glob("*.toml"))
FIGURES = {"missing": "missing_permissions", "unused": "unused_permissions", "wildcard": "unexplained_wildcards"}
#: Faults are planted where there is most to spoil: with a network and an audit trail.
FULLEST = "prod"
#: Whichever test comes first waits for the recording.
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="session")
def calls(request, tmp_path_factory):
    """What functions and programs call, recorded while their own tests ran, or run now: minutes."""
    recorder = request.config.stash.get(RECORDER, None)
    return recorded(recorder) if recorder else record(tmp_path_factory.mktemp("calls"))


def deployment(templates, name):
    environment = read_environment(name)
    return Deployment(templates, environment=name, account=environment.account, region=environment.region)


@pytest.mark.parametrize("name", NAMES)
def test_every_role_is_granted_what_it_needs_and_nothing_else(every_template, calls, name):
    proved = prove(deployment(every_template[name], name), calls)
    proof.count("roles", proved.roles)
    proof.count("statements", proved.statements)
    for kind, figure in FIGURES.items():
        proof.count(figure, len(proved.of(kind)))
    assert not proved.findings, told(proved.findings)
    assert proved.roles > 0


def test_so_it_is_with_everything_an_operator_may_switch_on(calls):
    environment = furnished()
    findings = prove(deployment(synthesized(environment), environment.name), calls).findings
    assert not findings, told(findings)


def told(findings):
    """All of them, a line each."""
    return "\n".join(["", *map(str, findings)])


def test_every_program_was_seen_calling_also_when_things_go_wrong(calls):
    seen = {(call.program, call.operation) for call in calls}
    assert {program for program, _ in seen} >= {
        "console",
        "edge_agent",
        "lambdas/alert",
        "lambdas/classify",
        "operations",
    }
    # Only an alert that fails takes back its claim; only a broken upload is resumed or given up.
    assert ("lambdas/alert", "DeleteItem") in seen
    assert {("edge_agent", "ListParts"), ("edge_agent", "AbortMultipartUpload")} <= seen


def test_what_a_test_calls_itself_is_nobodys(calls):
    assert not [call for call in calls if call.operation in ("CreateBucket", "CreateTable", "CreateTopic")]


@pytest.mark.parametrize("fault", PLANTED.values(), ids=list(PLANTED))
def test_a_planted_fault_is_found_for_what_it_is(every_template, calls, fault):
    ground = Ground.of(every_template[FULLEST], calls)
    fault.plant(ground)
    found = [finding.text for finding in prove(deployment(ground.templates, FULLEST), ground.calls).findings]
    proof.count("planted_faults", 1)
    assert [text for text in found if not any(said in text for said in fault.says)] == []
    assert [said for said in fault.says if not any(said in text for text in found)] == []
    proof.count("planted_caught", 1)
