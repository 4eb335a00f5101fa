"""The local server's HTTP: what is too large or cannot be read ends before the gateway."""

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import ChaliceRequestHandler, LocalGatewayException

from chalicelib.errors import RequestError
from chalicelib.web.refusals import BodyTooLarge, InternalError, Unreadable
from ops.local.gateway import Gateway
from ops.packaging.gateway import answer

_LONGEST_BODY = 10 * 1024 * 1024  # API Gateway's own limit


class GatewayHandler(ChaliceRequestHandler):
    """Chalice's handler, with the answers that `ops deploy` gives to API Gateway."""

    # It sends headers and body apart, and the body would wait for the headers' receipt.
    disable_nagle_algorithm = True

    def __init__(self, *connection: Any, app_object: Chalice, config: Config) -> None:
        self.local_gateway = Gateway(app_object, config)
        # Not Chalice's own, which answers through a gateway that it makes itself.
        BaseHTTPRequestHandler.__init__(self, *connection)

    def do_any(self) -> None:
        """Answer a request whose body has a length that can be read."""
        length, *others = self.headers.get_all("Content-Length", ["0"])
        is_number = length.isascii() and length.isdigit()
        if "Transfer-Encoding" in self.headers or others or not is_number:
            self._refuse(Unreadable())
        elif int(length) > _LONGEST_BODY:
            self._refuse(BodyTooLarge())
        else:
            self._generic_handle()

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = do_any  # noqa: N815

    def __getattr__(self, name: str) -> Any:
        """The same for each further method, such as TRACE, for the application to refuse."""
        if name.startswith("do_"):
            return self.do_any
        raise AttributeError(name)

    def _parse_payload(self) -> tuple[dict[str, Any], bytes | None]:
        """Headers and body; of headers that come twice all values: Chalice takes the first."""
        _, body = super()._parse_payload()
        names = self.headers.keys()
        return {name: ", ".join(self.headers.get_all(name, [])) for name in names}, body

    def send_error(self, *_: Any, **__: Any) -> None:
        """The answer to what is no HTTP."""
        self.request_version = self.protocol_version  # else it would be without a head
        self._refuse(Unreadable())

    def log_request(self, *_: Any, **__: Any) -> None:
        """The application's own log has a line for each, as JSON, and without its query."""

    def _send_error_response(self, _: LocalGatewayException) -> None:
        self._refuse(InternalError())

    def _refuse(self, error: RequestError) -> None:
        answered = answer(error)
        # What follows on the connection may be a body that is not read.
        self.close_connection = True
        headers = {**answered.headers, "Connection": "close"}
        self._send_http_response(answered.status_code, headers, answered.body)

    def _send_http_response_with_body(self, code: int, headers: Any, body: Any) -> None:
        if getattr(self, "command", None) == "HEAD" or code == HTTPStatus.NO_CONTENT:
            self.send_response(code)
            self._send_headers(headers)
        else:
            super()._send_http_response_with_body(code, headers, body)
