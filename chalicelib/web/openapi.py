"""The OpenAPI document, made from the very forms that requests and answers are checked with."""

import functools
from typing import Any

import msgspec
from msgspec import Struct

from chalicelib import __version__
from chalicelib.erasing import Receipt
from chalicelib.library import ImageList
from chalicelib.telling.forms import FORMS
from chalicelib.uploads import Duplicate, PostTicket, PutTicket
from chalicelib.variants import Variant
from chalicelib.views import ImageView
from chalicelib.web.answers import Problem
from chalicelib.web.hooks import webhooks
from chalicelib.web.requests import (
    AgainRequest,
    ListQuery,
    ObjectRequest,
    UploadQuery,
    UploadRequest,
)

_REFERENCE = "#/components/schemas/{name}"

Json = dict[str, Any]


class Operation(Struct, frozen=True, kw_only=True):
    """One route: what it takes, and what it answers by status."""

    summary: str
    answers: dict[int, Any]
    body: type[Struct] | None = None
    query: type[Struct] | None = None
    refusals: tuple[int, ...] = ()


class VariantList(Struct, frozen=True, kw_only=True):
    """The variants table."""

    variants: list[Variant]


class Health(Struct, frozen=True, kw_only=True):
    """That the application answers, and its version."""

    status: str
    version: str


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("post", "/uploads"): Operation(
        summary="A ticket to upload one file as a form",
        body=UploadRequest,
        answers={201: PostTicket, 200: Duplicate},
        refusals=(400, 413, 415, 422),
    ),
    ("get", "/generate-upload-url"): Operation(
        summary="A ticket to upload one file with PUT",
        query=UploadQuery,
        answers={200: PutTicket},
        refusals=(413, 415, 422),
    ),
    ("get", "/images"): Operation(
        summary="Images, newest first, without their histories",
        query=ListQuery,
        answers={200: ImageList},
        refusals=(422,),
    ),
    ("post", "/images"): Operation(
        summary="Process an object of the uploads bucket now",
        body=ObjectRequest,
        answers={200: ImageView},
        refusals=(400, 403, 404, 415, 422),
    ),
    ("get", "/images/{image_id}"): Operation(
        summary="One image with its history", answers={200: ImageView}, refusals=(404,)
    ),
    ("delete", "/images/{image_id}"): Operation(
        summary="Erase an image, its original and its renditions",
        answers={200: Receipt},
        refusals=(404,),
    ),
    ("post", "/images/{image_id}/reprocess"): Operation(
        summary="Process an image once more, later",
        body=AgainRequest,
        answers={202: ImageView},
        refusals=(400, 404, 409, 422),
    ),
    ("get", "/variants"): Operation(summary="The variants table", answers={200: VariantList}),
    ("get", "/health"): Operation(summary="Whether the API answers", answers={200: Health}),
    ("get", "/openapi.json"): Operation(summary="This document", answers={200: dict[str, Any]}),
}


@functools.cache
def document() -> Json:
    """The OpenAPI 3.1 document."""
    forms = {form for operation in OPERATIONS.values() for form in _forms(operation)}
    ordered = [*sorted(forms, key=lambda form: form.__name__), Problem, *FORMS.values()]
    _, components = msgspec.json.schema_components(ordered, ref_template=_REFERENCE)
    paths: Json = {}
    for (method, path), operation in OPERATIONS.items():
        paths.setdefault(path, {})[method] = _described(path, operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Darkroom",
            "version": __version__,
            "description": "Uploaded photos become web-ready variants.",
        },
        "paths": paths,
        "webhooks": webhooks(_REFERENCE),
        "components": {"schemas": components},
    }


def _forms(operation: Operation) -> list[type[Struct]]:
    answered = [form for form in operation.answers.values() if isinstance(form, type)]
    return [form for form in (operation.body, *answered) if form and issubclass(form, Struct)]


def _described(path: str, operation: Operation) -> Json:
    answers = {str(status): _content(form) for status, form in operation.answers.items()}
    for status in (*operation.refusals, 500, 503):
        answers[str(status)] = _content(Problem, "application/problem+json")
    described: Json = {"summary": operation.summary, "responses": answers}
    parameters = _path_parameters(path) + _query_parameters(operation.query)
    if parameters:
        described["parameters"] = parameters
    if operation.body:
        content = _content(operation.body)["content"]
        required = any(field.required for field in msgspec.structs.fields(operation.body))
        described["requestBody"] = {"required": required, "content": content}
    return described


def _content(form: Any, media_type: str = "application/json") -> Json:
    (schema,), _ = msgspec.json.schema_components([form], ref_template=_REFERENCE)
    summary = (getattr(form, "__doc__", None) or "").strip().partition("\n")[0]
    return {"description": summary, "content": {media_type: {"schema": schema}}}


def _path_parameters(path: str) -> list[Json]:
    if "{image_id}" not in path:
        return []
    schema = {"type": "string", "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"}
    return [{"name": "image_id", "in": "path", "required": True, "schema": schema}]


def _query_parameters(form: type[Struct] | None) -> list[Json]:
    if form is None:
        return []
    _, components = msgspec.json.schema_components([form], ref_template=_REFERENCE)
    schema = components[form.__name__]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "schema": _without_null(described),
        }
        for name, described in schema["properties"].items()
    ]


def _without_null(schema: Json) -> Json:
    # A query parameter is there or not; it is never null.
    kept = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    return dict(kept[0]) if len(kept) == 1 else schema
