"""Saved queries name fields that our logs have."""

import ast
import io
import json
import re
from pathlib import Path
from types import SimpleNamespace

import botocore.session
import pytest
from aws_lambda_powertools import Logger

from clip_model.metrics import Metric
from local_cloud.telemetry import as_logged
from media_pipeline.log_queries import OF_FUNCTIONS, OF_MACHINES

LAMBDAS = Path(__file__).parents[2] / "lambdas"
#: What Lambda itself writes where logs are JSON: a report of each invocation, and an exception that nobody caught.
#: Source: Lambda's developer guide, "Using Lambda advanced logging controls" and "Lambda Telemetry API Event schema".
PLATFORM = {
    *("type", "level", "message", "errorType"),
    *(f"record.metrics.{name}" for name in ("durationMs", "initDurationMs", "maxMemoryUsedMB", "memorySizeMB")),
}
#: What Logs Insights knows of every event.
EVERYWHERE = {"@log", "@timestamp"}
_WORDS = {
    *("fields", "filter", "stats", "sort", "limit", "parse", "by", "as", "and", "or", "like", "asc", "desc"),
    *("count", "max", "min", "avg", "pct", "bin", "ispresent"),
}


def read_by(query):
    """The fields a query reads, without those it makes by `as`."""
    bare = re.sub(r'"[^"]*"', "", query)
    made = {
        name for names in re.findall(r"\bas (\w+(?:, \w+)*)(?=\s*(?:$|\||,| by))", bare) for name in names.split(", ")
    }
    found = set(re.findall(r"(?<![\w.])[@A-Za-z_][\w.]*", bare))
    return found - _WORDS - made


@pytest.fixture(scope="module")
def printed():
    """Fields of the functions' own lines: the logger's, and those that the code adds."""
    stream = io.StringIO()
    logger = Logger(service="test", stream=stream)
    context = SimpleNamespace(
        function_name="test", memory_limit_in_mb=512, invoked_function_arn="arn", aws_request_id="request"
    )
    logger.inject_lambda_context(lambda event, context: logger.info("done"))({}, context)
    fields = set(json.loads(stream.getvalue().splitlines()[-1]))
    for path in LAMBDAS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("logger.append_keys"):
                fields |= {keyword.arg for keyword in node.keywords}
            if isinstance(node, ast.keyword) and node.arg == "extra" and isinstance(node.value, ast.Dict):
                fields |= {key.value for key in node.value.keys}
    return fields


@pytest.mark.parametrize("title", OF_FUNCTIONS)
def test_a_query_of_functions_reads_what_they_print(printed, title):
    # Powertools prints a metric's values as a list, which Insights numbers.
    metrics = {f"{metric}.0" for metric in Metric}
    fields = read_by(OF_FUNCTIONS[title])
    assert fields
    assert fields - printed - PLATFORM - metrics - EVERYWHERE == set()


@pytest.mark.parametrize("title", OF_FUNCTIONS)
def test_a_query_of_functions_asks_for_messages_that_are_logged(title):
    code = "".join(path.read_text(encoding="utf-8") for path in LAMBDAS.rglob("*.py"))
    for message in re.findall(r'message = "([^"]+)"', OF_FUNCTIONS[title]):
        assert f'("{message}"' in code, message


@pytest.mark.parametrize("title", OF_MACHINES)
def test_a_query_of_machines_reads_what_they_log(title):
    """By the API's model of a history's events, of the type that the query asks for."""
    model = botocore.session.get_session().get_service_model("stepfunctions")
    event = model.shape_for("HistoryEvent").members
    asked = re.findall(r'type = "(\w+)"', OF_MACHINES[title])
    types = asked or ["TaskStateEntered", "ExecutionFailed"]
    details = set()
    for each in types:
        kind = "StateEntered" if each.endswith("StateEntered") else each
        details |= {f"details.{name}" for name in event[f"{kind[0].lower()}{kind[1:]}EventDetails"].members}
        assert each in event["type"].enum
    logged = set(as_logged({"id": 1, "type": "X", "timestamp": "2026-11-20T10:15:00Z"}, "run"))
    fields = read_by(OF_MACHINES[title])
    assert fields
    assert fields - details - logged - EVERYWHERE == set()


def test_what_a_query_makes_itself_is_no_field():
    assert read_by('parse details.cause "*: *" as state, cause | stats count(*) as runs by state') == {"details.cause"}
    assert read_by(
        'filter clip_id = "service" | stats max(@timestamp) as latest, pct(a.b, 95) as p95_ms by bin(1h)'
    ) == {
        *("clip_id", "@timestamp", "a.b"),
    }
