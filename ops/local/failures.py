"""What Lambda says of a call that failed, and of an event that it gives up."""

import traceback
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ops.local.names import function_arn


@dataclass(frozen=True)
class Error:
    """How a call failed, in Lambda's words; `is_crash` where the process went down with it."""

    type: str
    message: str
    trace: list[str] = field(default_factory=list)
    is_crash: bool = False


def raised(error: BaseException) -> Error:
    """A call that raised."""
    return Error(type(error).__name__, str(error), traceback.format_exception(error))


def process_ended(how: str) -> Error:
    """A call whose process ended; `how` says by what."""
    return Error("Runtime.ExitError", f"Runtime exited with error: {how}", is_crash=True)


def timed_out(seconds: float) -> Error:
    """A call that took longer than its function may."""
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
