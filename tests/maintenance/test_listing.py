"""Splitting a bucket into parts that are listed in parallel."""

from collections import Counter

import pytest

from chalicelib.wiring import Wiring
from ops.maintenance import bucket_listing
from ops.maintenance.bucket_listing import Part, cut, page
from tests.maintenance.stores import put

# `a` is both an object and a folder: SeaweedFS lists these in another order than S3.
BELOW = ["a", "a/1", "a/b/2", "a/b/3", "a-b/4", "a.jpg", "ä/5", "ä/6", "z/y/x/7", "z/y/x/8"]
NAMES = [f"shelf/{name}" for name in BELOW]


@pytest.fixture
def bucket(wiring: Wiring) -> str:
    put(wiring.settings.uploads_bucket, *NAMES)
    return wiring.settings.uploads_bucket


def listed(bucket: str, part: Part) -> list[str]:
    names, token = [], None
    while True:
        found, token = page(bucket, part, token)
        names += [item.key for item in found]
        if token is None:
            return names


@pytest.mark.parametrize("wanted", [1, 2, 4, 30])
def test_the_parts_contain_every_object_once(bucket: str, wanted: int) -> None:
    parts = cut(bucket, "shelf/", wanted)
    assert Counter(name for part in parts for name in listed(bucket, part)) == Counter(NAMES)


def test_a_bucket_is_split_at_its_common_prefixes(bucket: str) -> None:
    parts = cut(bucket, "shelf/", 4)
    assert {part.prefix for part in parts if part.deep} == {
        f"shelf/{folder}/" for folder in ("a", "a-b", "ä", "z")
    }


def test_a_level_with_one_common_prefix_is_split_below_it(bucket: str) -> None:
    assert {part.prefix for part in cut(bucket, "shelf/z", 4)} == {"shelf/z/y/x/"}


def test_the_parts_contain_only_objects_below_the_prefix(bucket: str) -> None:
    parts = cut(bucket, "shelf/a/b", 9)
    assert [name for part in parts for name in listed(bucket, part)] == NAMES[2:4]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_of_any_size_contain_every_object_once(
    bucket: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_listing, "_PAGE", size)
    assert sorted(listed(bucket, Part(""))) == sorted(NAMES)


def test_a_level_of_more_than_a_page_is_one_part(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_listing, "_PAGE", 3)
    assert cut(bucket, "shelf/", 9) == [Part("shelf/")]
