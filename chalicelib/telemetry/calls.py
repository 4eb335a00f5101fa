"""Around every call of a function: what its lines bear, how it ended, its fault if it has one."""

import logging
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import count
from typing import Any, NamedTuple, TypeVar

from chalicelib import keys
from chalicelib.errors import PassingFault
from chalicelib.telemetry import bindings

LOCAL = "local"  # the stage of a function that bears no stage in its name

Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)
_calls = count()


class Names(NamedTuple):
    """A function's stage, and its name within the stage."""

    stage: str
    function: str


def names_of(function_name: str) -> Names:
    """Both from what Lambda calls the function: `darkroom-dev-process_upload`, `darkroom-dev`."""
    application, _, rest = function_name.partition("-")
    stage, _, function = rest.partition("-")
    if not stage:
        return Names(LOCAL, application)
    return Names(stage, function or "api_handler")


def watched(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """Chalice's middleware for all events; a request's `event` has Lambda's context elsewhere."""
    context = getattr(event, "lambda_context", None) or getattr(event, "context", None)
    with _call(getattr(context, "function_name", LOCAL), getattr(context, "aws_request_id", "")):
        if hasattr(event, "lambda_context"):
            return _answered(event, get_response)
        return _worked_off(event, get_response, "call to be made again")


def judged(request: Any, judge: Callable[[Any], Answer]) -> Answer:
    """The same for an authorizer: Chalice has no middleware for it, and shows it no context."""
    with _call(os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "authorize"), ""):
        return _worked_off(request, judge, "A store is away")


def _call(function_name: str, request_id: str) -> AbstractContextManager[None]:
    stage, function = names_of(function_name)
    return bindings.call(
        stage=stage, function=function, request_id=request_id, cold_start=next(_calls) == 0
    )


def _answered(request: Any, get_response: Callable[[Any], Any]) -> Any:
    image_id = (request.uri_params or {}).get("image_id", "")
    if keys.is_image_id(image_id):
        bindings.bind(image_id=image_id)
    start = time.perf_counter()
    response = get_response(request)
    # The path as it is declared: a path or a query that was sent may hold anything.
    fields = {
        "method": request.method,
        "route": request.context["resourcePath"],
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - start) * 1000),
    }
    _log.info("request answered", extra={"fields": fields})
    return response


def _worked_off(event: Any, get_response: Callable[[Any], Answer], passing: str) -> Answer:
    try:
        return get_response(event)
    except PassingFault as fault:
        _log.warning("%s: %s", passing, fault)
        raise
    except Exception:
        _log.exception("call failed")
        raise
