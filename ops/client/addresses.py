"""Finds the addresses of Darkroom's API and page."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ops.client.connection import Connection
from ops.client.errors import ApiFault, Misunderstood, Unreachable
from ops.local.stack.options import current_options


@dataclass(frozen=True)
class ServerAddress:
    """Both addresses; the page's is empty if it is unknown."""

    api: str
    page: str = ""


def find_server(connection: Connection, given: str | None) -> ServerAddress:
    """Find the Darkroom at `given`, an API's or a page's address; by default that of `make run`.

    ApiFault if there is none.
    """
    options = current_options()
    if given is None:
        return _local(connection, options.api_url, options.site_url)
    address = check_address(given)
    if _is_api(connection, address):
        page = options.site_url if address == options.api_url else _page_beside(connection, address)
        return ServerAddress(address, page)
    api = _configured(connection, address)
    if api is None:
        raise ApiFault(f"There is no Darkroom at {address}: another server responds.")
    return ServerAddress(api, address)


def check_address(given: str) -> str:
    """`given` without a trailing slash; ApiFault if it is not an HTTP address."""
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ApiFault(f"{given!r} is not a web address. Use one such as https://photos.example.")
    return given.rstrip("/")


def _local(connection: Connection, api: str, page: str) -> ServerAddress:
    try:
        if _is_api(connection, api):
            return ServerAddress(api, page)
    except Unreachable:
        pass
    raise ApiFault(
        f"No Darkroom is running here ({api}). Start it with `make run`, or choose another with "
        "--api or the variable DARKROOM_API, such as --api https://photos.example/api."
    )


def _is_api(connection: Connection, address: str) -> bool:
    found = _json(connection, f"{address}/health")
    return isinstance(found, dict) and found.get("status") == "ok"


def _page_beside(connection: Connection, api: str) -> str:
    """The page of a deployed stage, which is on the API's domain."""
    parts = urlsplit(api)
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin if _configured(connection, origin) == api else ""


def _configured(connection: Connection, page: str) -> str | None:
    found = _json(connection, f"{page}/config.json")
    api = found.get("api") if isinstance(found, dict) else None
    return api.rstrip("/") if isinstance(api, str) else None


def _json(connection: Connection, address: str) -> Any:
    answer = connection.ask("GET", address)
    try:
        return answer.json() if answer.status == 200 else None
    except Misunderstood:
        return None
