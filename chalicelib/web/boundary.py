"""Wraps views: JSON responses, RFC 9457 problem details for errors, and CORS headers."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from chalice.app import Chalice, Response

from chalicelib.errors import (
    MAX_BODY_BYTES,
    BodyTooLarge,
    InternalError,
    MethodNotAllowed,
    RequestError,
    TransientError,
    Unavailable,
    UnsupportedMediaType,
)
from chalicelib.web import entity_tags, requests
from chalicelib.web.requests import Form
from chalicelib.web.responses import json_response, problem_response

_log = logging.getLogger(__name__)
_PREFLIGHT_SECONDS = "600"
_WITH_BODY = frozenset({"PATCH", "POST"})
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
EXPOSED = "ETag, Retry-After, WWW-Authenticate"  # response headers that pages may read

View = Callable[..., Any]
Headers = dict[str, str | list[str]]


class HttpBoundary:
    """Wraps views: CORS headers, problem details."""

    def __init__(self, app: Chalice, origins: frozenset[str]) -> None:
        self._app = app
        self._origins = origins
        self._allowed: dict[str, str] = {}

    def __call__(self, view: View) -> View:
        """Wrap `view`: its result becomes JSON, its errors problem details."""

        @functools.wraps(view)
        def wrapped(*args: Any, **kwargs: Any) -> Response:
            try:
                result = view(*args, **kwargs)
            except RequestError as error:
                return problem_response(error)
            except TransientError as error:
                _log.warning("Store unavailable: %s", error)
                return problem_response(Unavailable(str(error)))
            except Exception:
                _log.exception("A view failed.")
                return problem_response(InternalError())
            return result if isinstance(result, Response) else json_response(result)

        return wrapped

    def middleware(self, request: Any, get_response: Callable[[Any], Response]) -> Response:
        """Chalice middleware for each request: makes Chalice's own errors problem details, too."""
        if len(request.raw_body) > MAX_BODY_BYTES:
            response = problem_response(BodyTooLarge())
        else:
            response = self._as_problem(get_response(request))
        response.headers.update({"X-Content-Type-Options": "nosniff"} | self._cors())
        return response

    def add_missing_methods(self) -> None:
        """Add the missing methods to each path: 405 with problem details, and CORS preflight.

        API Gateway itself would respond to them with 403.
        """
        for path, views in list(self._app.routes.items()):
            for method in views.keys() - _WITH_BODY:
                views[method].content_types = []  # a body is ignored, whatever its type
            missing = [method for method in _METHODS if method not in views]
            self._allowed[path] = ", ".join(sorted([*views, "OPTIONS"]))
            self._add(path, ["OPTIONS"], "preflight", self.preflight)
            self._add(path, missing, "refusal", self(self._refuse))

    def body(self, form: type[Form]) -> Form:
        """The current request's JSON body as `form`."""
        return requests.body_as(form, self._request.raw_body)

    def optional_body(self, form: type[Form]) -> Form:
        """Like `body`, but an empty `form` if there is no body."""
        return self.body(form) if self._request.raw_body else form()

    def query(self, form: type[Form]) -> Form:
        """The current request's query as `form`."""
        given: Any = self._request.query_params or {}
        return requests.query_as(form, {name: given.getlist(name) for name in given})

    def expected_revisions(self) -> frozenset[int] | None:
        """The revisions that the current request's If-Match allows; None for any."""
        return entity_tags.revisions_of(self._request.headers.get("if-match"))

    def header(self, name: str) -> str:
        """A header of the current request; empty without one."""
        value: str = self._request.headers.get(name.lower(), "")
        return value

    def preflight(self, **_: str) -> Response:
        """The response to a CORS preflight request."""
        allowed = self._cors()
        if "Access-Control-Allow-Origin" in allowed:
            allowed |= {
                "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
                "Access-Control-Allow-Headers": "Content-Type, Authorization, If-Match",
                "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
            }
        return Response(body="", status_code=204, headers=allowed)

    def _add(self, path: str, methods: list[str], name: str, view: View) -> None:
        self._app.route(path, methods=methods, name=f"{name} {path}", content_types=[])(view)

    def _refuse(self, **_: str) -> Response:
        raise MethodNotAllowed(self._allowed[self._request.path])

    def _as_problem(self, response: Response) -> Response:
        if response.status_code < 400 or "Content-Type" in response.headers:
            return response
        # Only Chalice's own errors have no content type.
        if response.status_code == 415:
            return problem_response(UnsupportedMediaType())
        if response.status_code == 405:
            return problem_response(MethodNotAllowed(self._allowed[self._request.path]))
        return problem_response(InternalError())

    @property
    def _request(self) -> Any:
        # Chalice types it as optional; inside a view it is always set.
        return self._app.current_request

    def _cors(self) -> Headers:
        headers: Headers = {"Vary": "Origin"}
        origin = self._request.headers.get("origin")
        if origin in self._origins:
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = EXPOSED
        return headers
