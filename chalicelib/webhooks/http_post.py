"""Sends a POST to a checked address: no redirects, no proxy; reads only the response status."""

import contextlib
import functools
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

from chalicelib.errors import TransientError
from chalicelib.webhooks.addresses import resolve

_STEP = 5.0  # seconds for connecting, and for each wait
_LONGEST = 12.0  # seconds for all of it


class _Pinned(http.client.HTTPConnection):
    """A connection to `address`; with a TLS context, the certificate must be that of `host`."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=_STEP)
        self.default_port = 80 if context is None else 443
        self._address = address
        self._context = context
        self.is_cut = False

    def connect(self) -> None:
        """Connect to the checked address, not to what the name resolves to by now."""
        self.sock = socket.create_connection((self._address, self.port), _STEP)
        if self.is_cut:  # before there was a socket to shut down
            raise TimeoutError
        if self._context:
            self.sock = self._context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def cut(self) -> None:
        """Abort the connection, whatever it is doing."""
        self.is_cut = True
        with contextlib.suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


@functools.cache
def tls_context() -> ssl.SSLContext:
    """The context of all connections: loading the CA certificates takes longer than a POST."""
    return ssl.create_default_context()


def post(url: str, headers: Mapping[str, str], body: bytes, *, loopback: bool = False) -> int:
    """Send `body`: the response status.

    TransientError if there is no response, AddressRefused for a private address. With
    `loopback`, an `http` URL is allowed if it is on this machine.
    """
    parts = urlsplit(url)
    is_plain = loopback and parts.scheme == "http"
    host, port = parts.hostname or "", parts.port or (80 if is_plain else 443)
    address = resolve(host, port, only_loopback=is_plain)
    context = None if is_plain else tls_context()
    connection = _Pinned(host, port, address, context)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    end = threading.Timer(_LONGEST, connection.cut)
    end.start()
    try:
        connection.request("POST", target, body, dict(headers))
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as reason:
        raise TransientError(f"The receiver did not respond ({type(reason).__name__}).") from reason
    finally:
        end.cancel()
        connection.close()
    if connection.is_cut:  # http.client accepts a truncated response head
        raise TransientError("The receiver took too long.")
    return status
