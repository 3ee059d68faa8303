"""What is written down beside a run, and that a missing permission stops only the writing."""

import json

import boto3
import pytest
from moto import mock_aws

from local_cloud.authority import Credentials, Denied, Unguarded
from local_cloud.clients import Clients
from local_cloud.telemetry import LOG_DELIVERY, Telemetry

RUN = "arn:aws:states:us-east-1:111111111111:execution:impp-dev:run-1"
EVENTS = [
    {
        "id": 1,
        "type": "ExecutionStarted",
        "timestamp": "2026-11-20T10:15:00Z",
        "executionStartedEventDetails": {"input": "{}"},
    }
]
ROLE = Credentials("ASIA", "secret", "token")


class Without(Unguarded):
    """An authority that denies one action."""

    def __init__(self, action):
        self.action = action

    def require(self, caller, action, resource="*", **context):
        if action == self.action:
            raise Denied(action)


@pytest.fixture
def logs():
    with mock_aws():
        client = boto3.client("logs", region_name="us-east-1")
        client.create_log_group(logGroupName="machine")
        yield client


def write(authority):
    telemetry = Telemetry(Clients(endpoint_url=None, region="us-east-1", account="111111111111"), authority)
    telemetry.log_machine(ROLE, "machine", RUN, EVENTS)
    telemetry._worker.shutdown(wait=True)
    return telemetry


def test_a_runs_history_is_in_its_machines_log(logs):
    write(Unguarded())
    (event,) = logs.get_log_events(logGroupName="machine", logStreamName="run-1")["events"]
    assert json.loads(event["message"]) == {
        "id": "1",
        "type": "ExecutionStarted",
        "details": {"input": "{}"},
        "previous_event_id": "0",
        "event_timestamp": "1795169700000",
        "execution_arn": RUN,
    }


@pytest.mark.parametrize("action", LOG_DELIVERY)
def test_nothing_is_delivered_where_any_permission_of_the_delivery_is_missing(logs, action):
    write(Without(action))
    assert logs.describe_log_streams(logGroupName="machine")["logStreams"] == []


def test_what_ends_after_the_cloud_leaves_no_word(logs):
    telemetry = write(Unguarded())
    telemetry.close()
    telemetry.trace_function(ROLE, "classify", "request-1")
