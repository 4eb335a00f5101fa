"""The few server-side calls of Darkroom's API, over the standard library.

Everything that this package asks Darkroom goes through this module, so that a client library can
take its place.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from django_darkroom import tokens
from django_darkroom.conf import configuration

_CHUNK = 64 * 1024


class ApiError(Exception):
    """Darkroom refused a request. `status` is the HTTP status, 0 if there was no response."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


@dataclass(frozen=True)
class Response:
    """A response: its status, body, and `Retry-After`, if it has one."""

    status: int
    body: bytes
    retry_after: str = ""


def get_image(image_id: str, owner: str = "") -> dict[str, Any]:
    """The image as the API shows it to its owner; ApiError, with 404 for another owner's."""
    return _json("GET", f"/images/{quote(image_id, safe='')}", owner)


def delete_image(image_id: str, owner: str = "") -> None:
    """Delete an image with its original and its renditions; ApiError."""
    _json("DELETE", f"/images/{quote(image_id, safe='')}", owner)


def upload(data: Any, order: Mapping[str, Any]) -> str:
    """Upload a file as the site's own; return the image's id, without waiting for its image.

    `order` is the body of `POST /uploads`, `size` (bytes) and `sha256` included. ApiError.
    """
    ticket = _json("POST", "/uploads", "", order)
    if ticket.get("duplicate_of"):
        return str(ticket["duplicate_of"])
    boundary = uuid.uuid4().hex
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in ticket["fields"].items()
    )
    head += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\n'
    tail = f"\r\n--{boundary}--\r\n".encode()
    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(len(head.encode()) + order["size"] + len(tail)),
    }
    body = (part for part in _parts(head.encode(), data, tail))
    sent = _send(Request(ticket["url"], body, headers, method="POST"))  # noqa: S310
    if sent.status >= 300:
        raise ApiError(sent.status, f"The store refused the file with status {sent.status}.")
    return str(ticket["image_id"])


def original(image_id: str) -> bytes:
    """The bytes of the original; ApiError."""
    path = f"/images/{quote(image_id, safe='')}/original"
    request = Request(configuration().api + path, headers=_authorization(""))  # noqa: S310
    # The redirect leads to the store, which would refuse the token beside its own signature.
    request.unredirected_hdrs.update(request.headers)
    request.headers = {}
    response = _send(request)
    if response.status != 200:
        raise ApiError(response.status, _detail(response))
    return response.body


def call(
    method: str, path: str, token: str, body: bytes | None = None, content_type: str = ""
) -> Response:
    """Any request of the API, whatever its response; ApiError without one."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if body:
        headers["Content-Type"] = content_type or "application/json"
    address = configuration().api + path
    return _send(Request(address, body or None, headers, method=method))  # noqa: S310


def _json(
    method: str, path: str, owner: str, body: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    data = json.dumps(body).encode() if body is not None else None
    response = call(method, path, tokens.server_token(owner), data)
    if response.status >= 300:
        raise ApiError(response.status, _detail(response))
    try:
        return dict(json.loads(response.body or b"{}"))
    except ValueError as reason:
        raise ApiError(response.status, "This is not Darkroom's API.") from reason


def _send(request: Request) -> Response:
    # System checks require HTTP or HTTPS, so no other scheme comes here.
    try:
        with urlopen(request, timeout=configuration().timeout) as answer:  # noqa: S310
            return Response(answer.status, answer.read(), answer.headers.get("Retry-After", ""))
    except HTTPError as refusal:
        with refusal:
            retry_after = refusal.headers.get("Retry-After", "")
            return Response(refusal.code, refusal.read(), retry_after)
    except OSError as reason:
        raise ApiError(0, "Darkroom does not respond.") from reason


def _authorization(owner: str) -> dict[str, str]:
    token = tokens.server_token(owner)
    return {"Authorization": f"Bearer {token}"} if token else {}


def _detail(response: Response) -> str:
    try:
        return str(json.loads(response.body)["detail"])
    except (ValueError, LookupError, TypeError):
        return f"Darkroom responded with status {response.status}."


def _parts(head: bytes, data: Any, tail: bytes) -> Any:
    yield head
    while chunk := data.read(_CHUNK):
        yield chunk
    yield tail
