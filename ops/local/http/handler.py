"""HTTP of the local API server: rejects what the gateway must not see.

These are requests that are oversized or unreadable, and those that other sites' pages cause: with
AUTH_MODE none, such a page could otherwise create tickets and have images processed again.
"""

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from chalice.app import Chalice, Response
from chalice.config import Config
from chalice.local import ChaliceRequestHandler, LocalGatewayException

from chalicelib.errors import (
    BodyTooLarge,
    Forbidden,
    InternalError,
    RequestError,
    UnreadableRequest,
)
from ops.local.http import access
from ops.local.http.gateway import Gateway
from ops.local.http.server import LocalRequest
from ops.packaging.gateway import answer

_LONGEST_BODY = 10 * 1024 * 1024  # API Gateway's own limit


class GatewayHandler(LocalRequest, ChaliceRequestHandler):
    """Chalice's handler, with the gateway responses that `ops deploy` configures."""

    def __init__(self, *connection: Any, app_object: Chalice, config: Config) -> None:
        self.local_gateway = Gateway(app_object, config)
        # Not Chalice's own constructor, which creates its own gateway.
        BaseHTTPRequestHandler.__init__(self, *connection)

    def access_problem(self) -> str | None:
        """Why a page may not send this request; None if it may, or if no page sends it."""
        if access.has_foreign_origin(self.headers, self.server.origins):
            return "The page's origin may not call this API; add it to ALLOWED_ORIGINS."
        if access.is_unnamed_cross_site(self.headers):
            return "Another site's page may not call this API."
        return None

    def refuse_access(self, sentence: str) -> None:
        """Send a problem that the page itself may not read."""
        answered = answer(Forbidden(sentence))
        del answered.headers["Access-Control-Allow-Origin"]
        self._send_refusal(answered)

    def do_any(self) -> None:
        """Handle a request whose body has a valid length."""
        length, *others = self.headers.get_all("Content-Length", ["0"])
        is_number = length.isascii() and length.isdigit()
        if "Transfer-Encoding" in self.headers or others or not is_number:
            self._refuse(UnreadableRequest())
        elif int(length) > _LONGEST_BODY:
            self._refuse(BodyTooLarge())
        else:
            self._generic_handle()

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = do_any  # noqa: N815

    def __getattr__(self, name: str) -> Any:
        """Route any other method, such as TRACE, to the application, which refuses it."""
        if name.startswith("do_"):
            return self.do_any
        raise AttributeError(name)

    def _parse_payload(self) -> tuple[dict[str, Any], bytes | None]:
        """Headers and body; repeated headers are joined, as Chalice would keep only the first."""
        length = int(self.headers.get("Content-Length", "0"))
        body = self.read_body(length) if length else None
        names = self.headers.keys()
        return {name: ", ".join(self.headers.get_all(name, [])) for name in names}, body

    def send_error(self, *_: Any, **__: Any) -> None:
        """Respond to a request that is not valid HTTP."""
        self.request_version = self.protocol_version  # otherwise the response has no head
        self._refuse(UnreadableRequest())

    def log_request(self, *_: Any, **__: Any) -> None:
        """Log nothing: the application logs each request as JSON, without its query."""

    def _send_error_response(self, _: LocalGatewayException) -> None:
        self._refuse(InternalError())

    def _refuse(self, error: RequestError) -> None:
        self._send_refusal(answer(error))

    def _send_refusal(self, answered: Response) -> None:
        # The connection may still carry an unread body.
        self.close_connection = True
        headers = {**answered.headers, "Connection": "close"}
        self._send_http_response(answered.status_code, headers, answered.body)

    def _send_http_response_with_body(self, code: int, headers: Any, body: Any) -> None:
        if getattr(self, "command", None) == "HEAD" or code == HTTPStatus.NO_CONTENT:
            self.send_response(code)
            self._send_headers(headers)
        else:
            super()._send_http_response_with_body(code, headers, body)
