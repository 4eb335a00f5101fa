"""What API Gateway does before the application is called, for Chalice's local server."""

from http import HTTPStatus
from typing import Any

from chalice.local import ChaliceRequestHandler, LocalGatewayException

from chalicelib.errors import RequestError, Unauthenticated
from chalicelib.web.refusals import BodyTooLarge, InternalError, UnknownRoute, Unreadable
from ops.gateway import refusal

_LONGEST_BODY = 10 * 1024 * 1024  # API Gateway's own limit
_REFUSALS: dict[int, type[RequestError]] = {401: Unauthenticated, 403: UnknownRoute}


class GatewayHandler(ChaliceRequestHandler):
    """Chalice's handler, with the answers that `ops deploy` gives to API Gateway."""

    page = ""  # the page's origin

    # It sends headers and body apart, and the body would wait for the headers' receipt.
    disable_nagle_algorithm = True

    def do_any(self) -> None:
        """Answer a request whose body has a length that can be read."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self._refuse(Unreadable(), close=True)
        elif int(length) > _LONGEST_BODY:
            self._refuse(BodyTooLarge(), close=True)
        else:
            self._generic_handle()

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = do_any  # noqa: N815
    do_TRACE = do_CONNECT = do_any  # noqa: N815

    def send_error(self, *_: Any, **__: Any) -> None:
        """The answer to what is no HTTP."""
        self._refuse(Unreadable(), close=True)

    def log_request(self, *_: Any, **__: Any) -> None:
        """The application's own log has a line for each, as JSON, and without its query."""

    def _send_error_response(self, error: LocalGatewayException) -> None:
        self._refuse(_REFUSALS.get(error.CODE, InternalError)())

    def _refuse(self, error: RequestError, *, close: bool = False) -> None:
        answered = refusal(error, self.page)
        headers = dict(answered.headers)
        if close:
            # What follows on the connection is a body that is not read.
            self.close_connection = True
            headers["Connection"] = "close"
        self._send_http_response(answered.status_code, headers, answered.body)

    def _send_http_response_with_body(self, code: int, headers: Any, body: Any) -> None:
        if getattr(self, "command", None) == "HEAD" or code == HTTPStatus.NO_CONTENT:
            self.send_response(code)
            self._send_headers(headers)
        else:
            super()._send_http_response_with_body(code, headers, body)
