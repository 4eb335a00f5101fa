"""Images of earlier versions are indexed, and then searches use the index."""

import pytest
from msgspec.structs import replace

from chalicelib.model.search import ALL_INDEXED, VERSION
from chalicelib.sweep import indexing
from tests.sweep.conftest import Harness


@pytest.fixture(autouse=True)
def _earlier_table(harness: Harness) -> None:
    harness.wiring.bookmarks.set_bookmark(ALL_INDEXED, "")


def age(harness: Harness, image_id: str) -> None:
    """Make the record one of an earlier version."""
    records = harness.wiring.images._records
    records[image_id] = replace(records[image_id], unindexed=True)


def is_complete(harness: Harness) -> bool:
    return harness.wiring.bookmarks.bookmark(ALL_INDEXED) == str(VERSION)


def test_images_of_an_earlier_version_are_indexed(harness: Harness) -> None:
    ids = [harness.ready(f"photos/{number}.jpg").id for number in range(3)]
    for image_id in ids[:2]:
        age(harness, image_id)
    report = harness.sweep()
    assert (report.indexed, is_complete(harness)) == (2, True)
    assert not any(harness.image(image_id).unindexed for image_id in ids)


def test_an_indexed_image_has_no_further_event_or_revision(harness: Harness) -> None:
    before = harness.ready()
    age(harness, before.id)
    harness.sweep()
    assert harness.image(before.id) == before


def test_the_index_is_complete_after_a_scan_that_found_nothing(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_PAGE", 1)
    for number in range(3):
        age(harness, harness.ready(f"photos/{number}.jpg").id)
    index, times = harness.wiring.images.index, iter(range(100))

    def index_and_write(image: object) -> bool:
        if next(times) == 2:  # a function of the earlier version still writes
            age(harness, harness.ready("another.jpg").id)
        return bool(index(image))  # type: ignore[arg-type]

    harness.wiring.images.index = index_and_write  # type: ignore[method-assign]
    assert harness.sweep().indexed == 4
    assert is_complete(harness)


def test_a_scan_continues_where_its_time_was_up(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_PAGE", 1)
    for number in range(3):
        age(harness, harness.ready(f"photos/{number}.jpg").id)
    scan, report = indexing.IndexingScan(harness.wiring.sweeper._context), indexing.Report()
    left = iter([1, 0] * 20)
    ended = [scan.run(report, lambda: next(left)) for _ in range(9)]
    assert report.indexed == 3
    assert ended.index(True) == 7  # each page twice, and the empty one behind it


def test_a_complete_index_is_not_scanned_again(harness: Harness) -> None:
    harness.ready()
    assert harness.sweep().indexed == 0
    assert is_complete(harness)
    age(harness, harness.ready("later.jpg").id)
    assert harness.sweep().indexed == 0
