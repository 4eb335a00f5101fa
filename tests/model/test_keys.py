"""Ids and object keys."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import keys
from tests.builders import ULID

NAMES = st.text(max_size=300)


@given(NAMES)
def test_a_safe_filename_has_only_safe_characters_and_is_never_empty(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,100}(\.[a-z0-9]{1,8})?", keys.safe_filename(name))


@given(NAMES)
def test_a_safe_filename_stays_under_a_hundred_characters(name: str) -> None:
    assert 1 <= len(keys.safe_filename(name)) <= 100


@given(NAMES)
def test_making_a_filename_safe_is_idempotent(name: str) -> None:
    once = keys.safe_filename(name)
    assert keys.safe_filename(once) == once


def test_a_filename_keeps_its_stem_and_extension() -> None:
    assert keys.safe_filename("../My Hólidays (3).JPEG") == "my-holidays-3.jpeg"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("写真.jpg", "file.jpg"),
        ("Фото.JPG", "file.jpg"),
        ("صورة 2.png", "2.png"),
        ("写真", "file"),
        ("🙂.写真", "file"),
        (".jpg", "jpg"),
    ],
)
def test_a_filename_without_ascii_letters_keeps_its_extension(name: str, safe: str) -> None:
    assert keys.safe_filename(name) == safe


@pytest.mark.parametrize("key", ["photos/", "a/b/", "photos_$folder$"])
def test_an_empty_object_named_like_a_folder_is_a_folder_marker(key: str) -> None:
    assert keys.is_folder_marker(key, 0)


@pytest.mark.parametrize(("key", "size"), [("photos/", 1), ("a.jpg", 0), ("a/b.jpg", 0)])
def test_any_other_object_is_not_a_folder_marker(key: str, size: int) -> None:
    assert not keys.is_folder_marker(key, size)


def test_ids_sort_by_time() -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    ids = [keys.new_image_id(now + timedelta(milliseconds=n)) for n in range(50)]
    assert ids == sorted(ids)


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_derived_id_is_stable_and_has_the_form_of_an_id(bucket: str, key: str) -> None:
    derived = keys.derived_image_id(bucket, key)
    assert keys.is_image_id(derived)
    assert derived == keys.derived_image_id(bucket, key)


def test_different_keys_have_different_derived_ids() -> None:
    assert len({keys.derived_image_id("b", f"{n}.jpg") for n in range(1000)}) == 1000


@given(NAMES)
def test_the_key_of_an_upload_contains_its_owner_and_id(name: str) -> None:
    image_id = keys.derived_image_id("b", "k")
    assert keys.ticketed(keys.upload_key("ann@x.example", image_id, name)) == (
        "ann@x.example",
        image_id,
    )


def test_a_key_of_another_form_is_not_a_tickets_upload() -> None:
    image_id = keys.derived_image_id("b", "k")
    for key in (
        "a.jpg",
        f"uploads/ann/{image_id}/",
        f"uploads/ann/{image_id}/a/b",
        "uploads/ann/x/y",
        f"uploads//ann/{image_id}/a.jpg",
        f"uploads/ann//{image_id}/a.jpg",
        f"/uploads/ann/{image_id}/a.jpg",
        f"uploads\\ann\\{image_id}\\a.jpg",
        f"uploads/ann/{image_id}/b\\..\\a.jpg",
        f"uploads/ann/{image_id}/a.jpg\n",
        f"uploads/ann/{image_id}/a\0.jpg",
        f"uploads/../{image_id}/a.jpg",
        f"uploads/./{image_id}/a.jpg",
    ):
        assert keys.ticketed(key) is None


@given(st.text(min_size=1, max_size=255), NAMES)
def test_no_key_of_an_upload_is_ambiguous(owner: str, name: str) -> None:
    key = keys.upload_key(owner, keys.derived_image_id("b", "k"), name)
    assert keys.ticketed(key) is not None
    assert not keys.is_ambiguous(key)


def test_the_key_of_a_rendition_changes_with_its_bytes() -> None:
    assert keys.rendition_key("I", b"1", "mobile", "webp") != keys.rendition_key(
        "I", b"2", "mobile", "webp"
    )


@given(st.binary(), st.from_regex(r"[a-z0-9][a-z0-9_-]{0,31}", fullmatch=True))
def test_the_key_of_a_rendition_is_recognized(content: bytes, variant: str) -> None:
    image_id = keys.derived_image_id("b", "k")
    assert keys.is_rendition_key(keys.rendition_key(image_id, content, variant, "webp"))


def test_the_key_of_a_manifest_is_not_a_renditions() -> None:
    assert not keys.is_rendition_key(keys.manifest_key(ULID))


def test_a_public_address_is_quoted() -> None:
    assert (
        keys.public_address("https://a.example/i/", "x y+z/ü")
        == "https://a.example/i/x%20y%2Bz/%C3%BC"
    )
