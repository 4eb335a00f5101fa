"""The socket of the local AWS: opened by the supervisor, inherited by each server process."""

import socket

from ops.local.names import HOST

LISTENING = "DARKROOM_AWS_SOCKET"  # variable with the socket's file descriptor number
_BACKLOG = 128  # connections that can wait while the server restarts


def listen(port: int) -> socket.socket:
    """Open a socket that listens on `port` of this machine only."""
    return socket.create_server((HOST, port), backlog=_BACKLOG)
