"""Attempts to access another owner's pictures."""

import pytest

from chalicelib.auth.callers import Scope
from chalicelib.model import keys
from tests.auth.harness import PICTURE, UPLOAD, Harness
from tests.builders import put, s3_record
from tests.pictures import jpeg

ADMIN = frozenset({Scope.ADMIN})
OTHERS = [
    ("GET", "/images/{id}", None),
    ("PATCH", "/images/{id}", {"alt": {"en": "A red door"}}),
    ("PATCH", "/images/{id}", {"focal_point": {"x": 0, "y": 0}}),
    ("DELETE", "/images/{id}", None),
    ("POST", "/images/{id}/reprocess", None),
    ("POST", "/images/{id}/reprocess", {"focal_point": {"x": 0, "y": 0}}),
    ("PATCH", "/images/{id}", {"visibility": "private"}),
    ("GET", "/images/{id}/original", None),
    ("POST", "/images/{id}/share", None),
    ("GET", "/images/{id}/share", None),
    ("DELETE", "/images/{id}/share/aaaabbbbccccdddd", None),
    ("POST", "/images", {"bucket": "test-uploads", "key": "{key}"}),
]
# Each is a distinct owner; none may get another's folder.
SUBJECTS = [
    "ann",
    "Ann",
    "ann@example.com",
    "auth0|abc",
    "auth0~7cabc",
    "a/b",
    "a",
    "..",
    ".",
    "../ann",
    "~2e.",
    "ann ",
    "ann#bob",
    "änn",
    "a\u0308nn",
    "李",
    "😀",
    "%2e%2e",
    "everyone2",
    "a" * 255,
]


# Of an upload in parts that has begun.
PARTS_OF_OTHERS = [
    ("GET", "/uploads/{id}/parts", None),
    ("POST", "/uploads/{id}/parts", {"parts": [{"number": 1, "sha256": "ab" * 32}]}),
    ("POST", "/uploads/{id}/complete", {"parts": ["ab" * 32]}),
    ("DELETE", "/uploads/{id}", None),
]


def filled(body: object, image: dict[str, str]) -> object:
    if not isinstance(body, dict) or "key" not in body:
        return body
    return body | {"key": image["original_file"]}


@pytest.mark.parametrize(("method", "path", "body"), OTHERS)
def test_anothers_image_is_not_found(
    harness: Harness, method: str, path: str, body: object
) -> None:
    image = harness.picture(harness.token("ann"))
    before = harness.wiring.images.get(image["id"])
    bob = harness.token("bob")
    answer = harness.request(method, path.format(**image), bob, filled(body, image))
    unknown = harness.request("GET", f"/images/{keys.derived_image_id('b', 'k')}", bob)
    assert (answer.status_code, answer.json_body["code"]) == (404, "not_found")
    assert set(answer.headers) == set(unknown.headers)
    assert harness.wiring.images.get(image["id"]) == before
    assert harness.wiring.work.bodies == []


@pytest.mark.parametrize(("method", "path", "body"), PARTS_OF_OTHERS)
def test_anothers_upload_in_parts_is_not_found(
    harness: Harness, method: str, path: str, body: object
) -> None:
    order = UPLOAD | {"multipart": True}
    ticket = harness.request("POST", "/uploads", harness.token("ann"), order).json_body
    before = harness.wiring.images.get(ticket["image_id"])
    path = path.format(id=ticket["image_id"])
    answer = harness.request(method, path, harness.token("bob"), body)
    assert (answer.status_code, answer.json_body["code"]) == (404, "not_found")
    assert harness.wiring.images.get(ticket["image_id"]) == before
    assert harness.wiring.multipart_store.parts(before.original_file, before.ticket.upload_id) == []


def test_anothers_images_are_not_listed(harness: Harness) -> None:
    harness.picture(harness.token("ann"))
    assert harness.request("GET", "/images", harness.token("bob")).json_body["images"] == []


def test_anothers_list_is_for_admins(harness: Harness) -> None:
    image = harness.picture(harness.token("ann"))
    refusal = harness.request("GET", "/images?owner=ann", harness.token("bob"))
    assert (refusal.status_code, refusal.json_body["code"]) == (403, "lacking_scope")
    listed = harness.request("GET", "/images?owner=ann", harness.token("root", ADMIN)).json_body[
        "images"
    ]
    assert [shown["id"] for shown in listed] == [image["id"]]


def test_ones_own_list_may_be_named(harness: Harness) -> None:
    ann = harness.token("ann")
    assert harness.request("GET", "/images?owner=ann", ann).status_code == 200


def test_anothers_bytes_are_no_duplicate(harness: Harness) -> None:
    image = harness.picture(harness.token("ann"))
    order = UPLOAD | {"sha256": image["sha256"]}
    assert harness.request("POST", "/uploads", harness.token("bob"), order).status_code == 201
    again = harness.request("POST", "/uploads", harness.token("ann"), order)
    assert again.json_body["duplicate_of"] == image["id"]


@pytest.mark.parametrize("scopes", [ADMIN, ADMIN | {Scope.READ}])
def test_an_admin_may_access_everybodys_images(harness: Harness, scopes: frozenset[Scope]) -> None:
    image = harness.picture(harness.token("ann"))
    root = harness.token("root", scopes)
    body = {"bucket": "test-uploads", "key": image["original_file"]}
    assert harness.request("GET", f"/images/{image['id']}", root).status_code == 200
    assert harness.request("POST", "/images", root, body).status_code == 200
    assert harness.request("POST", f"/images/{image['id']}/reprocess", root).status_code == 202
    assert harness.request("DELETE", f"/images/{image['id']}", root).json_body["verified"] is True


def forged(image: dict[str, str]) -> dict[str, str]:
    """Keys that somebody with write access to the bucket may try, by what they claim."""
    other = keys.derived_image_id("test-uploads", "forged")
    return {
        "ann's folder, an id of nobody's": f"uploads/ann/{other}/cat.jpg",
        "ann's folder, her image's id": f"uploads/ann/{image['id']}/dog.jpg",
        "bob's folder, the id of ann's image": f"uploads/bob/{image['id']}/cat.jpg",
        "everyone's folder, the id of ann's image": f"uploads/everyone/{image['id']}/cat.jpg",
        "no folder": "cat.jpg",
    }


@pytest.mark.parametrize("claim", forged({"id": ""}))
def test_an_object_under_a_forged_key_belongs_to_everyone(harness: Harness, claim: str) -> None:
    ann = harness.token("ann")
    image = harness.picture(ann)
    key = forged(image)[claim]
    put(harness.wiring, jpeg(30, 30, seed=9), key)
    harness.application.process_upload({"Records": [s3_record(key)]}, None)
    assert (
        harness.request("GET", f"/images/{image['id']}", ann).json_body["sha256"] == image["sha256"]
    )
    for subject in ("ann", "bob"):
        listed = harness.request("GET", "/images", harness.token(subject)).json_body["images"]
        assert key not in [shown["original_file"] for shown in listed]
    found = harness.request("GET", "/images?owner=everyone", harness.token("root", ADMIN)).json_body
    assert [shown["original_file"] for shown in found["images"]] == [key]


def test_an_object_without_an_image_is_processed_for_admins_alone(harness: Harness) -> None:
    key = f"uploads/ann/{keys.derived_image_id('b', 'k')}/cat.jpg"
    put(harness.wiring, PICTURE, key)
    body = {"bucket": "test-uploads", "key": key}
    for subject in ("ann", "bob"):
        assert harness.request("POST", "/images", harness.token(subject), body).status_code == 404
    answer = harness.request("POST", "/images", harness.token("root", ADMIN), body)
    assert (answer.status_code, answer.json_body["owner"]) == (200, "everyone")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_any_subject_has_images_of_its_own(harness: Harness, subject: str) -> None:
    token = harness.token(subject)
    image = harness.picture(token)
    assert image["owner"] == subject
    listed = harness.request("GET", "/images", token).json_body["images"]
    assert [shown["id"] for shown in listed] == [image["id"]]


def test_no_two_subjects_share_a_folder_and_none_escapes_its_own() -> None:
    made = [keys.upload_key(subject, "I", "a.jpg").split("/") for subject in SUBJECTS]
    assert {len(parts) for parts in made} == {4}
    folders = [parts[1] for parts in made]
    assert len(set(folders)) == len(SUBJECTS)
    assert not {".", "..", ""} & set(folders)
