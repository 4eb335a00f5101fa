"""One POST to a checked address: no redirect, no proxy, and only the answer's status is read."""

import contextlib
import functools
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

from chalicelib.errors import PassingFault
from chalicelib.webhooks.addresses import resolve

_STEP = 5.0  # seconds for connecting, and for each wait
_LONGEST = 12.0  # seconds for all of it


class _Pinned(http.client.HTTPConnection):
    """A connection to `address`, under the certificate of `host` where there is a context."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=_STEP)
        self.default_port = 80 if context is None else 443
        self._address = address
        self._context = context
        self.is_cut = False

    def connect(self) -> None:
        """Connect where it was checked, not where the name leads by now."""
        self.sock = socket.create_connection((self._address, self.port), _STEP)
        if self.is_cut:  # before there was anything to end
            raise TimeoutError
        if self._context:
            self.sock = self._context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def cut(self) -> None:
        """End whatever is under way."""
        self.is_cut = True
        with contextlib.suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


@functools.cache
def trusting() -> ssl.SSLContext:
    """The context of every connection: to read the authorities takes longer than a post."""
    return ssl.create_default_context()


def post(url: str, headers: Mapping[str, str], body: bytes, *, loopback: bool = False) -> int:
    """Send `body`: the answer's status. PassingFault for none, AddressRefused for a private place.

    With `loopback` an `http` address is allowed, if it is this machine's.
    """
    parts = urlsplit(url)
    is_plain = loopback and parts.scheme == "http"
    host, port = parts.hostname or "", parts.port or (80 if is_plain else 443)
    address = resolve(host, port, only_loopback=is_plain)
    context = None if is_plain else trusting()
    connection = _Pinned(host, port, address, context)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    end = threading.Timer(_LONGEST, connection.cut)
    end.start()
    try:
        connection.request("POST", target, body, dict(headers))
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as reason:
        raise PassingFault(f"The receiver gave no answer ({type(reason).__name__}).") from reason
    finally:
        end.cancel()
        connection.close()
    if connection.is_cut:  # http.client takes half a head for a whole one
        raise PassingFault("The receiver took too long.")
    return status
