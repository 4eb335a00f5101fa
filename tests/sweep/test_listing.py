"""Checking by listings which objects exist."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ports.objects import ListedObject
from chalicelib.sweep.listing import listed_keys
from tests.fakes.objects import MemoryObjects, StoredFile

BUCKET = "bucket"
NAMES = st.text(st.sampled_from("ab/.-é\U0001f4f7"), min_size=1, max_size=4)


class Counted(MemoryObjects):
    """A bucket of empty objects that counts its listings."""

    def __init__(self, keys: set[str]) -> None:
        super().__init__()
        empty = StoredFile(b"", "", "", datetime.now(UTC))
        self.kept = {(BUCKET, key): empty for key in keys}
        self.listings = 0

    def page(self, bucket: str, after: str, limit: int) -> list[ListedObject]:
        self.listings += 1
        return super().page(bucket, after, limit)


def numbered(start: int, end: int) -> set[str]:
    return {f"image-{number:06d}/manifest.json" for number in range(start, end)}


@given(present=st.sets(NAMES, max_size=40), wanted=st.sets(NAMES, max_size=40))
def test_only_keys_that_exist_and_were_wanted_are_found(
    present: set[str], wanted: set[str]
) -> None:
    assert listed_keys(Counted(present), BUCKET, wanted) <= present & wanted


@given(present=st.sets(NAMES, min_size=13, max_size=40))
def test_all_keys_are_found_in_a_small_bucket(present: set[str]) -> None:
    assert listed_keys(Counted(present), BUCKET, present) == present


def test_a_thousand_adjacent_keys_are_found_in_two_listings() -> None:
    objects = Counted(numbered(0, 5000))
    assert listed_keys(objects, BUCKET, numbered(2500, 3500)) == numbered(2500, 3500)
    assert objects.listings <= 2


def test_keys_that_are_far_apart_cost_one_listing() -> None:
    objects = Counted(numbered(0, 20_000))
    listed_keys(
        objects, BUCKET, {f"image-{number:06d}/manifest.json" for number in range(0, 20_000, 500)}
    )
    assert objects.listings == 1


def test_a_few_keys_are_not_worth_a_listing() -> None:
    objects = Counted(numbered(0, 100))
    assert listed_keys(objects, BUCKET, numbered(0, 12)) == set()
    assert objects.listings == 0


def test_a_listing_begins_at_the_first_wanted_key() -> None:
    before = {f"imported/{number:05d}" for number in range(5000)}
    wanted = {f"imported/9{letter}" for letter in "abcdefghijklmn"} | {"imported/9"}
    objects = Counted(before | wanted)
    assert listed_keys(objects, BUCKET, wanted) == wanted
    assert objects.listings == 1
