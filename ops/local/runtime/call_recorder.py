"""Records the application's calls to AWS, one JSON line each, when a test requests it.

Tests compare policies with them. Calls that Lambda, or this stack in its place, makes are excluded.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from botocore.session import Session

from chalicelib.aws import clients

FILE = "DARKROOM_CALLS"  # environment variable with the file's path
_RESOURCE = (
    *(
        "Bucket",
        "Key",
        "CopySource",
        "VersionId",
        "TableName",
        "IndexName",
        "QueueName",
        "QueueUrl",
    ),
    *("ExpressionAttributeValues", "DistributionId", "EventBusName", "Name"),
)
_PARAMETERS = "darkroom-parameters"
_callers: list[str] = []
_inner: ContextVar[str] = ContextVar("the caller in this thread, inside another function's process")


@contextmanager
def made_by(function: str) -> Iterator[None]:
    """Attribute all calls of this process inside to `function`."""
    _callers.append(function)
    try:
        yield
    finally:
        _callers.pop()


@contextmanager
def made_inside(function: str) -> Iterator[None]:
    """Attribute this thread's calls inside to `function`, though the process is another's."""
    token = _inner.set(function)
    try:
        yield
    finally:
        _inner.reset(token)


def record_calls(environment: Mapping[str, str]) -> None:
    """Record the default session's calls from now on, if `environment` has the file's path."""
    if FILE not in environment:
        return
    file = Path(environment[FILE])

    def note_parameters(**event: Any) -> None:
        # The event after the call no longer has them.
        event["context"][_PARAMETERS] = event["params"]

    def note_answer(**event: Any) -> None:
        if _callers:
            model, status = event["model"], event["parsed"]["ResponseMetadata"]["HTTPStatusCode"]
            service = model.service_model.service_name
            with file.open("a") as stream:
                for operation, resource in _parts(model.name, event["context"][_PARAMETERS]):
                    stream.write(_line(service, operation, resource, status))

    session = Session()
    session.register("before-parameter-build", note_parameters)
    session.register("after-call", note_answer)
    clients.use_session(session)


def _parts(operation: str, parameters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """The operation with its resource; for a transaction or a batch, one for each part."""
    for item in parameters.get("TransactItems", ()):
        for kind, action in item.items():
            yield f"{operation}.{kind}", _resource(action)
    for table in parameters.get("RequestItems", ()):
        yield operation, {"TableName": table}
    for entry in parameters.get("Entries", ()):
        yield operation, _resource(entry)
    for version in parameters.get("Delete", {}).get("Objects", ()):
        yield operation, _resource({"Bucket": parameters["Bucket"], **version})
    if not parameters.keys() & {"TransactItems", "RequestItems", "Entries", "Delete"}:
        yield operation, _resource(parameters)


def _resource(parameters: Mapping[str, Any]) -> dict[str, str]:
    named = {name: parameters[name] for name in _RESOURCE if name in parameters}
    if "Item" in parameters:
        # Only the key of an item that is put, not its content.
        named["Key"] = {"id": parameters["Item"]["id"], "entry": parameters["Item"]["entry"]}
    return named


def _line(service: str, operation: str, resource: Mapping[str, str], status: int) -> str:
    call = {
        "function": _inner.get(_callers[-1]),
        "service": service,
        "operation": operation,
        "resource": resource,
        "status": status,
    }
    return json.dumps(call) + "\n"
