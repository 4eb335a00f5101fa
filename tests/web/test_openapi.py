"""The OpenAPI document, and the files generated from it."""

import json
from types import ModuleType
from typing import Any

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib.errors import RequestError
from chalicelib.web.openapi.document import Terms, build
from chalicelib.web.openapi.operations import OPERATIONS
from chalicelib.web.problems import PROBLEMS
from chalicelib.web.responses import PROBLEM_TYPE, Problem
from ops.docs.openapi import documents
from ops.packaging.gateway import ANSWERS, answer

PROBLEM = "#/components/schemas/Problem"
TERMS = [Terms(), Terms(guarded=False, allow_heic=True, max_upload_bytes=1)]


@pytest.mark.parametrize("terms", TERMS)
def test_the_document_is_openapi(terms: Terms) -> None:
    assert list(OpenAPIV31SpecValidator(build(terms)).iter_errors()) == []


def test_the_committed_documents_are_up_to_date() -> None:
    assert {path.name for path, text in documents().items() if path.read_text("utf-8") != text} == (
        set()
    ), "python -m ops openapi"


def test_every_field_has_a_description() -> None:
    schemas = build(Terms())["components"]["schemas"]
    undescribed = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, described in schema.get("properties", {}).items()
        if "description" not in described
    ]
    assert undescribed == []


def test_optional_fields_of_requests_have_no_default() -> None:
    document = build(Terms())
    bodies = [o.body.__name__ for o in OPERATIONS.values() if o.body]
    schemas = [document["components"]["schemas"][name] for name in bodies]
    fields = [field for schema in schemas for field in schema["properties"].values()]
    assert fields
    # openapi-typescript makes such fields required.
    assert [field for field in fields if "default" in field] == []


def test_all_errors_have_the_same_schema() -> None:
    schemas = [content["schema"] for _, content in problems()]
    assert schemas
    # openapi-python-client makes a model of any other.
    assert [schema for schema in schemas if schema != {"$ref": PROBLEM}] == []


def test_the_examples_of_an_error_are_its_problems_by_code() -> None:
    for status, content in problems():
        examples = content["examples"]
        assert {example["value"]["code"] for example in examples.values()} == set(examples)
        assert {example["value"]["status"] for example in examples.values()} == {status}
        for example in examples.values():
            assert msgspec.convert(example["value"], Problem)


def problems() -> list[tuple[int, dict[str, Any]]]:
    """The status and content of all error responses."""
    return [
        (int(status), content)
        for path in build(Terms())["paths"].values()
        for operation in path.values()
        for status, response in operation["responses"].items()
        for media_type, content in response.get("content", {}).items()
        if media_type == PROBLEM_TYPE
    ]


def test_no_description_is_pythons_own() -> None:
    assert "dict()" not in json.dumps(build(Terms()))


def test_an_operation_is_named_for_its_view(application: ModuleType) -> None:
    routes = application.app.routes
    assert {key: operation.name for key, operation in OPERATIONS.items()} == {
        (method, path): routes[path][method.upper()].view_name for method, path in OPERATIONS
    }


def test_all_but_three_operations_require_a_token() -> None:
    open_ = {operation.name for operation in OPERATIONS.values() if operation.scope is None}
    assert open_ == {"follow_share", "health", "show_openapi"}


def all_kinds(kind: type[RequestError] = RequestError) -> set[type[RequestError]]:
    return {found for below in kind.__subclasses__() for found in {below, *all_kinds(below)}}


def test_every_problem_is_in_the_table() -> None:
    assert all_kinds() == set(PROBLEMS)


def test_no_two_problems_have_the_same_code() -> None:
    codes = [kind.code for kind in PROBLEMS]
    assert len(set(codes)) == len(codes)


def test_the_table_is_sorted_by_status() -> None:
    statuses = [kind.status for kind in PROBLEMS]
    assert statuses == sorted(statuses)


@pytest.mark.parametrize("kind", ANSWERS)
def test_api_gateways_own_responses_are_documented_problems(kind: str) -> None:
    answered = answer(ANSWERS[kind])
    problem: dict[str, Any] = json.loads(str(answered.body))
    assert type(ANSWERS[kind]) in PROBLEMS
    assert answered.status_code == problem["status"]
    assert answered.headers["Content-Type"] == "application/problem+json"
    # Gateway templates interpret a dollar, and its header mappings an apostrophe.
    assert "$" not in str(answered.body)
    assert "'" not in "".join(map(str, answered.headers.values()))
