"""JSON responses, and RFC 9457 problem details for errors."""

import msgspec
from chalice.app import Response
from msgspec import Struct

from chalicelib.errors import RequestError
from chalicelib.library import VersionedImage
from chalicelib.web.entity_tags import entity_tag

PROBLEM_TYPE = "application/problem+json"


class Problem(Struct, frozen=True, kw_only=True):
    """RFC 9457 problem details; programs should read `code`."""

    type: str
    title: str
    status: int
    detail: str
    code: str


def json_response(view: object, status: int = 200) -> Response:
    """`view` as JSON."""
    return Response(
        body=msgspec.json.encode(view).decode(),
        status_code=status,
        headers={"Content-Type": "application/json", "Cache-Control": "no-store"},
    )


def redirect(url: str, status: int = 302) -> Response:
    """A redirect that is valid for this request only; the next site does not see its URL."""
    headers: dict[str, str | list[str]] = {
        "Location": url,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Response(body="", status_code=status, headers=headers)


def image_response(image: VersionedImage) -> Response:
    """An image as JSON, with its entity tag."""
    response = json_response(image.view)
    response.headers["ETag"] = entity_tag(image.revision)
    return response


def problem_response(error: RequestError) -> Response:
    """A response with the problem details of `error`."""
    response = json_response(problem_details(error), error.status)
    response.headers.update({"Content-Type": PROBLEM_TYPE} | error.headers)
    return response


def problem_details(error: RequestError) -> Problem:
    """The problem details of `error`."""
    return Problem(
        type="about:blank",
        title=error.title,
        status=error.status,
        detail=str(error),
        code=error.code,
    )
