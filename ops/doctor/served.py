"""Checks of what is served: the versions of API and page, compared with this checkout's."""

from contextlib import closing
from dataclasses import dataclass

from darkroom_client.cli.addresses import ServerAddress
from darkroom_client.errors import ApiError
from darkroom_client.steps import Request
from darkroom_client.sync import Transport
from ops.doctor.finding import Finding, failure, ok, warning
from ops.release.errors import ReleaseError
from ops.release.versions import Version


@dataclass(frozen=True)
class Served:
    """What a Darkroom states about itself; a version is empty if it states none.

    `api_fault` and `page_fault` are sentences, empty where there was a response.
    """

    address: ServerAddress
    api_version: str = ""
    page_version: str = ""
    api_fault: str = ""
    page_fault: str = ""


def observe(address: ServerAddress) -> Served:
    """Ask the API and the page for their versions."""
    page, page_fault = "", ""
    with closing(Transport()) as transport:
        api, api_fault = _stated(transport, f"{address.api}/health")
        if address.page:
            page, page_fault = _stated(transport, f"{address.page}/config.json")
    return Served(address, api, page, api_fault, page_fault)


def findings(served: Served, checkout: str, update: str) -> list[Finding]:
    """Findings about API and page; `update` is the command that brings them to this version."""
    found = [_api(served, checkout, update)]
    if served.address.page:
        found.append(_page(served, checkout, update))
    return found


def client(checkout: str, installed: str | None) -> Finding:
    """The package `darkroom-client`, on which the command line is built."""
    if installed == checkout:
        return ok("client", f"darkroom-client is {installed}, as this checkout")
    return warning(
        "client",
        f"darkroom-client is {installed or 'not installed'}, this checkout is {checkout}",
        "make setup",
    )


def _api(served: Served, checkout: str, update: str) -> Finding:
    where = f"the API at {served.address.api}"
    if served.api_fault:
        return failure("api", f"{where} does not respond: {served.api_fault}", update)
    return compared("api", where, served.api_version, checkout, update)


def _page(served: Served, checkout: str, update: str) -> Finding:
    where = f"the page at {served.address.page}"
    if served.page_fault:
        return failure("page", f"{where} cannot be read: {served.page_fault}", update)
    if served.page_version and served.api_version and served.page_version != served.api_version:
        return warning(
            "page",
            f"{where} is {served.page_version}, its API {served.api_version}: an update of one of "
            "them is not finished",
            update,
        )
    return compared("page", where, served.page_version, checkout, update)


def compared(part: str, what: str, version: str, checkout: str, update: str) -> Finding:
    """The version that a part states, which is empty if it states none."""
    if not version:
        return warning(part, f"{what} is of a version that does not state one", update)
    if version == checkout:
        return ok(part, f"{what} is {version}, as this checkout")
    if _is_newer(version, checkout):
        return warning(
            part,
            f"{what} is {version}, newer than this checkout ({checkout})",
            "git pull && make setup",
        )
    return warning(part, f"{what} is {version}, older than this checkout ({checkout})", update)


def _is_newer(version: str, than: str) -> bool:
    """Whether a version is newer; False for one that is none."""
    try:
        return Version.parse(version) > Version.parse(than)
    except ReleaseError:
        return False


def _stated(transport: Transport, address: str) -> tuple[str, str]:
    """The version in a JSON file, and why there is none; one of them is empty."""
    try:
        response = transport.send(Request("GET", address))
        if response.status != 200:
            return "", f"status {response.status}"
        content = response.json()
    except ApiError as reason:
        return "", str(reason).rstrip(".")
    version = content.get("version", "") if isinstance(content, dict) else ""
    return (version if isinstance(version, str) else ""), ""
