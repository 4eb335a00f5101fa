"""Finds the addresses of Darkroom's API and page."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from darkroom_client.cli.verbs import LocalDarkroom, local_darkroom
from darkroom_client.errors import ApiError, UnexpectedResponse, Unreachable
from darkroom_client.steps import Request
from darkroom_client.sync import Transport


@dataclass(frozen=True)
class ServerAddress:
    """Both addresses; the page's is empty if it is unknown."""

    api: str
    page: str = ""


def find_server(transport: Transport, given: str | None) -> ServerAddress:
    """Find the Darkroom at `given`, an API's or a page's address; by default that of `make run`.

    ApiError if there is none.
    """
    local = local_darkroom()
    if given is None:
        return _local(transport, local)
    address = check_address(given)
    if _is_api(transport, address):
        page = local.page if address == local.api else _page_beside(transport, address)
        return ServerAddress(address, page)
    api = _configured(transport, address)
    if api is None:
        raise ApiError(f"There is no Darkroom at {address}: another server responds.")
    return ServerAddress(api, address)


def check_address(given: str) -> str:
    """`given` without a trailing slash; ApiError if it is not an HTTP address."""
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ApiError(f"{given!r} is not a web address. Use one such as https://photos.example.")
    return given.rstrip("/")


def _local(transport: Transport, local: LocalDarkroom) -> ServerAddress:
    try:
        if _is_api(transport, local.api):
            return ServerAddress(local.api, local.page)
    except Unreachable:
        pass
    raise ApiError(
        f"No Darkroom is running here ({local.api}). {local.how_to_start or 'Choose another with'} "
        "--api or the variable DARKROOM_API, such as --api https://photos.example/api."
    )


def _is_api(transport: Transport, address: str) -> bool:
    found = _json(transport, f"{address}/health")
    return isinstance(found, dict) and found.get("status") == "ok"


def _page_beside(transport: Transport, api: str) -> str:
    """The page of a deployed stage, which is on the API's domain."""
    parts = urlsplit(api)
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin if _configured(transport, origin) == api else ""


def _configured(transport: Transport, page: str) -> str | None:
    found = _json(transport, f"{page}/config.json")
    api = found.get("api") if isinstance(found, dict) else None
    return api.rstrip("/") if isinstance(api, str) else None


def _json(transport: Transport, address: str) -> Any:
    response = transport.send(Request("GET", address))
    try:
        return response.json() if response.status == 200 else None
    except UnexpectedResponse:
        return None
