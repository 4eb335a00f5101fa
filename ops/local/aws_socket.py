"""The socket of the local AWS: made by who starts the server, and inherited by each that serves."""

import socket

from ops.local.names import HOST

LISTENING = "DARKROOM_AWS_SOCKET"  # the variable with the socket's number
_BACKLOG = 128  # connections that wait while the server is replaced


def listen(port: int) -> socket.socket:
    """A socket of this machine that listens on `port`."""
    return socket.create_server((HOST, port), backlog=_BACKLOG)
