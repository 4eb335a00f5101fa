"""Decides which requests a local server handles: its own hosts' only, and its own pages' only.

A loopback address keeps other machines out, not the pages that this machine's browsers show. Pages
can send requests to it and, by a host name that resolves to it (DNS rebinding), read the responses.
"""

import re
from collections.abc import Collection
from email.message import Message

from ops.local.names import HOST

_NAMES = (HOST, "localhost")
# With any port: it may have been forwarded, and rebinding needs another name, not another port.
_OWN_HOST = re.compile(rf"({'|'.join(map(re.escape, _NAMES))})(:[0-9]+)?", re.IGNORECASE)
_NOT_CROSS_SITE = ("none", "same-origin")  # "none": an address that the user typed


def own_origins(port: int) -> frozenset[str]:
    """The origins of pages that this machine serves on `port`."""
    return frozenset(f"http://{name}:{port}" for name in _NAMES)


def is_own_host(headers: Message) -> bool:
    """Whether the request names this machine, once."""
    hosts = headers.get_all("Host", [])
    return len(hosts) == 1 and bool(_OWN_HOST.fullmatch(hosts[0].strip()))


def has_foreign_origin(headers: Message, origins: Collection[str]) -> bool:
    """Whether the request names an origin besides `origins`; `null` is foreign, too."""
    return any(origin not in origins for origin in headers.get_all("Origin", []))


def is_unnamed_cross_site(headers: Message) -> bool:
    """Whether another site's page caused the request, without naming its origin.

    Browsers leave `Origin` out of links, forms that GET, images and scripts.
    """
    sites = headers.get_all("Sec-Fetch-Site", [])
    return "Origin" not in headers and any(site not in _NOT_CROSS_SITE for site in sites)


def is_from_browser(headers: Message) -> bool:
    """Whether a page caused the request: browsers add headers that no page can remove."""
    return any(name.lower() == "origin" or name.lower().startswith("sec-") for name in headers)
