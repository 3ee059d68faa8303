"""What an operator's tool knows of a deployed environment: its settings file and its stacks' outputs."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

ENVIRONMENTS = Path(__file__).parents[1] / "environments"

INGEST = "Ingest"
DELIVERY = "Delivery"
ANALYSIS = "Analysis"
CAMPAIGNS = "Campaigns"
FINOPS = "FinOps"
AUDIT = "Audit"


class OperatorError(Exception):
    """Something the operator can mend. The message is one line that names the value at fault."""


class NotDeployedError(OperatorError):
    """A stack that is not there."""


@dataclass(frozen=True)
class Environment:
    """The part of an environment's settings that its tools need.

    Attributes:
        name: `dev`, `staging`, `prod`.
        account: the AWS account it is in.
        region: where its stacks are.
        disposable: its data may be thrown away.
        signing_keys: names of the playback keys; the first signs, all verify.
        link_hours: how long a playback link lives unless asked otherwise.
        clip_usd: what a clip's analysis may cost, in US dollars.
        budget_usd: what a month may cost before somebody is told, in US dollars.
        schedule: when the weekly run starts, UTC, as EventBridge Scheduler writes it; empty where nobody said.
    """

    name: str
    account: str
    region: str
    disposable: bool
    signing_keys: tuple[str, ...]
    link_hours: float
    clip_usd: float
    budget_usd: float
    schedule: str


def read_environment(name: str) -> Environment:
    """Read `environments/<name>.toml`. Raises OperatorError where there is none or it lacks a setting."""
    known = sorted(path.stem for path in ENVIRONMENTS.glob("*.toml"))
    if name not in known:
        raise OperatorError(f"unknown environment {name!r}, there is {', '.join(known) or 'none'}")
    try:
        settings = tomllib.loads((ENVIRONMENTS / f"{name}.toml").read_text(encoding="utf-8"))
        playback = settings["playback"]
        environment = Environment(
            name=name,
            account=settings["account"],
            region=settings["region"],
            disposable=settings["disposable"],
            signing_keys=tuple(playback["signing_keys"]),
            link_hours=float(playback["link_hours"]),
            clip_usd=float(settings["limits"]["clip_usd"]),
            budget_usd=float(settings["costs"]["budget_usd"]),
            schedule=settings.get("campaigns", {}).get("schedule", ""),
        )
    except KeyError as error:
        raise OperatorError(f"environments/{name}.toml lacks {error}") from None
    except (ValueError, TypeError) as error:
        raise OperatorError(f"environments/{name}.toml cannot be read: {error}") from None
    if not environment.signing_keys:
        raise OperatorError(f"environments/{name}.toml must name at least one of playback.signing_keys, got none")
    return environment


class Deployed:
    """A deployed environment, reached with the caller's own AWS credentials.

    boto3 reads the credentials, and `AWS_ENDPOINT_URL` for a cloud that is not AWS.
    """

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.session = boto3.Session(region_name=environment.region)
        self._outputs: dict[str, Mapping[str, str]] = {}
        self._clients: dict[tuple[str, str | None], Any] = {}

    def client(self, service: str, region: str | None = None) -> Any:
        """The client of an AWS service, made once: making one reads the service's whole model.

        Args:
            service: as boto3 calls it.
            region: where, if not in the environment's own region.
        """
        if (service, region) not in self._clients:
            # boto3 has an overload for each service, and none for a name.
            make: Callable[..., Any] = self.session.client
            self._clients[service, region] = make(service, region_name=region)
        return self._clients[service, region]

    def output(self, stack: str, name: str) -> str:
        """One output of the stack `impp-<environment>-<stack>`; asked of CloudFormation once a stack."""
        if stack not in self._outputs:
            self._outputs[stack] = self._read_outputs(stack)
        try:
            return self._outputs[stack][name]
        except KeyError:
            raise OperatorError(f"stack {self._stack_name(stack)} has no output {name!r}, deploy it again") from None

    def _stack_name(self, stack: str) -> str:
        return f"impp-{self.environment.name}-{stack}"

    def _read_outputs(self, stack: str) -> Mapping[str, str]:
        stack_name = self._stack_name(stack)
        try:
            (description,) = self.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            raise NotDeployedError(
                f"stack {stack_name} does not exist in {self.environment.region}, deploy {self.environment.name} first"
            ) from None
        return {output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])}


def find_item(deployed: Deployed, clip_id: str) -> dict[str, Any]:
    """A clip's record as DynamoDB gives it. Raises OperatorError where the table holds none."""
    item = look_up(deployed, clip_id)
    if item is None:
        raise OperatorError(f"no clip {clip_id!r} in {deployed.output(ANALYSIS, 'ClipsTable')}")
    return item


def look_up(deployed: Deployed, clip_id: str) -> dict[str, Any] | None:
    """A clip's record as DynamoDB gives it, None where there is none."""
    answer = deployed.client("dynamodb").get_item(
        TableName=deployed.output(ANALYSIS, "ClipsTable"), Key={"clip_id": {"S": clip_id}}, ConsistentRead=True
    )
    return dict(answer["Item"]) if "Item" in answer else None
