"""What people's and devices' programs need: the console, the operator's commands, the edge agent."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from clip_model import bill
from clip_model.campaigns import Source
from operations.deployed import read_environment
from operations.keys import secret_name
from operations.smoke_clips import SOURCE
from permissions import recordings
from permissions.calls import Call, Needs
from permissions.deployment import Deployment
from permissions.model import Need
from permissions.recordings import Recorded
from permissions.spared import is_spared

#: The environment the tests of `operations` and `console` deploy, and the key that signs there.
_TESTED, _TESTED_KEY = "dev", "2026a"
#: The bucket of its bill; whose account it is in is the tests' own.
_TESTED_BILL = re.compile(rf"{bill.bucket_name(_TESTED, '')}[0-9]{{12}}")
#: The device the edge agent's tests run on.
_DEVICE = "cam-1"


@dataclass(frozen=True)
class Program:
    """A program that acts with a role of its own.

    Attributes:
        folder: where its code is.
        without: files whose calls are made with another's credentials: an administrator's.
        own: sources whose keys it names, and the device whose item.
        settings: the output, as `Stack.Output`, that a parameter of its calls has from its settings.
        context: condition keys its requests carry.
    """

    folder: str
    without: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    settings: tuple[tuple[str, str], ...] = ()
    context: tuple[tuple[str, str], ...] = ()


CONSOLE = Program("console")
OPERATOR = Program(
    "operations",
    without=frozenset(
        {"operations/campaign_key.py", "operations/cost_prices.py", "operations/empty.py", "operations/keys.py"}
    ),
    # Its smoke test's clips; and, to look at what a campaign brought, the campaigns' sources.
    own=frozenset({SOURCE, *Source}),
)
DEVICE = Program(
    "edge_agent",
    # A person enrols a device, with credentials of their own.
    without=frozenset({"edge_agent/impp_edge/enroll.py"}),
    own=frozenset({_DEVICE}),
    settings=(("Bucket", "Ingest.RawBucket"), ("TableName", "Ingest.DevicesTable")),
    context=(("credentials-iot:ThingName", _DEVICE),),
)


def program_needs(program: Program, deployment: Deployment, calls: Sequence[Recorded]) -> Iterator[Need]:
    """Needs of a program. Raises ValueError where its tests make no call or an output it reads is gone."""
    needs = Needs(deployment)
    for recorded in recordings.of(calls, program.folder):
        if program.without.isdisjoint(recorded.files):
            call = _call(program, recorded, deployment)
            yield from (need for need in needs.of(call) if not is_spared(program.folder, need, calls))


def _call(program: Program, recorded: Recorded, deployment: Deployment) -> Call:
    try:
        parameters = _renamed(recordings.told(recorded.parameters, deployment.outputs), deployment)
        parameters |= {name: deployment.outputs[output] for name, output in program.settings if name in parameters}
    except KeyError as missing:
        raise ValueError(f"{program.folder} reads the output {missing}, which no stack has ({recorded.test})") from None
    why = f"{program.folder} ({recorded.test})"
    return Call(
        recorded.service,
        recorded.operation,
        parameters,
        why,
        error=recorded.error,
        own=program.own,
        context=program.context,
    )


def _renamed(value: Any, deployment: Deployment) -> Any:
    """Names of the tested environment as they are in another one."""
    if isinstance(value, dict):
        return {key: _renamed(item, deployment) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, deployment) for item in value]
    environment = deployment.environment
    if isinstance(value, str) and _TESTED_BILL.fullmatch(value):
        return bill.bucket_name(environment, deployment.account)
    if value == secret_name(_TESTED, _TESTED_KEY):
        return secret_name(environment, read_environment(environment).signing_keys[0])
    return value.replace(f"impp-{_TESTED}-", f"impp-{environment}-") if isinstance(value, str) else value
