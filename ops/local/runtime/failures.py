"""Lambda's records of a failed call, and of an event that it gives up."""

import traceback
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chalicelib.errors import TransientError
from ops.local.names import function_arn
from ops.local.storage.disk import is_disk_error


@dataclass(frozen=True)
class Error:
    """How a call failed, in Lambda's terms.

    `is_crash` if the process died with it, `is_transient` if a store or the disk caused it.
    """

    type: str
    message: str
    trace: list[str] = field(default_factory=list)
    is_crash: bool = False
    is_transient: bool = False


def raised(error: BaseException) -> Error:
    """The error of a call that raised."""
    transient = isinstance(error, TransientError) or is_disk_error(error)
    trace = traceback.format_exception(error)
    return Error(type(error).__name__, str(error), trace, is_transient=transient)


def process_ended(how: str) -> Error:
    """The error of a call whose process ended; `how` names the cause."""
    return Error("Runtime.ExitError", f"Runtime exited with error: {how}", is_crash=True)


def timed_out(seconds: float) -> Error:
    """The error of a call that exceeded its function's time limit."""
    return Error("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds", is_crash=True)


def destination_record(
    function: str, request_id: str, payload: dict[str, Any], error: Error, tries: int
) -> dict[str, Any]:
    """The record that Lambda sends to an on-failure destination."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    answered: dict[str, Any] = {"errorMessage": error.message, "errorType": error.type}
    if error.trace:
        answered["stackTrace"] = error.trace
    return {
        "version": "1.0",
        "timestamp": now,
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{function_arn(function)}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": tries,
        },
        "requestPayload": payload,
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "responsePayload": answered,
    }
