"""The OpenAPI document, made from the very forms that requests and answers are checked with."""

import functools
import inspect
import tomllib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from chalicelib import __version__, keys
from chalicelib.web.answers import PROBLEM_TYPE, Problem
from chalicelib.web.operations import OPERATIONS, Operation
from chalicelib.web.responses import HEADERS, answer, refusals

_REFERENCE = "#/components/schemas/{name}"
_FIELDS = Path(__file__).with_name("fields.toml")
_ABOUT = """\
Uploaded photos become web-ready variants.

Ask for a ticket, send the file to the address in it, and ask for the image until it is ready.
Every error is problem details (RFC 9457), whose `code` is for programs and stays the same."""
_BEARER = """\
A token of `python -m ops token`, or a JSON Web Token of the issuer that is set. Each operation
names the scope that it needs: `upload`, `read` or `delete`. `admin` is all of them, for every
owner's images."""

Json = dict[str, Any]


@functools.cache
def document(*, guarded: bool = True) -> Json:
    """The OpenAPI 3.1 document; not `guarded` where AUTH_MODE is none."""
    paths: Json = {}
    for (method, path), operation in OPERATIONS.items():
        described = _described(path, operation, guarded=guarded)
        paths.setdefault(path, {})[method] = described
    components: Json = {"headers": HEADERS, "schemas": _schemas()}
    if guarded:
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
        "servers": [{"url": "./", "description": "Where this document is"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(o.tag for o in OPERATIONS.values())],
        "paths": paths,
        "components": components,
    }


def _described(path: str, operation: Operation, *, guarded: bool) -> Json:
    described: Json = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
    }
    if operation.scope and guarded:
        described["security"] = [{"bearer": [operation.scope.value]}]
    parameters = _path_parameters(path) + _query_parameters(operation.query)
    if parameters:
        described["parameters"] = parameters
    if operation.body:
        required = any(field.required for field in msgspec.structs.fields(operation.body))
        content = {"application/json": {"schema": _reference(operation.body)}}
        described["requestBody"] = {"required": required, "content": content}
    described["responses"] = {
        str(status): answer(operation, form, _reference(form))
        for status, form in operation.answers.items()
    } | refusals(operation.problems(guarded=guarded), _reference(Problem), PROBLEM_TYPE)
    return described


def _reference(form: Any) -> Json:
    (schema,), _ = msgspec.json.schema_components([form], ref_template=_REFERENCE)
    return dict(schema)


def _schemas() -> Json:
    forms = {form for operation in OPERATIONS.values() for form in _forms(operation)}
    ordered = [*sorted(forms, key=lambda form: form.__name__), Problem]
    _, schemas = msgspec.json.schema_components(ordered, ref_template=_REFERENCE)
    for name, schema in schemas.items():
        schema["description"] = inspect.cleandoc(schema["description"])
        for field, said in _fields(name).items():
            _tell(schema["properties"][field], said)
    # Defaults that are tuples are arrays in JSON.
    return dict(sorted(msgspec.json.decode(msgspec.json.encode(schemas)).items()))


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


def _query_parameters(form: type[Struct] | None) -> list[Json]:
    if form is None:
        return []
    _, components = msgspec.json.schema_components([form], ref_template=_REFERENCE)
    schema, said = components[form.__name__], _fields(form.__name__)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "description": said[name]["is"],
            "schema": _without_null(described),
            **({"example": said[name]["eg"]} if "eg" in said[name] else {}),
        }
        for name, described in schema["properties"].items()
    ]


def _without_null(schema: Json) -> Json:
    # A query parameter is there or not; it is never null.
    kept = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    return dict(kept[0]) if len(kept) == 1 else schema
