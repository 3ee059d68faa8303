"""Writes down each call a program makes through botocore while its tests run.

Where one run has all those tests, it is recorded as it goes (tests/conftest.py); else they are run once more with this
module as a pytest plugin.

A call belongs to the program whose code stands nearest to it on the stack; or, where that is a
test's (a wrapper called from there), to the program that made the client. What a test calls itself
is nobody's. Names that the program was told, by its environment or by a stack's outputs, are written
as `${NAME}` and `${Stack.Output}`, so that they can be read in any deployment.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError

ROOT = Path(__file__).parents[3]
#: The environment variable that names the file to write.
TARGET = "IMPP_RECORDED_CALLS"
_PROGRAMS = ("console/", "edge_agent/impp_edge/", "lambdas/", "operations/")
#: What functions share is on the stack of each of them, and makes no client of its own.
_SHARED = "lambdas/layer/"
_TESTS = ("edge_agent/tests/", "tests/unit/")
_BEFORE = dict(os.environ)
#: Where a run keeps its recorder.
RECORDER = pytest.StashKey["Recorder"]()


class Recorder:
    """Keeps each call once, as a line of JSON."""

    def __init__(self) -> None:
        self.lines: dict[str, None] = {}
        self._outputs: dict[str, str] = {}

    def write(self, files: list[str], service: str, operation: str, parameters: Any, error: str) -> None:
        """Keep one call; nothing where no program made it."""
        if not files:
            return
        variables = {
            name: value for name, value in os.environ.items() if value and _BEFORE.get(name) != value and name.isupper()
        }
        # A function is told by its variables, a person's program by the outputs it asks for.
        by_variables = files[-1].startswith("lambdas/")
        told = {value: f"${{{name}}}" for name, value in variables.items()} if by_variables else self._outputs
        line = json.dumps(
            {
                "files": list(dict.fromkeys(files)),
                "service": service,
                "operation": operation,
                "parameters": _in_general(parameters, told),
                "error": error,
                "variables": sorted(variables),
                "test": os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0],
            },
            ensure_ascii=False,
        )
        self.lines[line] = None

    def learn(self, stacks: list[Mapping[str, Any]]) -> None:
        """Remember what a program was told by the outputs of stacks."""
        for stack in stacks:
            for output in stack.get("Outputs", ()):
                name = f"${{{stack['StackName'].rpartition('-')[2]}.{output['OutputKey']}}}"
                self._outputs[output["OutputValue"]] = name
                # An execution's ARN begins with its machine's, but for one word.
                self._outputs[output["OutputValue"].replace(":stateMachine:", ":execution:") + ":"] = name


def pytest_configure(config: pytest.Config) -> None:
    """As a plugin: see every call from now on, and write them to the file of `TARGET` when the tests are done."""
    config.stash[RECORDER] = install()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write them."""
    Path(os.environ[TARGET]).write_text("".join(f"{line}\n" for line in config.stash[RECORDER].lines), "utf-8")


def install() -> Recorder:
    """See every call of every client from now on."""
    recorder = Recorder()
    create, call = botocore.client.ClientCreator.create_client, botocore.client.BaseClient._make_api_call

    def create_client(creator: Any, *arguments: Any, **options: Any) -> Any:
        client = create(creator, *arguments, **options)
        client._impp_maker = next(_files(), "")
        return client

    def make_api_call(client: Any, operation: str, parameters: Any) -> Any:
        files, service = _callers(client), client.meta.service_model.service_name
        try:
            answer = call(client, operation, parameters)
        except ClientError as failure:
            recorder.write(files, service, operation, parameters, failure.response["Error"]["Code"])
            raise
        # What nobody answered is not here: it may never have been sent, and is asked again.
        if operation == "DescribeStacks":
            recorder.learn(answer["Stacks"])
        recorder.write(files, service, operation, parameters, "")
        return answer

    botocore.client.ClientCreator.create_client = create_client
    botocore.client.BaseClient._make_api_call = make_api_call
    return recorder


def _callers(client: Any) -> list[str]:
    """The program's files on the stack, the nearest first; none where a test is the caller."""
    nearest, *others = [*_files(), ""]
    if nearest.startswith(_TESTS):
        nearest, others = client._impp_maker, []
    return [file for file in (nearest, *others) if file.startswith(_PROGRAMS)] if nearest.startswith(_PROGRAMS) else []


def _files() -> Iterator[str]:
    """Files of programs and tests on the stack, the nearest first."""
    frame = sys._getframe()
    while frame.f_back:
        frame = frame.f_back
        file = frame.f_code.co_filename.removeprefix(f"{ROOT}/")
        if file.startswith(_PROGRAMS + _TESTS) and not file.startswith(_SHARED):
            yield file


def _in_general(value: Any, told: Mapping[str, str]) -> Any:
    """A parameter with `${...}` for what the program was told; None for what is no JSON."""
    if isinstance(value, Mapping):
        return {
            # What a batch asks for is by the names of tables.
            name: {told.get(table, table): _in_general(each, told) for table, each in item.items()}
            if name == "RequestItems"
            else _in_general(item, told)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_in_general(item, told) for item in value]
    if isinstance(value, str):
        execution = value[: value.rfind(":") + 1]
        return told.get(value) or (f"{told[execution]}:{value[len(execution) :]}" if execution in told else value)
    return value if isinstance(value, int | float | bool) else None
