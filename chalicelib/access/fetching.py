"""One small document from one address: bounded in time and size, no redirects."""

import urllib3

_TIMEOUT = urllib3.Timeout(connect=2, read=3)
_MOST_BYTES = 256 * 1024


def fetch(address: str) -> bytes:
    """What is at `address`; OSError for anything but a whole answer of status 200."""
    try:
        with urllib3.PoolManager(retries=False) as http:
            answer = http.request(
                "GET", address, timeout=_TIMEOUT, redirect=False, preload_content=False
            )
            data: bytes = answer.read(_MOST_BYTES + 1)
    except urllib3.exceptions.HTTPError as reason:
        raise OSError(f"{address} does not answer.") from reason
    if answer.status != 200 or len(data) > _MOST_BYTES:
        raise OSError(f"{address} answers with something else.")
    return data
