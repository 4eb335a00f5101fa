"""Wraps every call of a function: binds log fields, and logs requests and errors."""

import logging
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import count
from typing import Any, NamedTuple, TypeVar

from chalicelib.errors import TransientError
from chalicelib.model import keys
from chalicelib.telemetry import log_context

LOCAL = "local"  # the stage of a function without a stage in its name

Response = TypeVar("Response")

_log = logging.getLogger(__name__)
_calls = count()


class Names(NamedTuple):
    """A function's stage, and its name within the stage."""

    stage: str
    function: str


def names_of(function_name: str) -> Names:
    """Stage and function from Lambda's name: `darkroom-dev-process_upload`, `darkroom-dev`."""
    application, _, rest = function_name.partition("-")
    stage, _, function = rest.partition("-")
    if not stage:
        return Names(LOCAL, application)
    return Names(stage, function or "api_handler")


def log_invocation(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """Chalice middleware for all events; requests have Lambda's context in another attribute."""
    context = getattr(event, "lambda_context", None) or getattr(event, "context", None)
    with _call(getattr(context, "function_name", LOCAL), getattr(context, "aws_request_id", "")):
        if hasattr(event, "lambda_context"):
            return _log_request(event, get_response)
        return _log_errors(event, get_response, "invocation failed, to be retried")


def log_authorizer(request: Any, authorize: Callable[[Any], Response]) -> Response:
    """The same for an authorizer: Chalice gives it neither middleware nor Lambda's context."""
    with _call(os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "authorize"), ""):
        return _log_errors(request, authorize, "Store unavailable")


def _call(function_name: str, request_id: str) -> AbstractContextManager[None]:
    stage, function = names_of(function_name)
    return log_context.call(
        stage=stage, function=function, request_id=request_id, cold_start=next(_calls) == 0
    )


def _log_request(request: Any, get_response: Callable[[Any], Any]) -> Any:
    image_id = (request.uri_params or {}).get("image_id", "")
    if keys.is_image_id(image_id):
        log_context.bind(image_id=image_id)
    start = time.perf_counter()
    response = get_response(request)
    # The declared route: the path or query that was sent may contain anything.
    fields = {
        "method": request.method,
        "route": request.context["resourcePath"],
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - start) * 1000),
    }
    _log.info("request answered", extra={"fields": fields})
    return response


def _log_errors(event: Any, get_response: Callable[[Any], Response], transient: str) -> Response:
    try:
        return get_response(event)
    except TransientError as fault:
        _log.warning("%s: %s", transient, fault)
        raise
    except Exception:
        _log.exception("call failed")
        raise
