"""The OpenAPI document, and what is made of it."""

import json
from types import ModuleType
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib import errors
from chalicelib.errors import RequestError
from chalicelib.web import refusals
from chalicelib.web.openapi import Terms, document
from chalicelib.web.operations import OPERATIONS
from chalicelib.web.problems import PROBLEMS
from ops.openapi import documents
from ops.packaging.gateway import ANSWERS, answer

TERMS = [Terms(), Terms(guarded=False, allow_heic=True, max_upload_bytes=1)]


@pytest.mark.parametrize("terms", TERMS)
def test_the_document_is_openapi(terms: Terms) -> None:
    assert list(OpenAPIV31SpecValidator(document(terms)).iter_errors()) == []


def test_what_is_committed_is_what_the_code_makes() -> None:
    assert {path.name for path, text in documents().items() if path.read_text("utf-8") != text} == (
        set()
    ), "python -m ops openapi"


def test_every_field_is_explained() -> None:
    schemas = document(Terms())["components"]["schemas"]
    silent = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, said in schema.get("properties", {}).items()
        if "description" not in said
    ]
    assert silent == []


def test_an_operation_is_named_for_its_view(application: ModuleType) -> None:
    routes = application.app.routes
    assert {key: one.name for key, one in OPERATIONS.items()} == {
        (method, path): routes[path][method.upper()].view_name for method, path in OPERATIONS
    }


def test_all_but_two_operations_ask_for_a_token() -> None:
    open_ = {one.name for one in OPERATIONS.values() if one.scope is None}
    assert open_ == {"health", "show_openapi"}


def all_kinds(kind: type[RequestError] = RequestError) -> set[type[RequestError]]:
    return {one for below in kind.__subclasses__() for one in {below, *all_kinds(below)}}


def test_every_problem_is_in_the_table() -> None:
    assert all_kinds() == set(PROBLEMS)
    assert {errors.__name__, refusals.__name__} == {kind.__module__ for kind in PROBLEMS}


def test_a_code_stands_for_one_kind_of_problem() -> None:
    codes = [kind.code for kind in PROBLEMS]
    assert len(set(codes)) == len(codes)


def test_the_table_is_in_the_order_of_statuses() -> None:
    statuses = [kind.status for kind in PROBLEMS]
    assert statuses == sorted(statuses)


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_api_gateway_answers_itself_is_a_known_problem(kind: str) -> None:
    answered = answer(ANSWERS[kind])
    problem: dict[str, Any] = json.loads(str(answered.body))
    assert type(ANSWERS[kind]) in PROBLEMS
    assert answered.status_code == problem["status"]
    assert answered.headers["Content-Type"] == "application/problem+json"
    # Its template would read a dollar, and its mapping of headers an apostrophe, as its own.
    assert "$" not in str(answered.body)
    assert "'" not in "".join(map(str, answered.headers.values()))
