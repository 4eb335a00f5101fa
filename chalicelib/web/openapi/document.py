"""Builds the OpenAPI document from the types of requests and responses."""

import functools
import inspect
import tomllib
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import Struct

from chalicelib import __version__
from chalicelib.events.schemas import SCHEMAS
from chalicelib.model import keys
from chalicelib.model.formats import UNKNOWN_TYPE, upload_types
from chalicelib.model.patch import LANGUAGE_PATTERN, ImagePatch
from chalicelib.settings import Settings
from chalicelib.web.openapi.operations import OPERATIONS, Operation, Redirect
from chalicelib.web.openapi.responses import HEADERS, error_responses, success_response
from chalicelib.web.openapi.webhooks import webhooks
from chalicelib.web.requests import UploadQuery, UploadRequest
from chalicelib.web.responses import PROBLEM_TYPE, Problem

_REFERENCE = "#/components/schemas/{name}"
_FIELDS = Path(__file__).with_name("fields.toml")
_ABOUT = """\
Uploaded photos become web-ready variants.

Request an upload ticket, send the file to its URL, and poll the image until it is ready.
Errors are problem details (RFC 9457) with a stable `code` for programs."""
_BEARER = """\
A token from `./darkroom token`, or a JSON Web Token from the configured issuer. Each operation
names the scope it needs: `upload`, `read` or `delete`. `admin` includes all of them, for every
owner's images."""

Json = dict[str, Any]

_IF_MATCH: Json = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": (
        "The `ETag` of the image that the change is meant for, or `*` for any. Without it, the "
        "change applies to the image as it is."
    ),
    "schema": {"type": "string"},
    "example": '"17"',
}


class Terms(Struct, frozen=True, kw_only=True):
    """The settings that affect the document, with their defaults."""

    api_url: str = ""
    guarded: bool = True  # whether a token is required
    allow_heic: bool = False
    allow_jxl: bool = False
    allow_raw: bool = True
    max_upload_bytes: int = 50_000_000

    @classmethod
    def of(cls, settings: Settings) -> "Terms":
        """The terms that `settings` imply."""
        return cls(
            api_url=settings.api_url,
            guarded=settings.auth_mode != "none",
            allow_heic=settings.allow_heic,
            allow_jxl=settings.allow_jxl,
            allow_raw=settings.allow_raw,
            max_upload_bytes=settings.max_upload_bytes,
        )


def build(terms: Terms) -> Json:
    """The OpenAPI 3.1 document of an API on these terms."""
    paths: Json = {}
    for (method, path), operation in OPERATIONS.items():
        described = _described(path, operation, terms)
        paths.setdefault(path, {})[method] = described
    components: Json = {"headers": HEADERS, "schemas": _schemas(terms)}
    if terms.guarded:
        scheme = {"type": "http", "scheme": "bearer", "description": _BEARER}
        components["securitySchemes"] = {"bearer": scheme}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Darkroom",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": terms.api_url or "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(o.tag for o in OPERATIONS.values())],
        "paths": paths,
        "webhooks": webhooks(_REFERENCE),
        "components": components,
    }


def _described(path: str, operation: Operation, terms: Terms) -> Json:
    described: Json = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
    }
    if operation.scope and terms.guarded:
        described["description"] += f" Requires a token with the scope `{operation.scope}`."
        described["security"] = [{"bearer": [operation.scope.value]}]
    parameters = _path_parameters(path) + _query_parameters(operation.query, terms)
    if operation.conditional:
        parameters.append(_IF_MATCH)
    if parameters:
        described["parameters"] = parameters
    if operation.body:
        schema = {"schema": _reference(operation.body)}
        content = dict.fromkeys(operation.body_types, schema)
        described["requestBody"] = {"required": not operation.body_optional, "content": content}
    described["responses"] = {
        str(status): success_response(operation, form, _schema_of(form))
        for status, form in operation.responses.items()
    }
    problems = operation.problems(guarded=terms.guarded)
    described["responses"] |= error_responses(problems, _reference(Problem), PROBLEM_TYPE)
    return described


_PATH_PARAMETERS: Json = {
    "image_id": {
        "description": "The image's id.",
        "schema": {"type": "string", "pattern": f"^{keys.ULID_PATTERN}$"},
        "example": "01KQHV5R00ABCDEFGHJKMNPQRS",
    },
    "share_id": {
        "description": "The link's id.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
        "example": "aaaabbbbccccdddd",
    },
    "token": {
        "description": "The last part of the link.",
        "schema": {"type": "string", "maxLength": 100},
        "example": "01KQHV5R00ABCDEFGHJKMNPQRS-" + "A" * 43,
    },
}


def _schema_of(form: Any) -> Json:
    return {} if form is Redirect else _reference(form)


def _reference(form: Any) -> Json:
    (schema,), _ = msgspec.json.schema_components([form], ref_template=_REFERENCE)
    return dict(schema)


def _schemas(terms: Terms) -> Json:
    bodies = {operation.body.__name__ for operation in OPERATIONS.values() if operation.body}
    forms = {form for operation in OPERATIONS.values() for form in _forms(operation)}
    ordered = [*sorted(forms, key=lambda form: form.__name__), Problem, *SCHEMAS.values()]
    _, schemas = msgspec.json.schema_components(ordered, ref_template=_REFERENCE)
    for name, schema in schemas.items():
        schema["description"] = inspect.cleandoc(schema["description"])
        for field, description in _fields(name).items():
            _annotate(schema["properties"][field], description)
        if name in bodies:
            _drop_defaults(schema)
        if name == ImagePatch.__name__:
            schema["minProperties"] = 1
            _add_pattern(schema["properties"]["alt"])
        if name == UploadRequest.__name__:
            schema["properties"] |= _limited(schema["properties"], terms)
    # Defaults that are tuples are arrays in JSON.
    return dict(sorted(msgspec.json.decode(msgspec.json.encode(schemas)).items()))


def _drop_defaults(schema: Json) -> None:
    # openapi-typescript takes a field with a default for one that is always present.
    for described in schema["properties"].values():
        described.pop("default", None)


def _add_pattern(alt: Json) -> None:
    # Not in the type: msgspec's message would show the pattern to people.
    texts = next(choice for choice in alt["anyOf"] if choice["type"] == "object")
    texts["propertyNames"]["pattern"] = LANGUAGE_PATTERN


def _limited(properties: Json, terms: Terms) -> Json:
    """The properties of an upload request with the configured limits."""
    # The aliases that are accepted as well are left to the description: nobody should write them.
    types = [*sorted(upload_types(terms)), UNKNOWN_TYPE, ""]
    return {
        "content_type": properties["content_type"] | {"enum": types},
        "size": properties["size"] | {"maximum": terms.max_upload_bytes},
    }


def _forms(operation: Operation) -> list[type[Struct]]:
    """The body and the responses, each of the alternatives for itself."""
    returned = [one for form in operation.responses.values() for one in get_args(form) or (form,)]
    forms = [form for form in (operation.body, *returned) if isinstance(form, type)]
    return [form for form in forms if issubclass(form, Struct)]


def _fields(form: str) -> dict[str, Json]:
    """Descriptions of the form's fields: `is` is the meaning, `eg` an example."""
    declared: dict[str, dict[str, Json]] = _declared_fields()
    return declared.get(form, {})


@functools.cache
def _declared_fields() -> dict[str, dict[str, Json]]:
    return tomllib.loads(_FIELDS.read_text("utf-8"))


def _annotate(schema: Json, description: Json) -> None:
    schema["description"] = description["is"]
    if "eg" in description:
        schema["examples"] = [description["eg"]]
    if "format" in description:
        schema["format"] = description["format"]


def _path_parameters(path: str) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, **described}
        for name, described in _PATH_PARAMETERS.items()
        if f"{{{name}}}" in path
    ]


def _query_parameters(form: type[Struct] | None, terms: Terms) -> list[Json]:
    if form is None:
        return []
    _, components = msgspec.json.schema_components([form], ref_template=_REFERENCE)
    schema, descriptions = components[form.__name__], _fields(form.__name__)
    properties = {name: _without_null(value) for name, value in schema["properties"].items()}
    if form is UploadQuery:
        properties |= _limited(properties, terms)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "description": descriptions[name]["is"],
            "schema": described,
            **({"example": descriptions[name]["eg"]} if "eg" in descriptions[name] else {}),
        }
        for name, described in properties.items()
    ]


def _without_null(schema: Json) -> Json:
    # A query parameter is present or absent, never null.
    kept = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    return dict(kept[0]) if len(kept) == 1 else schema
