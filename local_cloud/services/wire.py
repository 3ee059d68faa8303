"""The AWS wire protocol over a Python object, driven by botocore's own model of the service.

An implementation has one method for each operation it does, named as boto3 names it, taking and
answering a dictionary in the API's member names. `Wire` makes of it the handler that the embedded
cloud asks for; a real boto3 client can't tell it from a service.
"""

import asyncio
import json
import logging
import re
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Protocol, cast
from urllib.parse import unquote

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel, StructureShape

from local_cloud.authority import Authority, Denied, Unguarded, caller
from local_cloud.services import shapes

log = logging.getLogger(__name__)

Response = tuple[int, dict[str, str], bytes]
Method = Callable[[dict[str, Any]], dict[str, Any]]


class ServiceError(Exception):
    """An error the service answers with: an AWS error code, a message and an HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class Implementation(Protocol):
    """What `Wire` needs to know besides the methods.

    Attributes:
        service: botocore's name of the service, such as `rekognition`.
        invalid_request: the error code the service gives for an invalid request.
    """

    service: str
    invalid_request: str

    def close(self) -> None:
        """Drop what waits to be done."""

    def resource(self, operation: str, arguments: dict[str, Any]) -> str:
        """The ARN that IAM is asked about for a call of the operation; `*` where it has no resource type."""


class Wire:
    """A service handler: `await wire(method, path, headers, body, query)` answers (status, headers, body)."""

    def __init__(self, implementation: Implementation, authority: Authority | None = None) -> None:
        self._implementation = implementation
        self._authority = authority or Unguarded()
        self._model = botocore.session.get_session().get_service_model(implementation.service)
        self._rest = self._model.metadata["protocol"] == "rest-json"
        # Not asyncio.to_thread: its shared pool also serves S3 in this process, which our work waits on.
        self._workers = ThreadPoolExecutor(max_workers=4, thread_name_prefix=f"wire-{implementation.service}")

    async def __call__(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | str, query: Mapping[str, Any]
    ) -> Response:
        """Answer one request. `query` is not read: no operation implemented here has query parameters."""
        del query
        try:
            operation, from_path = self._resolve(method, path, {key.lower(): value for key, value in headers.items()})
            result = await self.call(operation.name, {**self._arguments(operation, body), **from_path})
            answer = shapes.encode(result, _shape(operation.output_shape))
            return int(operation.http.get("responseCode", 200)), self._headers(), json.dumps(answer).encode()
        except ServiceError as error:
            return self._failure(error)
        except KeyError as error:
            log.exception("%s answered what its API does not have", self._implementation.service)
            return self._failure(ServiceError("InternalFailure", f"the API's answer has no member {error}", 500))

    async def call(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Do an operation by its API name, off the event loop; arguments and answer in the API's member names.

        Raises ServiceError, whatever goes wrong.
        """
        model = self._model.operation_model(operation)
        method = self._method(operation)
        wrong = shapes.violations(arguments, _shape(model.input_shape), anchored=not self._rest)
        if wrong:
            raise ServiceError(self._implementation.invalid_request, f"{operation}: {'; '.join(wrong)}")
        self._ask(operation, arguments)
        try:
            # In the context of the request, and so in its caller's name.
            return await asyncio.get_running_loop().run_in_executor(
                self._workers, copy_context().run, method, arguments
            )
        except ServiceError:
            raise
        except Exception as error:
            log.exception("%s.%s failed", self._implementation.service, operation)
            raise ServiceError("InternalFailure", f"{operation}: {type(error).__name__}: {error}", 500) from error

    def close(self) -> None:
        """Let the threads go; a call or a job under way finishes by itself."""
        self._implementation.close()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _ask(self, operation: str, arguments: dict[str, Any]) -> None:
        """Whether the caller may do that."""
        service = self._implementation.service
        try:
            self._authority.require(
                caller(), f"{service}:{operation}", self._implementation.resource(operation, arguments)
            )
        except Denied as error:
            raise ServiceError("AccessDeniedException", str(error), 403) from None

    def _method(self, operation: str) -> Method:
        method = getattr(self._implementation, xform_name(operation), None)
        if method is None:
            raise ServiceError(
                "NotImplemented", f"the local {self._implementation.service} has no operation {operation}", 501
            )
        return cast(Method, method)

    def _resolve(self, method: str, path: str, headers: dict[str, str]) -> tuple[OperationModel, dict[str, str]]:
        if not self._rest:
            prefix, _, name = headers.get("x-amz-target", "").partition(".")
            if prefix != self._model.metadata["targetPrefix"] or name not in self._model.operation_names:
                target = headers.get("x-amz-target")
                raise ServiceError(
                    "UnknownOperationException", f"{self._implementation.service} has no operation {target!r}"
                )
            return self._model.operation_model(name), {}
        for name in self._model.operation_names:
            operation = self._model.operation_model(name)
            found = re.fullmatch(_path_pattern(operation.http["requestUri"]), path)
            if operation.http["method"] == method and found:
                return operation, {key: unquote(value) for key, value in self._by_member(operation, found).items()}
        raise ServiceError(
            "UnknownOperationException", f"{self._implementation.service} has no operation at {method} {path}", 404
        )

    @staticmethod
    def _by_member(operation: OperationModel, found: re.Match[str]) -> dict[str, str]:
        return {
            name: found[shapes.wire_name(name, member)]
            for name, member in _shape(operation.input_shape).members.items()
            if member.serialization.get("location") == "uri"
        }

    def _arguments(self, operation: OperationModel, body: bytes | str) -> dict[str, Any]:
        try:
            data = json.loads(body or "{}")
            if not isinstance(data, dict):
                raise ValueError(f"the body must be a JSON object, got {data!r}")
            return cast(dict[str, Any], shapes.decode(data, _shape(operation.input_shape)))
        except ValueError as error:
            raise ServiceError("SerializationException", f"{operation.name}: {error}") from None

    def _headers(self) -> dict[str, str]:
        kind = "application/json" if self._rest else "application/x-amz-json-1.1"
        return {"Content-Type": kind, "x-amzn-RequestId": str(uuid.uuid4())}

    def _failure(self, error: ServiceError) -> Response:
        headers = self._headers()
        if self._rest:
            headers["x-amzn-ErrorType"] = error.code
        return error.status, headers, json.dumps({"__type": error.code, "message": error.message}).encode()


def _shape(shape: StructureShape | None) -> StructureShape:
    """An operation's input or output; one without members is an empty structure."""
    return shape or StructureShape("Empty", {"type": "structure", "members": {}})


def _path_pattern(request_uri: str) -> str:
    path = request_uri.partition("?")[0]
    literals = re.split(r"\{(\w+)\}", path)
    return "".join(f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(literals))
