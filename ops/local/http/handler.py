"""HTTP of the local API server: rejects oversized and unreadable requests before the gateway."""

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import ChaliceRequestHandler, LocalGatewayException

from chalicelib.errors import BodyTooLarge, InternalError, RequestError, UnreadableRequest
from ops.local.http.gateway import Gateway
from ops.packaging.gateway import answer

_LONGEST_BODY = 10 * 1024 * 1024  # API Gateway's own limit


class GatewayHandler(ChaliceRequestHandler):
    """Chalice's handler, with the gateway responses that `ops deploy` configures."""

    # It sends headers and body separately, and the body would wait for the headers' ACK.
    disable_nagle_algorithm = True

    def __init__(self, *connection: Any, app_object: Chalice, config: Config) -> None:
        self.local_gateway = Gateway(app_object, config)
        # Not Chalice's own constructor, which creates its own gateway.
        BaseHTTPRequestHandler.__init__(self, *connection)

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
        _, body = super()._parse_payload()
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
        answered = answer(error)
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
