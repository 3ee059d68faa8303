"""Athena as AWS has it: parameters, workgroups that are obeyed, projected partitions, scanned bytes and their limit.

It reads tables and files in its caller's name, as AWS does: without leave for Glue and S3 a query fails.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlparse

from local_cloud.athena import Malformed, QueryCancelled, QueryFailed
from local_cloud.athena.engine import Answer, Engine
from local_cloud.athena.statement import bind, parse
from local_cloud.authority import Credentials, Denied
from local_cloud.ministack_adapter.identity import Identity

_OK = 200


def correct_athena(identity: Identity) -> None:
    """Let queries run by our engine, under their workgroup's rules and with their caller's permissions."""
    from ministack.services import athena

    athena._start_query_execution = _starter(identity, athena._start_query_execution)
    athena._execute_query = _runner(identity)
    athena._get_query_results = _reader(identity, athena._get_query_results)
    _name_workgroups()


def _starter(identity: Identity, original: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """StartQueryExecution: what is wrong with a statement or its workgroup is said at once."""

    def start(data: dict[str, Any]) -> Any:
        from ministack.core import iam_evaluator
        from ministack.services import athena

        workgroup = athena._workgroups.get(data.get("WorkGroup", "primary"))
        if workgroup is None:
            return _refuse(f"WorkGroup {data['WorkGroup']} is not found.")
        parameters = data.get("ExecutionParameters") or []
        try:
            statement = bind(data.get("QueryString", ""), parameters)
            if athena._parse_ddl(statement) is None:
                parse(statement)
        except Malformed as error:
            return _refuse(str(error), AthenaErrorCode="MALFORMED_QUERY")
        request = {**data, "QueryString": statement}
        if (workgroup.get("Configuration") or {}).get("EnforceWorkGroupConfiguration"):
            request.pop("ResultConfiguration", None)
        answer = original(request)
        if answer[0] == _OK:
            execution = athena._executions[json.loads(answer[2])["QueryExecutionId"]]
            execution["_caller"] = identity.session_of(iam_evaluator.caller_arn())
            if parameters:
                execution.update(Query=data["QueryString"], ExecutionParameters=parameters)
        return answer

    return start


def _runner(identity: Identity) -> Callable[..., Any]:
    """What becomes of a query that was taken; its parameters are in their places."""

    async def execute(query_id: str, query: str, database: str, ddl: Any, catalog: Any = None) -> None:  # noqa: ARG001
        from ministack.services import athena

        execution = athena._executions[query_id]
        status = execution["Status"]
        status["State"] = "RUNNING"
        started = time.monotonic()
        try:
            if ddl is not None:
                results = athena._run_ddl(ddl, database)
            else:
                results = await asyncio.to_thread(_run, identity, execution, query, database)
            _may_write(identity, execution)
            execution.update(_results=results, _column_types=results["column_types"])
            await athena._save_query_results(query_id)
            # It says so itself where the answer could not be written.
            status["State"] = "SUCCEEDED" if status["State"] == "RUNNING" else status["State"]
        except QueryCancelled as error:
            execution["Statistics"]["DataScannedInBytes"] = error.scanned
            status.update(State="CANCELLED", StateChangeReason=str(error))
        except (QueryFailed, Denied, ValueError) as error:
            status.update(State="FAILED", StateChangeReason=str(error)[:2000])
        spent = int((time.monotonic() - started) * 1000)
        execution["Statistics"].update(EngineExecutionTimeInMillis=spent, TotalExecutionTimeInMillis=spent)
        status["CompletionDateTime"] = int(time.time())

    return execute


def _reader(identity: Identity, original: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """GetQueryResults: it reads the answer's file in its caller's name."""

    def read(data: dict[str, Any]) -> Any:
        from ministack.core import iam_evaluator
        from ministack.services import athena

        execution = athena._executions.get(data.get("QueryExecutionId"))
        if execution and execution["Status"]["State"] == "SUCCEEDED":
            caller = identity.session_of(iam_evaluator.caller_arn())
            try:
                identity.require(caller, "s3:GetObject", _arn(execution["ResultConfiguration"]["OutputLocation"]))
            except Denied as error:
                return _refuse(str(error))
        return original(data)

    return read


def _run(identity: Identity, execution: Mapping[str, Any], query: str, database: str) -> dict[str, Any]:
    from ministack.services import athena, glue

    caller: Credentials | None = execution["_caller"]

    def table(own: str, name: str) -> Mapping[str, Any] | None:
        place = f"arn:aws:glue:{identity.region}:{identity.account}"
        for resource in (f"{place}:catalog", f"{place}:database/{own}", f"{place}:table/{own}/{name}"):
            identity.require(caller, "glue:GetTable", resource)
        found: Mapping[str, Any] | None = glue._tables.get(f"{own}/{name}")
        return found

    settings = athena._workgroups[execution["WorkGroup"]].get("Configuration") or {}
    engine = Engine(table, lambda location: _files(identity, caller, location))
    answer = engine.run(parse(query), database=database, cutoff=settings.get("BytesScannedCutoffPerQuery"))
    execution["Statistics"]["DataScannedInBytes"] = answer.scanned
    return {
        "columns": [name for name, _ in answer.columns],
        "column_types": _types(answer),
        "rows": [list(row) for row in answer.rows],
    }


def _types(answer: Answer) -> list[str]:
    from ministack.services import athena

    known: Mapping[str, str] = athena._DUCKDB_TYPE_MAP
    return [known.get(kind.upper().partition("(")[0].strip(), "varchar") for _, kind in answer.columns]


def _files(identity: Identity, caller: Credentials | None, location: str) -> list[bytes]:
    """Contents of every object under an S3 address that the caller may list and read."""
    from ministack.services import s3

    address = urlparse(location)
    folder = address.path.lstrip("/")
    identity.require(caller, "s3:ListBucket", f"arn:aws:s3:::{address.netloc}", s3_prefix=folder)
    bucket = s3._buckets.get(address.netloc)
    keys = sorted(key for key in bucket["objects"] if key.startswith(folder)) if bucket else []
    found = []
    for key in keys:
        identity.require(caller, "s3:GetObject", f"arn:aws:s3:::{address.netloc}/{key}")
        found.append(s3._get_object_data(address.netloc, key))
    return [content for content in found if content]


def _may_write(identity: Identity, execution: Mapping[str, Any]) -> None:
    """The caller may write where the answer goes."""
    caller, location = execution["_caller"], execution["ResultConfiguration"]["OutputLocation"]
    identity.require(caller, "s3:GetBucketLocation", f"arn:aws:s3:::{urlparse(location).netloc}")
    identity.require(caller, "s3:PutObject", _arn(location))


def _arn(location: str) -> str:
    address = urlparse(location)
    return f"arn:aws:s3:::{address.netloc}/{address.path.lstrip('/')}"


def _name_workgroups() -> None:
    """A query, run or named, belongs to a workgroup, and permissions name that one; MiniStack knows it by request."""
    from ministack.core import iam_actions
    from ministack.services import athena

    original = iam_actions.extract_resource_arn

    def extract(service: str, *arguments: Any) -> Any:
        arn = original(service, *arguments)
        if service == "athena" and arn == "*":
            body = arguments[3]
            for store, field in ((athena._executions, "QueryExecutionId"), (athena._named_queries, "NamedQueryId")):
                known = store.get(iam_actions._safe_json_field(body, field) or "")
                if known:
                    return athena._arn_workgroup(known["WorkGroup"])
        return arn

    iam_actions.extract_resource_arn = extract


def _refuse(message: str, **extra: str) -> Any:
    from ministack.core.responses import error_response_json

    return error_response_json("InvalidRequestException", message, 400, extra=extra or None)
