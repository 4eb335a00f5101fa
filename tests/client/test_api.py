"""The client's operations and models, compared with the server's OpenAPI document."""

import inspect
import json
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from darkroom_client import edits, models, operations
from darkroom_client.aio import AsyncClient
from darkroom_client.models import Image, Model, Reason, Status, Visibility
from darkroom_client.operations import Operation
from darkroom_client.sync import Client
from ops.docs.openapi import DOCS

Json = dict[str, Any]

DOCUMENT = json.loads((DOCS / "openapi.json").read_text())
SCHEMAS: dict[str, Json] = DOCUMENT["components"]["schemas"]

# Names of the server, where the client has others.
RENAMED = {
    "Image": "ImageView",
    "Rendition": "RenditionView",
    "UploadOrder": "UploadRequest",
    "Changes": "ImagePatch",
    "Original": "ShrunkFrom",
    "Converted": "ConvertedFrom",
}
BODIES = (operations.UploadOrder, operations.Changes)
# Requests whose few fields are arguments of an operation; events, which have their own schemas.
ARGUMENTS = {"AgainRequest", "CompletionRequest", "ObjectRequest", "PartsRequest", "ShareRequest"}
EVENTS = {"ImageChanged", "ImageDeleted", "ImageFailed", "ImageReady", "ImageRejected"}

ROUTES = {
    details["operationId"]: (method.upper(), path, details)
    for path, methods in DOCUMENT["paths"].items()
    for method, details in methods.items()
}
ID = "01M7Y2N0N9BYRK049JRFXGS292"
CALLS: dict[str, Operation[Any]] = {
    "create_upload": operations.create_upload({"filename": "a.jpg"}),
    "show_upload": operations.show_upload(ID),
    "sign_parts": operations.sign_parts(ID, {1: "0" * 64}),
    "complete_upload": operations.complete_upload(ID, ["0" * 64]),
    "abort_upload": operations.abort_upload(ID),
    "generate_upload_url": operations.generate_upload_url("a.jpg", "image/jpeg", 5, "private"),
    "list_images": operations.list_images({"q": "door"}),
    "process_object": operations.process_object("b", "k", edits.CENTRE),
    "show_image": operations.show_image(ID, "100vw"),
    "change_image": operations.change_image(ID, {"tags": []}),
    "delete_image": operations.delete_image(ID),
    "reprocess_image": operations.reprocess_image(ID, None),
    "download_original": operations.download_original(ID),
    "share_image": operations.share_image(ID, 60),
    "list_shares": operations.list_shares(ID),
    "revoke_share": operations.revoke_share(ID, "aaaa"),
    "follow_share": operations.follow_share("t"),
    "list_variants": operations.list_variants(),
    "health": operations.health(),
    "show_openapi": operations.show_openapi(),
}


def ours() -> dict[str, Json]:
    """The schemas of the client's models, under the server's names."""
    found = [
        model
        for module in (models, edits)
        for model in vars(module).values()
        if inspect.isclass(model) and issubclass(model, Struct | models.OpenEnum)
        if model not in (Struct, Model, models.OpenEnum)
        if not model.__name__.startswith("_")
    ]
    _, schemas = msgspec.json.schema_components([*found, *BODIES], ref_template="#/{name}")
    return {RENAMED.get(name, name): schema for name, schema in schemas.items()}


def kinds(schema: Json) -> frozenset[Any]:
    """The types that a schema allows, comparable between both sides."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return frozenset({RENAMED.get(name, name)})
    if "anyOf" in schema:
        return frozenset().union(*map(kinds, schema["anyOf"]))
    if "enum" in schema:
        return frozenset(schema["enum"])
    if schema.get("type") == "array":
        return frozenset({("array", kinds(schema["items"]))})
    if schema.get("type") == "object":
        return frozenset({("object", kinds(schema["additionalProperties"]))})
    bounds = ("minimum", "maximum", "pattern")
    limits = [(name, schema[name]) for name in bounds if name in schema]
    return frozenset({(schema.get("format", schema.get("type")), *limits)})


def opened(allowed: frozenset[Any]) -> frozenset[Any]:
    """The same without what a response need not repeat: enumerations and limits of texts."""
    found = set()
    for kind in allowed:
        if isinstance(kind, tuple) and kind[0] in ("array", "object"):
            found.add((kind[0], opened(kind[1])))
        elif isinstance(kind, str) and (kind not in SCHEMAS or SCHEMAS[kind].get("enum")):
            found.add(("string",))
        else:
            found.add(kind[:1] if isinstance(kind, tuple) else kind)
    return frozenset(found)


OURS = ours()
EDITS = {"Crop", "Rotate", "Flip", "Straighten", "Redact", "FocalPoint"}


def test_every_schema_of_the_server_has_a_model() -> None:
    assert {*SCHEMAS} - ARGUMENTS - EVENTS - {"PartChecksum"} == {*OURS}


@pytest.mark.parametrize("name", sorted({*OURS} - {"Status", "Reason", "Visibility"}))
def test_a_model_has_the_fields_of_the_server(name: str) -> None:
    server, client = SCHEMAS[name]["properties"], OURS[name]["properties"]
    if name in EDITS:  # which are checked before they are sent
        assert {n: kinds(s) for n, s in client.items()} == {n: kinds(s) for n, s in server.items()}
    found = {field: opened(kinds(schema)) for field, schema in client.items()}
    assert found == {field: opened(kinds(schema)) for field, schema in server.items()}


@pytest.mark.parametrize("enumeration", [Status, Reason, Visibility])
def test_an_enumeration_has_the_values_of_the_server(enumeration: type[models.OpenEnum]) -> None:
    assert sorted(enumeration) == SCHEMAS[enumeration.__name__]["enum"]


def test_every_operation_of_the_server_is_one_of_the_client() -> None:
    public = {
        name
        for name, function in inspect.getmembers(operations, inspect.isfunction)
        if function.__module__ == operations.__name__ and not name.startswith("_")
    }
    assert public - {"ticket_of"} == {*ROUTES} == {*CALLS}


@pytest.mark.parametrize("name", ROUTES)
def test_an_operation_is_the_request_of_the_server(name: str) -> None:
    method, path, details = ROUTES[name]
    call = CALLS[name]
    for parameter, value in (("image_id", ID), ("share_id", "aaaa"), ("token", "t")):
        path = path.replace(f"{{{parameter}}}", value)
    documented = {p["name"] for p in details.get("parameters", []) if p["in"] == "query"}
    assert (call.method, call.path) == (method, path)
    assert {*call.query} <= documented


@pytest.mark.parametrize("name", [n for n in CALLS if "requestBody" in ROUTES[n][2]])
def test_a_body_has_fields_of_the_server(name: str) -> None:
    content = ROUTES[name][2]["requestBody"]["content"]["application/json"]["schema"]
    body = CALLS[name].body
    assert isinstance(body, dict)
    assert {*body} <= {*SCHEMAS[content["$ref"].rpartition("/")[2]]["properties"]}
    assert body


def test_all_conditions_of_the_server_can_be_given() -> None:
    documented = {p["name"] for p in ROUTES["list_images"][2]["parameters"]}
    given = {name.rstrip("_") for name in operations.Conditions.__annotations__}
    assert given == documented - {"limit", "cursor"}


def test_both_clients_have_the_same_methods() -> None:
    def methods(client: type) -> dict[str, list[str]]:
        return {
            name: [*inspect.signature(method).parameters]
            for name, method in inspect.getmembers(client, inspect.isfunction)
            if not name.startswith("_")
        }

    assert methods(Client) == methods(AsyncClient)
    undocumented = [name for name in methods(AsyncClient) if not getattr(AsyncClient, name).__doc__]
    assert undocumented == []


def image(**changes: object) -> Json:
    documented = {
        "id": ID,
        "status": "ready",
        "owner": "ann",
        "filename": "a.jpg",
        "visibility": "public",
    }
    at = "2026-05-01T12:00:00Z"
    return documented | {"original_file": "k", "created_at": at, "updated_at": at} | changes


def test_values_and_fields_of_a_later_server_are_kept() -> None:
    found = msgspec.convert(image(status="archived", shelf=3), Image)
    assert (found.status, found.status.is_final, found.reason) == ("archived", True, None)
    assert msgspec.json.decode(msgspec.json.encode(found.status)) == "archived"
