"""Responses in the OpenAPI document: their headers, problem codes and links."""

from typing import Any

from chalicelib.errors import RequestError
from chalicelib.web.openapi.operations import Operation, Redirect

Json = dict[str, Any]

_ALWAYS = ("Access-Control-Allow-Origin", "Cache-Control", "Vary", "X-Content-Type-Options")
_OF_A_STATUS = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}
_LINKED = ("show_image", "change_image", "delete_image", "reprocess_image")


def _header(description: str, example: str, kind: str = "string") -> Json:
    return {"description": description, "schema": {"type": kind}, "example": example}


HEADERS: Json = {
    "Access-Control-Allow-Origin": _header(
        "The page's origin, if it is one of ALLOWED_ORIGINS.", "https://shop.example"
    ),
    "Cache-Control": _header("API responses must not be cached.", "no-store"),
    "ETag": _header("Changes with each change of the image; for `If-Match`.", '"17"'),
    "Location": _header("Where to go on.", "https://photos.example/private/i/01KQ...?Policy=..."),
    "Retry-After": {**_header("Seconds to wait before a retry.", "", "integer"), "example": 30},
    "Vary": _header("CORS headers depend on the origin.", "Origin"),
    "WWW-Authenticate": _header(
        "The required authentication scheme (RFC 6750). For an invalid token API Gateway renames "
        "the header to x-amzn-Remapped-WWW-Authenticate.",
        "Bearer",
    ),
    "X-Content-Type-Options": _header("The content type must not be sniffed.", "nosniff"),
}


def success_response(operation: Operation, form: Any, schema: Json) -> Json:
    """The response of `operation` with the body `form`, or without one if it is a redirect."""
    if form is Redirect:
        return {"description": _meaning(form), "headers": _headers("Location")}
    described: Json = {
        "description": _meaning(form),
        "headers": _headers("ETag" if operation.tagged else None),
        "content": {"application/json": {"schema": schema}},
    }
    if operation.id_field in getattr(form, "__struct_fields__", ()):
        pointer = f"$response.body#/{operation.id_field}"
        described["links"] = {
            name: {"operationId": name, "parameters": {"image_id": pointer}} for name in _LINKED
        }
    return described


def _meaning(form: Any) -> str:
    if form is not Redirect and not hasattr(
        form, "__struct_fields__"
    ):  # a builtin type, whose docstring is Python's own
        return "The document."
    return (form.__doc__ or "").strip().partition("\n")[0]


def error_responses(problems: list[type[RequestError]], schema: Json, media_type: str) -> Json:
    """The error responses by status, each with an example of its possible problems, by code.

    All have the same schema: client generators make a type of their own from any other.
    """
    by_status: dict[int, list[type[RequestError]]] = {}
    for problem in problems:
        by_status.setdefault(problem.status, []).append(problem)
    described = {}
    for status, kinds in sorted(by_status.items()):
        described[str(status)] = {
            "description": "\n\n".join(f"`{kind.code}`: {sentence_of(kind)}" for kind in kinds),
            "headers": _headers(_OF_A_STATUS.get(status)),
            "content": {
                media_type: {"schema": schema, "examples": {k.code: _example(k) for k in kinds}}
            },
        }
    return described


def _example(kind: type[RequestError]) -> Json:
    sentence = sentence_of(kind)
    fields = {"title": kind.title, "status": kind.status, "detail": sentence, "code": kind.code}
    return {"summary": sentence, "value": {"type": "about:blank", **fields}}


def sentence_of(kind: type[RequestError]) -> str:
    """A sentence that says when this problem is returned."""
    return (kind.__doc__ or "").strip().partition("\n")[0]


def _headers(extra: str | None = None) -> Json:
    names = sorted((*_ALWAYS, extra)) if extra else _ALWAYS
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
