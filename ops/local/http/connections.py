"""The open connections of a local server: limited in number, and in the time they wait."""

import socket
import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The limits of one server: `most` connections at a time, and seconds of waiting for clients.

    `idle` is the time until a request begins, `head` that from its first byte to the end of its
    headers, `body` that of its body, `send` that until the client has taken the response.
    """

    most: int = 256
    idle: float = 60.0
    head: float = 10.0
    body: float = 60.0
    send: float = 120.0


LIMITS = Limits()


@dataclass
class _Wait:
    """What a connection waits for: since when and until when (monotonic seconds)."""

    since: float
    until: float
    replaceable: bool


class Connections:
    """Connections by state.

    A connection either waits for its client, until a deadline, or its request is being handled. All
    methods may be called from any thread.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._lock = threading.Lock()
        self._waits: dict[socket.socket, _Wait | None] = {}  # None: being handled

    def __len__(self) -> int:
        return len(self._waits)

    def add(self, connection: socket.socket) -> bool:
        """Add a connection; False if all others are being handled, and none may be closed for it.

        Of those that wait for a request, the one that has waited the longest is closed.
        """
        with self._lock:
            if len(self._waits) >= self.limits.most and not self._close_longest_wait():
                return False
            self._waits[connection] = _wait(self.limits.idle, replaceable=True)
        return True

    def remove(self, connection: socket.socket) -> None:
        """Forget a connection that is being closed."""
        with self._lock:
            self._waits.pop(connection, None)

    def expect(self, connection: socket.socket, seconds: float, *, sending: bool = False) -> None:
        """Close the connection unless its client sends, or takes, the next part in this time."""
        with self._lock:
            if connection in self._waits:
                self._waits[connection] = _wait(seconds, replaceable=not sending)

    def handle(self, connection: socket.socket) -> bool:
        """Note that a part has arrived and is being handled; False if it came too late."""
        with self._lock:
            if connection not in self._waits:
                return False
            self._waits[connection] = None
        return True

    def close_late(self) -> None:
        """Close connections whose clients have exceeded their time."""
        now = time.monotonic()
        with self._lock:
            waits = list(self._waits.items())
            for late in [connection for connection, wait in waits if wait and wait.until < now]:
                self._close(late)

    def _close_longest_wait(self) -> bool:
        waits = [(w.since, c) for c, w in self._waits.items() if w and w.replaceable]
        if not waits:
            return False
        self._close(min(waits, key=lambda wait: wait[0])[1])
        return True

    def _close(self, connection: socket.socket) -> None:
        del self._waits[connection]
        try:
            # Not close(): the connection's own thread, which this wakes, does that.
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the client was faster


def _wait(seconds: float, *, replaceable: bool) -> _Wait:
    now = time.monotonic()
    return _Wait(now, now + seconds, replaceable)
