"""Attempts of one owner on another's pictures."""

import pytest

from chalicelib import keys
from chalicelib.access.callers import Scope
from tests.builders import put, s3_record
from tests.pictures import jpeg
from tests.security.house import PICTURE, UPLOAD, House

ADMIN = frozenset({Scope.ADMIN})
OTHERS = [
    ("GET", "/images/{id}", None),
    ("DELETE", "/images/{id}", None),
    ("POST", "/images/{id}/reprocess", None),
    ("POST", "/images/{id}/reprocess", {"focal_point": {"x": 0, "y": 0}}),
    ("POST", "/images", {"bucket": "test-uploads", "key": "{key}"}),
]
# Each is another owner than those before it; none may end up in another's place.
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


def filled(body: object, image: dict[str, str]) -> object:
    if not isinstance(body, dict) or "key" not in body:
        return body
    return body | {"key": image["original_file"]}


@pytest.mark.parametrize(("method", "path", "body"), OTHERS)
def test_anothers_image_is_not_found(house: House, method: str, path: str, body: object) -> None:
    image = house.picture(house.token("ann"))
    before = house.wiring.table.get(image["id"])
    bob = house.token("bob")
    answer = house.ask(method, path.format(**image), bob, filled(body, image))
    unknown = house.ask("GET", f"/images/{keys.derived_image_id('b', 'k')}", bob)
    assert (answer.status_code, answer.json_body["code"]) == (404, "not_found")
    assert set(answer.headers) == set(unknown.headers)
    assert house.wiring.table.get(image["id"]) == before
    assert house.wiring.work.bodies == []


def test_anothers_images_are_not_listed(house: House) -> None:
    house.picture(house.token("ann"))
    assert house.ask("GET", "/images", house.token("bob")).json_body["images"] == []


def test_anothers_list_is_for_admins(house: House) -> None:
    image = house.picture(house.token("ann"))
    refusal = house.ask("GET", "/images?owner=ann", house.token("bob"))
    assert (refusal.status_code, refusal.json_body["code"]) == (403, "lacking_scope")
    listed = house.ask("GET", "/images?owner=ann", house.token("root", ADMIN)).json_body["images"]
    assert [one["id"] for one in listed] == [image["id"]]


def test_ones_own_list_may_be_named(house: House) -> None:
    ann = house.token("ann")
    assert house.ask("GET", "/images?owner=ann", ann).status_code == 200


def test_anothers_bytes_are_no_duplicate(house: House) -> None:
    image = house.picture(house.token("ann"))
    order = UPLOAD | {"sha256": image["sha256"]}
    assert house.ask("POST", "/uploads", house.token("bob"), order).status_code == 201
    again = house.ask("POST", "/uploads", house.token("ann"), order)
    assert again.json_body["duplicate_of"] == image["id"]


@pytest.mark.parametrize("scopes", [ADMIN, ADMIN | {Scope.READ}])
def test_an_admin_handles_everybodys_images(house: House, scopes: frozenset[Scope]) -> None:
    image = house.picture(house.token("ann"))
    root = house.token("root", scopes)
    body = {"bucket": "test-uploads", "key": image["original_file"]}
    assert house.ask("GET", f"/images/{image['id']}", root).status_code == 200
    assert house.ask("POST", "/images", root, body).status_code == 200
    assert house.ask("POST", f"/images/{image['id']}/reprocess", root).status_code == 202
    assert house.ask("DELETE", f"/images/{image['id']}", root).json_body["verified"] is True


def forged(image: dict[str, str]) -> dict[str, str]:
    """Keys that somebody who may write into the bucket would try, by what they claim."""
    other = keys.derived_image_id("test-uploads", "forged")
    return {
        "ann's folder, an id of nobody's": f"uploads/ann/{other}/cat.jpg",
        "ann's folder, her image's id": f"uploads/ann/{image['id']}/dog.jpg",
        "bob's folder, the id of ann's image": f"uploads/bob/{image['id']}/cat.jpg",
        "everyone's folder, the id of ann's image": f"uploads/everyone/{image['id']}/cat.jpg",
        "no folder": "cat.jpg",
    }


@pytest.mark.parametrize("claim", forged({"id": ""}))
def test_an_object_under_a_forged_key_is_nobodys_but_everyones(house: House, claim: str) -> None:
    ann = house.token("ann")
    image = house.picture(ann)
    key = forged(image)[claim]
    put(house.wiring, jpeg(30, 30, seed=9), key)
    house.application.process_upload({"Records": [s3_record(key)]}, None)
    assert house.ask("GET", f"/images/{image['id']}", ann).json_body["sha256"] == image["sha256"]
    for subject in ("ann", "bob"):
        listed = house.ask("GET", "/images", house.token(subject)).json_body["images"]
        assert key not in [one["original_file"] for one in listed]
    found = house.ask("GET", "/images?owner=everyone", house.token("root", ADMIN)).json_body
    assert [one["original_file"] for one in found["images"]] == [key]


def test_an_object_without_an_image_is_processed_for_admins_alone(house: House) -> None:
    key = f"uploads/ann/{keys.derived_image_id('b', 'k')}/cat.jpg"
    put(house.wiring, PICTURE, key)
    body = {"bucket": "test-uploads", "key": key}
    for subject in ("ann", "bob"):
        assert house.ask("POST", "/images", house.token(subject), body).status_code == 404
    answer = house.ask("POST", "/images", house.token("root", ADMIN), body)
    assert (answer.status_code, answer.json_body["owner"]) == (200, "everyone")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_any_subject_has_images_of_its_own(house: House, subject: str) -> None:
    token = house.token(subject)
    image = house.picture(token)
    assert image["owner"] == subject
    listed = house.ask("GET", "/images", token).json_body["images"]
    assert [one["id"] for one in listed] == [image["id"]]


def test_no_two_subjects_share_a_folder_and_none_leaves_its_place() -> None:
    made = [keys.upload_key(subject, "I", "a.jpg").split("/") for subject in SUBJECTS]
    assert {len(parts) for parts in made} == {4}
    folders = [parts[1] for parts in made]
    assert len(set(folders)) == len(SUBJECTS)
    assert not {".", "..", ""} & set(folders)
