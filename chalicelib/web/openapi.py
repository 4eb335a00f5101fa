"""The OpenAPI document, made from the very forms that requests and answers are checked with."""

import functools
import inspect
import tomllib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from chalicelib import __version__, keys
from chalicelib.settings import Settings
from chalicelib.telling.forms import FORMS
from chalicelib.uploads import accepted_types
from chalicelib.web.answers import PROBLEM_TYPE, Problem
from chalicelib.web.hooks import webhooks
from chalicelib.web.operations import OPERATIONS, Operation
from chalicelib.web.requests import UploadQuery, UploadRequest
from chalicelib.web.responses import HEADERS, answer, refusals

_REFERENCE = "#/components/schemas/{name}"
_FIELDS = Path(__file__).with_name("fields.toml")
_ABOUT = """\
Uploaded photos become web-ready variants.

Ask for a ticket, send the file to the address in it, and ask for the image until it is ready.
Every error is problem details (RFC 9457), whose `code` is for programs and stays the same."""
_BEARER = """\
A token of `./darkroom token`, or a JSON Web Token of the issuer that is set. Each operation
names the scope that it needs: `upload`, `read` or `delete`. `admin` is all of them, for every
owner's images."""

Json = dict[str, Any]


class Terms(Struct, frozen=True, kw_only=True):
    """What settings change of the document; as they usually are."""

    api_url: str = ""
    guarded: bool = True  # whether a token is asked for
    allow_heic: bool = False
    max_upload_bytes: int = 50_000_000

    @classmethod
    def of(cls, settings: Settings) -> "Terms":
        """The terms of one application."""
        return cls(
            api_url=settings.api_url,
            guarded=settings.auth_mode != "none",
            allow_heic=settings.allow_heic,
            max_upload_bytes=settings.max_upload_bytes,
        )


def document(terms: Terms) -> Json:
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
        described["description"] += f" It needs a token with the scope `{operation.scope}`."
        described["security"] = [{"bearer": [operation.scope.value]}]
    parameters = _path_parameters(path) + _query_parameters(operation.query, terms)
    if parameters:
        described["parameters"] = parameters
    if operation.body:
        required = any(field.required for field in msgspec.structs.fields(operation.body))
        content = {"application/json": {"schema": _reference(operation.body)}}
        described["requestBody"] = {"required": required, "content": content}
    described["responses"] = {
        str(status): answer(operation, form, _reference(form))
        for status, form in operation.answers.items()
    } | refusals(operation.problems(guarded=terms.guarded), _reference(Problem), PROBLEM_TYPE)
    return described


def _reference(form: Any) -> Json:
    (schema,), _ = msgspec.json.schema_components([form], ref_template=_REFERENCE)
    return dict(schema)


def _schemas(terms: Terms) -> Json:
    forms = {form for operation in OPERATIONS.values() for form in _forms(operation)}
    ordered = [*sorted(forms, key=lambda form: form.__name__), Problem, *FORMS.values()]
    _, schemas = msgspec.json.schema_components(ordered, ref_template=_REFERENCE)
    for name, schema in schemas.items():
        schema["description"] = inspect.cleandoc(schema["description"])
        for field, said in _fields(name).items():
            _tell(schema["properties"][field], said)
        if name == UploadRequest.__name__:
            schema["properties"] |= _limited(schema["properties"], terms)
    # Defaults that are tuples are arrays in JSON.
    return dict(sorted(msgspec.json.decode(msgspec.json.encode(schemas)).items()))


def _limited(properties: Json, terms: Terms) -> Json:
    """The fields of a ticket's request within the limits that are set."""
    types = sorted(accepted_types(allow_heic=terms.allow_heic))
    return {
        "content_type": properties["content_type"] | {"enum": types},
        "size": properties["size"] | {"maximum": terms.max_upload_bytes},
    }


def _forms(operation: Operation) -> list[type[Struct]]:
    answered = [form for form in operation.answers.values() if isinstance(form, type)]
    return [form for form in (operation.body, *answered) if form and issubclass(form, Struct)]


def _fields(form: str) -> dict[str, Json]:
    """What is said of the form's fields: `is` what they mean, `eg` an example."""
    told: dict[str, dict[str, Json]] = _told()
    return told.get(form, {})


@functools.cache
def _told() -> dict[str, dict[str, Json]]:
    return tomllib.loads(_FIELDS.read_text("utf-8"))


def _tell(schema: Json, said: Json) -> None:
    schema["description"] = said["is"]
    if "eg" in said:
        schema["examples"] = [said["eg"]]
    if "format" in said:
        schema["format"] = said["format"]


def _path_parameters(path: str) -> list[Json]:
    if "{image_id}" not in path:
        return []
    return [
        {
            "name": "image_id",
            "in": "path",
            "required": True,
            "description": "The image's id.",
            "schema": {"type": "string", "pattern": f"^{keys.ULID_PATTERN}$"},
            "example": "01KQHV5R00ABCDEFGHJKMNPQRS",
        }
    ]


def _query_parameters(form: type[Struct] | None, terms: Terms) -> list[Json]:
    if form is None:
        return []
    _, components = msgspec.json.schema_components([form], ref_template=_REFERENCE)
    schema, said = components[form.__name__], _fields(form.__name__)
    properties = {name: _without_null(one) for name, one in schema["properties"].items()}
    if form is UploadQuery:
        properties |= _limited(properties, terms)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "description": said[name]["is"],
            "schema": described,
            **({"example": said[name]["eg"]} if "eg" in said[name] else {}),
        }
        for name, described in properties.items()
    ]


def _without_null(schema: Json) -> Json:
    # A query parameter is there or not; it is never null.
    kept = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    return dict(kept[0]) if len(kept) == 1 else schema
