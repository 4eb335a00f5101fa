"""Finds free ports on this machine."""

import os
import random
import socket
from collections import deque
from collections.abc import Collection

from ops.local.names import HOST
from ops.local.stack.options import Options, StackError

# Below the range that Linux and macOS use for outgoing connections, so that none of these takes
# a port between the check here and the server's bind.
_FREE_RANGE = range(20_000, 32_000)

# UDP sockets with the same numbers reserve ports whose servers do not listen yet. Nothing here uses
# UDP otherwise. They are released once there are many newer ones, or when the process ends.
_claims: deque[int] = deque()  # file descriptors
_MOST_CLAIMS = 64


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError:
            return False
    return True


def free_ports(count: int, promised: Collection[int] = ()) -> list[int]:
    """Return `count` ports on which nothing listens, excluding those `promised` to others.

    They are reserved: no other process of this kind gets them.
    """
    found: list[int] = []
    for port in random.sample(_FREE_RANGE, len(_FREE_RANGE)):
        if len(found) == count:
            break
        if port not in promised and is_free(port) and _claim(port):
            found.append(port)
    return found


def _claim(port: int) -> bool:
    claim = socket.socket(type=socket.SOCK_DGRAM)
    try:
        claim.bind((HOST, port))
    except OSError:
        claim.close()
        return False
    _claims.append(claim.detach())
    if len(_claims) > _MOST_CLAIMS:
        os.close(_claims.popleft())
    return True


def check_free(options: Options) -> None:
    """Raise StackError for the first of the stack's ports that another program uses."""
    wanted = {
        "S3_PORT": (options.s3_port, "S3"),
        "AWS_PORT": (options.aws_port, "tables and queues"),
        "API_PORT": (options.api_port, "the API"),
        "SITE_PORT": (options.site_port, "the page"),
    }
    for variable, (port, purpose) in wanted.items():
        if not is_free(port):
            raise StackError(
                f"Port {port}, wanted for {purpose}, is taken by another program. "
                f"Stop it, or choose another port with {variable}, such as "
                f"`{variable}={free_ports(1)[0]} make run`."
            )
