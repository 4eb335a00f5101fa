"""Answers as the OpenAPI document tells them: their headers, their codes, where they lead."""

from typing import Any

from chalicelib.errors import RequestError
from chalicelib.web.operations import Operation

Json = dict[str, Any]

_ALWAYS = ("Access-Control-Allow-Origin", "Cache-Control", "Vary", "X-Content-Type-Options")
_OF_A_STATUS = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}
_LED_TO = ("show_image", "delete_image", "reprocess_image")


def _header(description: str, example: str, kind: str = "string") -> Json:
    return {"description": description, "schema": {"type": kind}, "example": example}


HEADERS: Json = {
    "Access-Control-Allow-Origin": _header(
        "The asking page's origin, where it is among ALLOWED_ORIGINS.", "https://shop.example"
    ),
    "Cache-Control": _header("No answer of the API is to be kept.", "no-store"),
    "Retry-After": {**_header("Seconds to wait.", "", "integer"), "example": 30},
    "Vary": _header("CORS depends on who asks.", "Origin"),
    "WWW-Authenticate": _header("The scheme that is asked for (RFC 6750).", "Bearer"),
    "X-Content-Type-Options": _header("The type is not to be guessed.", "nosniff"),
}


def answer(operation: Operation, form: Any, schema: Json) -> Json:
    """The answer to a request that is fulfilled."""
    described: Json = {
        "description": (getattr(form, "__doc__", None) or "").strip().partition("\n")[0],
        "headers": _headers(),
        "content": {"application/json": {"schema": schema}},
    }
    if operation.leads_to in getattr(form, "__struct_fields__", ()):
        place = f"$response.body#/{operation.leads_to}"
        described["links"] = {
            name: {"operationId": name, "parameters": {"image_id": place}} for name in _LED_TO
        }
    return described


def refusals(problems: list[type[RequestError]], schema: Json, media_type: str) -> Json:
    """The answers to one that is not, by status: each with the codes that it may bear."""
    by_status: dict[int, list[type[RequestError]]] = {}
    for problem in problems:
        by_status.setdefault(problem.status, []).append(problem)
    described = {}
    for status, kinds in sorted(by_status.items()):
        codes = {"type": "object", "properties": {"code": {"enum": [k.code for k in kinds]}}}
        described[str(status)] = {
            "description": "\n\n".join(f"`{kind.code}`: {sentence_of(kind)}" for kind in kinds),
            "headers": _headers(_OF_A_STATUS.get(status)),
            "content": {media_type: {"schema": {"allOf": [schema, codes]}}},
        }
    return described


def sentence_of(kind: type[RequestError]) -> str:
    """When a problem of this kind is answered."""
    return (kind.__doc__ or "").strip().partition("\n")[0]


def _headers(further: str | None = None) -> Json:
    names = sorted((*_ALWAYS, further)) if further else _ALWAYS
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
