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
from chalicelib.web.refusals import (
    MAX_BODY_BYTES,
    BodyTooLarge,
    InternalError,
    MethodNotAllowed,
    Unavailable,
    UnsupportedMediaType,
)
from chalicelib.web.requests import Form

_log = logging.getLogger(__name__)
_PREFLIGHT_SECONDS = "600"
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
EXPOSED = "Retry-After, WWW-Authenticate"  # of the answers' headers, to pages
PROBLEM_TYPE = "application/problem+json"


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
        self._allowed: dict[str, str] = {}

    def __call__(self, view: View) -> View:
        """`view` with its answer as JSON and its errors as problem details."""

        @functools.wraps(view)
        def answer(*args: Any, **kwargs: Any) -> Response:
            try:
                answered = view(*args, **kwargs)
            except RequestError as error:
                return problem(error)
            except PassingFault as error:
                _log.warning("A store is away: %s", error)
                return problem(Unavailable(str(error)))
            except Exception:
                _log.exception("A view failed.")
                return problem(InternalError())
            return answered if isinstance(answered, Response) else respond(answered)

        return answer

    def frame(self, request: Any, get_response: Callable[[Any], Response]) -> Response:
        """Chalice's middleware around each request: its own refusals are problem details too."""
        if len(request.raw_body) > MAX_BODY_BYTES:
            answered = problem(BodyTooLarge())
        else:
            answered = self._as_problem(get_response(request))
        answered.headers.update({"X-Content-Type-Options": "nosniff"} | self._cors())
        return answered

    def complete(self) -> None:
        """Give each path the methods that it lacks, so that they are answered properly.

        API Gateway would answer 403 for them; what a browser asks beforehand goes by OPTIONS.
        """
        for path, views in list(self._app.routes.items()):
            for method in views.keys() - {"POST"}:
                views[method].content_types = []  # a body is not read, whatever it is said to be
            lacking = [method for method in _METHODS if method not in views]
            self._allowed[path] = ", ".join(sorted([*views, "OPTIONS"]))
            self._add(path, ["OPTIONS"], "preflight", self.preflight)
            self._add(path, lacking, "refusal", self(self._refuse))

    def body(self, form: type[Form]) -> Form:
        """The present request's JSON body as `form`."""
        return requests.body_as(form, self._request.raw_body)

    def optional_body(self, form: type[Form]) -> Form:
        """The same, or `form` without any field where there is no body."""
        return self.body(form) if self._request.raw_body else form()

    def query(self, form: type[Form]) -> Form:
        """The present request's query as `form`."""
        given: Any = self._request.query_params or {}
        return requests.query_as(form, {name: given.getlist(name) for name in given})

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

    def _add(self, path: str, methods: list[str], name: str, view: View) -> None:
        self._app.route(path, methods=methods, name=f"{name} {path}", content_types=[])(view)

    def _refuse(self, **_: str) -> Response:
        raise MethodNotAllowed(self._allowed[self._request.path])

    def _as_problem(self, answered: Response) -> Response:
        if answered.status_code < 400 or "Content-Type" in answered.headers:
            return answered
        # Only Chalice's own refusals come without a type.
        if answered.status_code == 415:
            return problem(UnsupportedMediaType())
        if answered.status_code == 405:
            return problem(MethodNotAllowed(self._allowed[self._request.path]))
        return problem(InternalError())

    @property
    def _request(self) -> Any:
        # Chalice types it as optional; inside a view it is there.
        return self._app.current_request

    def _cors(self) -> Headers:
        headers: Headers = {"Vary": "Origin"}
        origin = self._request.headers.get("origin")
        if origin in self._origins:
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = EXPOSED
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
    answered = respond(details(error), error.status)
    answered.headers.update({"Content-Type": PROBLEM_TYPE} | error.headers)
    return answered


def details(error: RequestError) -> Problem:
    """What is told of a refusal."""
    return Problem(
        type="about:blank",
        title=error.title,
        status=error.status,
        detail=str(error),
        code=error.code,
    )
