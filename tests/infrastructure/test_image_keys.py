"""The CloudFront Function, executed in Node with CloudFront's events."""

import json
import subprocess
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model import delivery, keys
from tests.addresses import PRIVATE, RENDITION
from tests.builders import ULID
from tests.edge_events import event
from tests.edge_requests import REQUESTS, TABLE, Request
from tests.infrastructure.distribution import KEYS, behavior
from tests.infrastructure.stacks import deployed
from tests.ops.test_edge import result as local_result

# Alphabets from which requests that nearly mean something are made
PATHS, QUERIES, ACCEPTS = "/hero.webp1%20", "whqsf=&012ab", "image/avifwebp;q=0., *"


def test_requests_get_their_keys_or_statuses() -> None:
    events = [event(r.path, r.query, r.accept) for r in REQUESTS]
    found = dict(zip(REQUESTS, map(result, handled(*events)), strict=True))
    assert found == {request: request.result for request in REQUESTS}


def test_what_is_not_published_is_not_found() -> None:
    others = ("/imagesque/x", f"/{RENDITION}", f"/x/../images/{ULID}/manifest.json")
    answers = handled(*(event(address) for address in (*PRIVATE, *others)))
    assert {result(answer) for answer in answers} == {404}


@given(st.lists(st.from_regex(keys.RENDITION_PATTERN, fullmatch=True), min_size=1))
@settings(max_examples=3)  # each starts Node
def test_every_key_that_the_application_makes_is_passed_on(made: list[str]) -> None:
    answers = handled(*(event(f"/images/{key}") for key in made))
    assert [result(answer) for answer in answers] == made


@given(st.lists(st.from_regex(delivery.PUBLISHED_PATTERN, fullmatch=True), min_size=1))
@settings(max_examples=3)
def test_every_published_key_is_passed_on(made: list[str]) -> None:
    answers = handled(*(event(f"/i/{key}") for key in made))
    assert [result(answer) for answer in answers] == made


@given(st.lists(st.from_regex(delivery.PUBLISHED_PATTERN, fullmatch=True), min_size=1))
@settings(max_examples=3)
def test_every_published_key_of_a_private_image_is_passed_on(made: list[str]) -> None:
    answers = handled(*(event(f"/private/i/{key}") for key in made))
    assert [result(answer) for answer in answers] == [f"private/{key}" for key in made]


@given(st.lists(st.tuples(st.text(PATHS), st.text(QUERIES), st.text(ACCEPTS)), min_size=50))
@settings(max_examples=5)
def test_any_request_gets_what_the_local_cdn_answers(sent: list[tuple[str, str, str]]) -> None:
    requests = [
        Request(f"{start}/i/{ULID}{path}", 0, accept, query)
        for start in ("", "/private")
        for path, query, accept in sent
    ]
    answers = handled(*(event(r.path, r.query, r.accept) for r in requests))
    assert [result(answer) for answer in answers] == [local_result(r) for r in requests]


def test_the_query_is_removed_and_the_rest_is_not_changed() -> None:
    sent = event(f"/images/{RENDITION}")
    [request] = handled(sent)
    expected = {**sent["request"], "uri": f"/{RENDITION}", "querystring": {}}
    assert request == expected


@pytest.mark.parametrize("path", ["/images/*", "/i/*", "/private/*"])
def test_it_runs_before_the_cache_lookup(path: str) -> None:
    # Otherwise a picture would be cached twice, by its address and by its key.
    assert behavior(deployed("delivery", KEYS), path)["FunctionAssociations"] == [
        {"EventType": "viewer-request", "FunctionARN": "<ImageKeys.FunctionMetadata.FunctionARN>"}
    ]


def test_it_has_at_most_10_kb_with_the_longest_table() -> None:
    # CloudFront's quota for a function.
    assert len(code("x" * 4_096).encode()) <= 10_240


def test_it_is_published_when_it_is_deployed() -> None:
    assert deployed("delivery").properties("ImageKeys")["AutoPublish"] is True


def result(answer: dict[str, Any]) -> str | int:
    """The key of the request that is passed on, or the status of the function's own response."""
    return int(answer["statusCode"]) if "statusCode" in answer else answer["uri"].lstrip("/")


def handled(*events: dict[str, Any]) -> list[dict[str, Any]]:
    """The requests or responses that the function returns for events."""
    table = msgspec.json.encode(TABLE).decode()
    calls = f"JSON.stringify({json.dumps(events)}.map(e => handler(e)))"
    script = f"{code(table)}\nconsole.log({calls});"
    run = subprocess.run(["node"], input=script, capture_output=True, text=True, check=True)
    return list(json.loads(run.stdout))


def code(table: str) -> str:
    return str(deployed("delivery", {"EdgeTable": table}).properties("ImageKeys")["FunctionCode"])
