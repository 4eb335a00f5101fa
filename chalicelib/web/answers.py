"""Answers: JSON of views, RFC 9457 problem details of errors, and CORS for the allowed origins."""

import functools
import logging
from collections.abc import Callable
from typing import Any

import msgspec
from chalice.app import Chalice, Response
from msgspec import Struct

from chalicelib.errors import PassingFault, RequestError
from chalicelib.web import requests
from chalicelib.web.requests import Form

_log = logging.getLogger(__name__)
_PREFLIGHT_SECONDS = "600"


class Problem(Struct, frozen=True, kw_only=True):
    """RFC 9457 problem details; `code` is the part that programs read."""

    type: str
    title: str
    status: int
    detail: str
    code: str


View = Callable[..., Any]
Headers = dict[str, str | list[str]]


class Edge:
    """What stands around every view: it sees the request's origin and every error."""

    def __init__(self, app: Chalice, origins: frozenset[str]) -> None:
        self._app = app
        self._origins = origins

    def __call__(self, view: View) -> View:
        """`view` with its answer as JSON and its errors as problem details."""

        @functools.wraps(view)
        def answer(*args: Any, **kwargs: Any) -> Response:
            try:
                answered = view(*args, **kwargs)
            except RequestError as error:
                answered = problem(error)
            except PassingFault as error:
                _log.warning("A store is away: %s", error)
                answered = _problem(503, "unavailable", "Try again shortly", str(error))
            except Exception:
                _log.exception("A view failed.")
                answered = _problem(
                    500, "internal_error", "Something went wrong", "The fault is ours."
                )
            if not isinstance(answered, Response):
                answered = respond(answered)
            answered.headers.update(self._cors())
            return answered

        return answer

    def body(self, form: type[Form]) -> Form:
        """The present request's JSON body as `form`."""
        return requests.body_as(form, self._request.raw_body)

    def optional_body(self, form: type[Form]) -> Form:
        """The same, or `form` without any field where there is no body."""
        return self.body(form) if self._request.raw_body else form()

    def query(self, form: type[Form]) -> Form:
        """The present request's query as `form`."""
        return requests.query_as(form, self._request.query_params)

    def preflight(self, **_: str) -> Response:
        """The answer to a browser that asks what it may send."""
        allowed = self._cors()
        if "Access-Control-Allow-Origin" in allowed:
            allowed |= {
                "Access-Control-Allow-Methods": "GET, POST, DELETE",
                "Access-Control-Allow-Headers": "Content-Type, Authorization",
                "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
            }
        return Response(body="", status_code=204, headers=allowed)

    @property
    def _request(self) -> Any:
        # Chalice types it as optional; inside a view it is there.
        return self._app.current_request

    def _cors(self) -> Headers:
        headers: Headers = {"Vary": "Origin"}
        origin = self._request.headers.get("origin")
        if origin in self._origins:
            headers["Access-Control-Allow-Origin"] = origin
        return headers


def respond(view: object, status: int = 200) -> Response:
    """`view` as JSON."""
    return Response(
        body=msgspec.json.encode(view).decode(),
        status_code=status,
        headers={"Content-Type": "application/json", "Cache-Control": "no-store"},
    )


def problem(error: RequestError) -> Response:
    """The problem details of a refusal."""
    answered = _problem(error.status, error.code, error.title, str(error))
    answered.headers.update(error.headers)
    return answered


def _problem(status: int, code: str, title: str, detail: str) -> Response:
    problem = Problem(type="about:blank", title=title, status=status, detail=detail, code=code)
    answered = respond(problem, status)
    answered.headers["Content-Type"] = "application/problem+json"
    return answered
