"""`PATCH /images/{id}` and the images' entity tags, through Chalice's own test client."""

import json
from collections.abc import Iterator
from types import ModuleType

import pytest
from chalice.test import Client, HTTPResponse
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.errors import MAX_BODY_BYTES
from chalicelib.web.entity_tags import entity_tag, revisions_of
from tests.builders import ULID, put
from tests.pictures import jpeg

UPLOAD = {"filename": "cat.jpg", "content_type": "image/jpeg", "size": 1000}
POINT = {"x": 0.3, "y": 0.4}


@pytest.fixture
def client(application: ModuleType) -> Iterator[Client]:
    with Client(application.app, stage_name="none") as client:
        yield client


@pytest.fixture
def ready(application: ModuleType, client: Client) -> str:
    """The id of a ready image."""
    put(application.wiring, jpeg(), "a/cat.jpg")
    body = json.dumps({"bucket": "test-uploads", "key": "a/cat.jpg"}).encode()
    headers = {"Content-Type": "application/json"}
    return str(client.http.post("/images", body=body, headers=headers).json_body["id"])


def patch(client: Client, image_id: str, body: object, **headers: str) -> HTTPResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json"} | headers
    return client.http.patch(f"/images/{image_id}", body=raw, headers=sent)


def tag_of(client: Client, image_id: str) -> str:
    return str(client.http.get(f"/images/{image_id}").headers["ETag"])


def test_a_change_returns_the_image_with_it(client: Client, ready: str) -> None:
    body = {"filename": "Door.jpg", "alt": {"en": "A red door"}, "tags": ["door", "red"]}
    answer = patch(client, ready, body)
    assert answer.status_code == 200
    assert {name: answer.json_body[name] for name in body} == body


def test_a_changed_image_is_shown_and_listed_with_its_texts(client: Client, ready: str) -> None:
    changed = patch(client, ready, {"alt": {"de": "Tür", "en": "Door"}, "tags": ["red"]}).json_body
    assert client.http.get(f"/images/{ready}").json_body == changed
    (listed,) = client.http.get("/images").json_body["images"]
    assert (list(listed["alt"].items()), listed["tags"]) == (
        [("de", "Tür"), ("en", "Door")],
        ["red"],
    )


def test_the_markup_has_the_first_alternative_text(client: Client, ready: str) -> None:
    markup = patch(client, ready, {"alt": {"de": "Tür", "en": "Door"}}).json_body["markup"]
    assert ' lang="de" alt="Tür"' in markup


def test_a_change_is_one_line_of_the_history(client: Client, ready: str) -> None:
    history = patch(client, ready, {"alt": {"en": "Secret"}, "tags": ["a"]}).json_body["history"]
    assert [(line["event"], line.get("detail")) for line in history[2:]] == [
        ("changed", "alt text (en), tags")
    ]


@pytest.mark.parametrize(
    "kind",
    ["application/json", "application/merge-patch+json", "application/json; charset=utf-8"],
)
def test_a_merge_patch_may_have_either_media_type(client: Client, ready: str, kind: str) -> None:
    assert patch(client, ready, {"tags": ["a"]}, **{"Content-Type": kind}).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/json-patch+json", "image/png"])
def test_a_patch_of_another_media_type_is_refused(client: Client, ready: str, kind: str) -> None:
    answer = patch(client, ready, {"tags": ["a"]}, **{"Content-Type": kind})
    assert (answer.status_code, answer.json_body["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("body", "status", "code", "text"),
    [
        (b"", 400, "malformed_body", "JSON"),
        (b"{", 400, "malformed_body", "JSON"),
        (b'{"alt": {"en": "\\ud800"}}', 400, "malformed_body", "JSON"),
        (b" " * (MAX_BODY_BYTES + 1), 413, "body_too_large", "65,536"),
        ({}, 422, "invalid_request", "at least one of filename, alt, tags, visib"),
        ({"visible": True}, 422, "invalid_request", "visible"),
        ({"__proto__": {}}, 422, "invalid_request", "__proto__"),
        ({"id": ULID}, 422, "invalid_request", "id"),
        ({"filename": None}, 422, "invalid_request", "filename: "),
        ({"alt": {"__proto__": "x"}}, 422, "invalid_request", "such as en or pt-BR."),
        ({"alt": {"e": "x"}}, 422, "invalid_request", "alt: "),
        ({"alt": {"en": "a\x00b"}}, 422, "invalid_request", "alt: Control"),
        ({"alt": {"en": ["x"]}}, 422, "invalid_request", "alt[...]: "),
        ({"alt": {f"en-x-{n}": "x" for n in range(21)}}, 422, "invalid_request", "20 languages"),
        ({"tags": ["a\x00b"]}, 422, "invalid_request", "tags: Control"),
        ({"tags": ["\u202egpj"]}, 422, "invalid_request", "bidirectional"),
        ({"tags": {"0": "a"}}, 422, "invalid_request", "tags: "),
        ({"focal_point": {"x": 2, "y": 0}}, 422, "invalid_request", "focal_point.x: "),
    ],
)
def test_an_invalid_patch_is_a_problem_that_names_the_field(
    client: Client, ready: str, body: object, status: int, code: str, text: str
) -> None:
    before = client.http.get(f"/images/{ready}").json_body
    answer = patch(client, ready, body)
    assert (answer.status_code, answer.json_body["code"]) == (status, code)
    assert text in answer.json_body["detail"]
    assert client.http.get(f"/images/{ready}").json_body == before


@pytest.mark.parametrize("image_id", [ULID, "unknown", ULID.lower()])
def test_an_unknown_image_cannot_be_changed(client: Client, image_id: str) -> None:
    assert patch(client, image_id, {"tags": ["a"]}).status_code == 404


def test_a_pending_image_cannot_be_changed(client: Client) -> None:
    body = json.dumps(UPLOAD).encode()
    ticket = client.http.post("/uploads", body=body, headers={"Content-Type": "application/json"})
    answer = patch(client, ticket.json_body["image_id"], {"tags": ["a"]})
    assert (answer.status_code, answer.json_body["code"]) == (409, "conflict")


def test_a_deleted_image_cannot_be_changed(client: Client, ready: str) -> None:
    client.http.delete(f"/images/{ready}")
    answer = patch(client, ready, {"tags": ["a"]})
    assert (answer.status_code, answer.json_body["code"]) == (409, "conflict")


def test_a_deleted_image_has_none_of_its_texts(client: Client, ready: str) -> None:
    patch(client, ready, {"alt": {"en": "Ann"}, "tags": ["Ann"]})
    client.http.delete(f"/images/{ready}")
    shown = client.http.get(f"/images/{ready}")
    assert (shown.json_body["alt"], shown.json_body["tags"]) == ({}, [])
    assert b"Ann" not in shown.body


def test_a_new_focal_point_is_queued_like_a_request_to_reprocess(
    application: ModuleType, client: Client, ready: str
) -> None:
    assert patch(client, ready, {"focal_point": POINT}).json_body["focal_point"] == POINT
    assert application.wiring.work.bodies == [f'{{"image_id":"{ready}"}}']


def test_the_same_focal_point_queues_nothing(
    application: ModuleType, client: Client, ready: str
) -> None:
    patch(client, ready, {"focal_point": POINT})
    patch(client, ready, {"focal_point": POINT})
    assert len(application.wiring.work.bodies) == 1


def test_texts_queue_nothing(application: ModuleType, client: Client, ready: str) -> None:
    patch(client, ready, {"filename": "b.jpg", "alt": {"en": "b"}, "tags": ["b"]})
    assert application.wiring.work.bodies == []


def test_the_image_and_a_change_of_it_have_the_same_entity_tag(client: Client, ready: str) -> None:
    changed = patch(client, ready, {"tags": ["a"]})
    assert changed.headers["ETag"] == tag_of(client, ready)


def test_a_change_has_another_entity_tag(client: Client, ready: str) -> None:
    before = tag_of(client, ready)
    assert patch(client, ready, {"tags": ["a"]}).headers["ETag"] != before


def test_a_patch_that_changes_nothing_keeps_the_entity_tag(client: Client, ready: str) -> None:
    before = patch(client, ready, {"tags": ["a"]}).headers["ETag"]
    assert patch(client, ready, {"tags": ["a"]}).headers["ETag"] == before


@pytest.mark.parametrize("form", ["{}", " {} ", '"999", {}', "{},", "*", " * "])
def test_a_change_with_the_present_entity_tag_is_made(
    client: Client, ready: str, form: str
) -> None:
    condition = form.format(tag_of(client, ready))
    assert patch(client, ready, {"tags": ["a"]}, **{"If-Match": condition}).status_code == 200


@pytest.mark.parametrize("condition", ['"1"', 'W/"2"', "2", '"2', '"02"', "", '"x", "y"', '""'])
def test_a_change_with_another_entity_tag_is_refused(
    client: Client, ready: str, condition: str
) -> None:
    assert tag_of(client, ready) == '"2"'
    answer = patch(client, ready, {"tags": ["a"]}, **{"If-Match": condition})
    assert (answer.status_code, answer.json_body["code"]) == (412, "precondition_failed")
    assert tag_of(client, ready) == '"2"'


def test_a_conditional_change_may_be_repeated(client: Client, ready: str) -> None:
    condition = {"If-Match": tag_of(client, ready)}
    answers = [patch(client, ready, {"tags": ["a"]}, **condition) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]


def test_an_unknown_image_is_not_found_whatever_the_condition(client: Client) -> None:
    assert patch(client, ULID, {"tags": ["a"]}, **{"If-Match": '"1"'}).status_code == 404


@given(st.integers(1, 10**15 - 1))
def test_an_entity_tag_allows_its_own_revision_only(revision: int) -> None:
    assert revisions_of(entity_tag(revision)) == {revision}


@given(st.text())
def test_any_other_condition_allows_no_revision_or_named_ones(header: str) -> None:
    assert revisions_of(header) is None or all(str(n) in header for n in revisions_of(header) or ())


def test_a_page_of_an_allowed_origin_may_send_and_read_entity_tags(
    client: Client, ready: str
) -> None:
    origin = {"Origin": "https://shop.example"}
    preflight = client.http.options(f"/images/{ready}", headers=origin).headers
    assert "PATCH" in preflight["Access-Control-Allow-Methods"]
    assert "If-Match" in preflight["Access-Control-Allow-Headers"]
    shown = client.http.get(f"/images/{ready}", headers=origin).headers
    assert "ETag" in shown["Access-Control-Expose-Headers"]


def test_new_focal_points_count_as_requests_to_process(
    application: ModuleType, client: Client, ready: str
) -> None:
    wiring = application.wiring
    wiring.settings = replace(wiring.settings, processings_per_minute=1)
    wiring.__dict__.pop("library", None)
    assert patch(client, ready, {"focal_point": POINT}).status_code == 200
    answer = patch(client, ready, {"focal_point": {"x": 0, "y": 0}, "tags": ["a"]})
    assert (answer.status_code, answer.json_body["code"]) == (429, "limit_reached")
    assert client.http.get(f"/images/{ready}").json_body["tags"] == []


def test_texts_count_for_no_limit(application: ModuleType, client: Client, ready: str) -> None:
    wiring = application.wiring
    wiring.settings = replace(wiring.settings, processings_per_minute=1)
    wiring.__dict__.pop("library", None)
    answers = [patch(client, ready, {"tags": [str(number)]}) for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
