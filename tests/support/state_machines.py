"""State machines made for one test in a local cloud, and what there is to see of their executions."""

import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

from local_cloud.connection import Connection

#: Looks at an execution, ten a second, before it counts as endless.
_PATIENCE = 300
_ENDS = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted")


def passing(output: Any, **fields: Any) -> dict[str, Any]:
    """A state that gives an output, the last one where no `Next` is given."""
    return {"Type": "Pass", "Output": output, **({"End": True} if "Next" not in fields else {}), **fields}


def failing(error: str, **fields: Any) -> dict[str, Any]:
    """A task whose call fails in the way the error's name asks for."""
    resources = {
        "S3.NoSuchBucketException": ("aws-sdk:s3:listObjectsV2", {"Bucket": "there-is-none"}),
        "States.Runtime": ("aws-sdk:s3:listObjectsV2", {"Buckett": "misspelt"}),
    }
    resource, arguments = resources[error]
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Arguments": arguments,
        "End": True,
        **fields,
    }


@dataclass(frozen=True)
class Ended:
    """An execution that is over: as DescribeExecution and GetExecutionHistory give it."""

    execution: dict[str, Any]
    events: list[dict[str, Any]]

    @property
    def output(self) -> Any:
        """What it gave, read; None where it gave nothing."""
        return json.loads(self.execution.get("output") or "null")

    @property
    def entered(self) -> list[str]:
        """Names of the states it entered."""
        return [
            event["stateEnteredEventDetails"]["name"] for event in self.events if event["type"].endswith("StateEntered")
        ]


class Machines:
    """Makes machines that may do anything."""

    def __init__(self, cloud: Connection) -> None:
        self._sfn, iam = cloud.client("stepfunctions"), cloud.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
        role = iam.create_role(RoleName=f"r-{uuid.uuid4().hex}", AssumeRolePolicyDocument=_policy(trust))["Role"]
        anything = _policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
        iam.put_role_policy(RoleName=role["RoleName"], PolicyName="anything", PolicyDocument=anything)
        self._role = role["Arn"]

    def run(self, states: dict[str, Any], start: str, data: Any = None) -> Ended:
        """Run a machine of these states to its end. Raises AssertionError where it does not come to one."""
        return self.follow(self.start(states, start, data))

    def start(self, states: dict[str, Any], start: str, data: Any = None) -> str:
        """Start a machine of these states. Returns the execution's ARN."""
        machine = self.make(states, start)
        return str(self._sfn.start_execution(stateMachineArn=machine, input=json.dumps(data or {}))["executionArn"])

    def make(self, states: dict[str, Any], start: str) -> str:
        """Make a machine of these states. Returns its ARN."""
        definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": start, "States": states})
        name = f"m-{uuid.uuid4().hex}"
        machine = self._sfn.create_state_machine(name=name, definition=definition, roleArn=self._role)
        return str(machine["stateMachineArn"])

    def follow(self, execution: str) -> Ended:
        """Wait for an execution's end. Raises AssertionError where it does not come to one."""
        events = self.reach(execution, *_ENDS)
        return Ended(self._sfn.describe_execution(executionArn=execution), events)

    def reach(self, execution: str, *kinds: str) -> list[dict[str, Any]]:
        """The events so far, once one of these types is among them. Raises AssertionError where none comes."""
        for _ in range(_PATIENCE):
            events = self.history(execution)
            if any(event["type"] in kinds for event in events):
                return events
            time.sleep(0.1)
        raise AssertionError(f"{execution} has none of {kinds}")

    def history(self, execution: str) -> list[dict[str, Any]]:
        """An execution's events so far."""
        return list(self._sfn.get_execution_history(executionArn=execution, maxResults=1000)["events"])

    def stop(self, execution: str) -> None:
        """Stop an execution, as an operator does."""
        self._sfn.stop_execution(executionArn=execution, error="Operator.Stopped", cause="by hand")


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
