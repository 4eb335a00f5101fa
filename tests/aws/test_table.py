"""One contract for the image records: a dictionary, and AWS's own DynamoDB Local."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.errors import InvalidRequest, Reason, RecordChanged
from chalicelib.model.focal_point import FocalPoint, SuggestedFocalPoint
from chalicelib.model.image import Event, Image, Placeholder, Rendition, Status
from chalicelib.model.keys import derived_image_id
from chalicelib.ports.images import ImageRepository
from tests.builders import NOON, image


@pytest.fixture(params=["memory", "dynamodb"])
def table(request: pytest.FixtureRequest) -> ImageRepository:
    found: ImageRepository = request.getfixturevalue(f"{request.param}_table")
    return found


def event(name: str = "ticket", seconds: int = 0) -> Event:
    return Event(at=NOON + timedelta(seconds=seconds), event=name)


def numbered(number: int, **changes: Any) -> Image:
    created = NOON + timedelta(seconds=number)
    image_id = derived_image_id("b", str(number))
    return image(id=image_id, created_at=created, updated_at=created, **changes)


def ready(number: int, **changes: Any) -> Image:
    return numbered(
        number,
        status=Status.READY,
        content_type="image/jpeg",
        width=4000,
        height=3000,
        bytes=4_500_000,
        sha256="ab" * 32,
        indexed_checksums=("ab" * 32,),
        milliseconds=281,
        cost_usd_estimate=0.000021,
        sequencer="0A",
        etag="e",
        focal_point=FocalPoint(x=0.1 + 0.2, y=1e-200),
        suggested_focal_point=SuggestedFocalPoint(x=0.4, y=1 / 3, source="saliency"),
        alt={"en": "A red door", "de": "Eine rote Tür"},
        tags=("red", "Door"),
        placeholder=Placeholder(color="#aabbcc", data_uri="data:,"),
        renditions=(
            Rendition(variant="m", format="webp", width=640, height=480, bytes=9, key="k"),
        ),
        **changes,
    )


def test_an_unknown_image_is_none(table: ImageRepository) -> None:
    assert table.get(image().id) is None
    assert table.history(image().id) == ()


@pytest.mark.parametrize("made", [numbered(1), ready(2), numbered(3, reason=Reason.EMPTY_FILE)])
def test_a_record_is_read_as_it_was_written(table: ImageRepository, made: Image) -> None:
    written = table.put(made, event())
    assert table.get(made.id) == written == replace(made, revision=1)


def test_alternative_texts_keep_their_order(table: ImageRepository) -> None:
    alt = {f"{letter}{letter}": letter for letter in "zaymbxncwodvpeuqft"}
    table.put(numbered(1, alt=alt), event())
    found = table.get(numbered(1).id)
    assert found is not None
    assert list(found.alt.items()) == list(alt.items())


def test_a_record_without_a_fraction_of_a_second_comes_back_equal(table: ImageRepository) -> None:
    made = numbered(1, expires_at=NOON.replace(microsecond=120))
    assert table.put(made, event()) == table.get(made.id)


def test_a_record_cannot_be_created_twice(table: ImageRepository) -> None:
    table.put(numbered(1), event())
    with pytest.raises(RecordChanged):
        table.put(numbered(1), event())


def test_a_write_over_an_outdated_revision_is_refused(table: ImageRepository) -> None:
    first = table.put(numbered(1), event())
    second = table.put(first, event("processing", 1))
    with pytest.raises(RecordChanged):
        table.put(first, event("ready", 2))
    assert table.get(first.id) == second


def test_a_refused_write_leaves_no_history(table: ImageRepository) -> None:
    first = table.put(numbered(1), event())
    with pytest.raises(RecordChanged):
        table.put(numbered(1), event("lost", 1))
    assert table.history(first.id) == (event(),)


def test_the_history_is_complete_and_in_order(table: ImageRepository) -> None:
    present = image(expires_at=NOON)
    lines = [event(name, n // 2) for n, name in enumerate(("ticket", "processing", "ready", "x"))]
    for line in lines:
        present = table.put(present, line)
    assert table.history(present.id) == tuple(lines)


def test_of_eight_racing_writers_exactly_one_wins(table: ImageRepository) -> None:
    present = table.put(numbered(1), event())

    def write(number: int) -> bool:
        try:
            table.put(replace(present, filename=str(number)), event("processing", number))
        except RecordChanged:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(write, range(8)))
    assert won.count(True) == 1
    assert len(table.history(present.id)) == 2


def test_a_list_is_newest_first(table: ImageRepository) -> None:
    for number in (2, 1, 3):
        table.put(numbered(number, filename=str(number)), event())
    page = table.newest("everyone", None, 10, None)
    assert [found.filename for found in page.images] == ["3", "2", "1"]
    assert page.next_cursor is None


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_follow_each_other_without_gap_or_repetition(
    table: ImageRepository, limit: int
) -> None:
    for number in range(7):
        table.put(numbered(number, filename=str(number)), event())
    found: list[str] = []
    cursor = None
    while True:
        page = table.newest("everyone", None, limit, cursor)
        assert len(page.images) <= limit
        found += [shown.filename for shown in page.images]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == ["6", "5", "4", "3", "2", "1", "0"]


def test_a_list_of_one_status_is_read_to_its_end(table: ImageRepository) -> None:
    for number in range(60):
        table.put(ready(number) if number % 29 == 0 else numbered(number), event())
    found: list[Image] = []
    cursor = None
    while True:
        page = table.newest("everyone", Status.READY, 2, cursor)
        found += page.images
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [shown.created_at.second for shown in found] == [58, 29, 0]


def test_a_list_holds_only_the_owners_images(table: ImageRepository) -> None:
    table.put(numbered(1, owner="ann"), event())
    assert table.newest("bob", None, 10, None).images == ()


@pytest.mark.parametrize("cursor", ["x", "====", "e30=", "bnVsbA==", "W10=", "ü"])
def test_an_invalid_cursor_is_refused(table: ImageRepository, cursor: str) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        table.newest("everyone", None, 10, cursor)


def test_a_ready_image_is_found_by_its_checksum(table: ImageRepository) -> None:
    written = table.put(ready(1), event())
    assert table.find_ready("everyone", "ab" * 32) == written


def test_another_owners_image_is_not_found_by_its_checksum(table: ImageRepository) -> None:
    table.put(ready(1), event())
    assert table.find_ready("bob", "ab" * 32) is None


def test_an_image_that_is_no_longer_ready_is_not_found(table: ImageRepository) -> None:
    written = table.put(ready(1), event())
    table.put(replace(written, status=Status.DELETED), event("deleted", 1))
    assert table.find_ready("everyone", "ab" * 32) is None


def test_many_records_are_read_at_once(table: ImageRepository) -> None:
    present = [table.put(numbered(number), event()) for number in range(130)]
    ids = [*(image.id for image in present), derived_image_id("b", "unknown")]
    assert table.get_many(ids) == {image.id: image for image in present}


def test_reading_no_ids_returns_no_records(table: ImageRepository) -> None:
    assert table.get_many([]) == {}


def test_unfinished_images_are_found_oldest_first(table: ImageRepository) -> None:
    made = [table.put(numbered(n, status=Status.PROCESSING), event()) for n in (3, 1, 2)]
    table.put(ready(0), event())
    found = table.unfinished(Status.PROCESSING, None, NOON + timedelta(seconds=9), 10)
    assert found == tuple(sorted(made, key=lambda image: image.updated_at))


def test_only_unfinished_images_written_in_the_interval_are_found(table: ImageRepository) -> None:
    made = [table.put(numbered(n, status=Status.FAILED), event()) for n in range(5)]
    found = table.unfinished(Status.FAILED, made[1].updated_at, made[3].updated_at, 10)
    assert found == (made[2], made[3])


def test_no_more_than_the_limit_are_found(table: ImageRepository) -> None:
    for number in range(3):
        table.put(numbered(number), event())
    assert len(table.unfinished(Status.PENDING, None, NOON + timedelta(seconds=9), 2)) == 2


@pytest.mark.parametrize("cleared_at", [None, NOON])
def test_a_tombstone_is_found_until_it_is_cleared(
    table: ImageRepository, cleared_at: datetime | None
) -> None:
    made = table.put(numbered(1, status=Status.DELETED, cleared_at=cleared_at), event())
    found = table.unfinished(Status.DELETED, None, NOON + timedelta(seconds=9), 10)
    assert found == (() if cleared_at else (made,))


def test_a_record_is_restored_with_its_history(table: ImageRepository) -> None:
    lines = (event("ticket", 0), event("ready", 1))
    restored = ready(1, revision=2)
    assert table.restore(restored, lines)
    assert (table.get(restored.id), table.history(restored.id)) == (restored, lines)
    assert table.find_ready(restored.owner, "ab" * 32) == restored


def test_an_existing_record_is_not_restored(table: ImageRepository) -> None:
    present = table.put(numbered(1), event())
    assert not table.restore(ready(1, revision=2), (event(),))
    assert table.get(present.id) == present


def test_a_restored_record_can_be_changed(table: ImageRepository) -> None:
    table.restore(ready(1, revision=1), (event("ready", 1),))
    present = table.get(ready(1).id)
    assert present is not None
    table.put(present, event("asked", 2))
    assert [line.event for line in table.history(present.id)] == ["ready", "asked"]


def test_a_removed_checksum_finds_no_image(table: ImageRepository) -> None:
    made = table.put(ready(1), event())
    tombstone = table.put(replace(made, status=Status.DELETED), event("deleted", 1))
    table.remove_checksums(tombstone, tombstone.indexed_checksums)
    assert table.find_ready(made.owner, "ab" * 32) is None


def test_a_removed_checksum_still_finds_another_image(table: ImageRepository) -> None:
    first = table.put(ready(1), event())
    second = table.put(ready(2), event())
    tombstone = table.put(replace(first, status=Status.DELETED), event("deleted", 1))
    table.remove_checksums(tombstone, tombstone.indexed_checksums)
    assert table.find_ready(second.owner, "ab" * 32) == second


def test_a_slow_writer_does_not_remove_a_checksum_that_a_later_revision_indexed(
    table: ImageRepository,
) -> None:
    outdated = table.put(ready(1), event())
    written = table.put(outdated, event("ready", 1))
    table.remove_checksums(outdated, outdated.indexed_checksums)
    assert table.find_ready(written.owner, "ab" * 32) == written


def test_removing_a_checksum_that_is_not_indexed_is_no_error(table: ImageRepository) -> None:
    table.remove_checksums(ready(1), ["ab" * 32])


def test_a_bookmark_is_empty_at_first_and_then_the_last_one_set(table: ImageRepository) -> None:
    assert table.bookmark("originals") == ""
    table.set_bookmark("originals", "a/b")
    table.set_bookmark("originals", "a/c")
    table.set_bookmark("renditions", "")
    assert (table.bookmark("originals"), table.bookmark("renditions")) == ("a/c", "")
