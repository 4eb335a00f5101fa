"""One small document from one address: bounded in time and size, no redirects."""

import time

import urllib3
from urllib3 import BaseHTTPResponse

_MOST_BYTES = 256 * 1024


def fetch(address: str, seconds: float = 4) -> bytes:
    """What is at `address`; OSError for anything but a whole answer of status 200 in time.

    Two fit into the authorizer's time limit: a discovery document, and the keys it leads to.
    """
    until = time.monotonic() + seconds
    try:
        with urllib3.PoolManager(retries=False) as http:
            answer = http.request(
                "GET",
                address,
                timeout=urllib3.Timeout(total=seconds),
                redirect=False,
                preload_content=False,
            )
            data = _read(answer, until)
    except urllib3.exceptions.HTTPError as reason:
        raise OSError(f"{address} does not answer.") from reason
    if answer.status != 200:
        raise OSError(f"{address} answers with something else.")
    return data


def _read(answer: BaseHTTPResponse, until: float) -> bytes:
    """All of it; a server that sends a little now and then is not waited for."""
    data = b""
    while part := answer.read1(_MOST_BYTES):
        data += part
        if len(data) > _MOST_BYTES or time.monotonic() > until:
            raise OSError("The answer is too long, or takes too long.")
    return data
