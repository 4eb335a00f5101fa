"""One contract for every ImageTable's outbox: a dictionary, DynamoDB Local, and `make run`'s."""

from datetime import timedelta

import pytest

from chalicelib.errors import RecordChanged
from chalicelib.keys import derived_image_id
from chalicelib.notices import Notice
from chalicelib.ports import ImageTable
from chalicelib.records import Event, Image, Status
from tests.builders import NOON, image
from tests.telling.builders import notice

LATER = NOON + timedelta(hours=1)


@pytest.fixture(params=["memory", "dynamodb"])
def table(request: pytest.FixtureRequest) -> ImageTable:
    found: ImageTable = request.getfixturevalue(f"{request.param}_table")
    return found


def put(table: ImageTable, told: Notice, **changes: object) -> Image:
    made = image(id=told.image_id, status=Status.READY, **changes)
    return table.put(made, Event(at=told.at, event="ready"), told)


def untold(table: ImageTable, seconds: float = 3600) -> list[Notice]:
    before = NOON + timedelta(seconds=seconds)
    return [notice for page in table.untold(before) for notice in page]


def test_a_notice_is_kept_as_it_was_written_with_its_record(table: ImageTable) -> None:
    put(table, notice())
    assert untold(table) == [notice()]


def test_nothing_is_kept_for_a_write_that_tells_nothing(table: ImageTable) -> None:
    table.put(image(), Event(at=NOON, event="ticket"))
    assert untold(table) == []


def test_nothing_is_kept_of_a_write_that_is_refused(table: ImageTable) -> None:
    with pytest.raises(RecordChanged):
        put(table, notice(8), revision=7)
    assert untold(table) == []


def test_what_was_told_is_forgotten(table: ImageTable) -> None:
    written = put(table, notice(1))
    put(table, notice(2, seconds=1), revision=written.revision)
    table.told([notice(1)])
    assert untold(table) == [notice(2, seconds=1)]


def test_forgetting_twice_is_no_error(table: ImageTable) -> None:
    put(table, notice())
    table.told([notice()])
    table.told([notice()])
    assert untold(table) == []


def test_only_what_is_old_enough_is_found(table: ImageTable) -> None:
    put(table, notice(seconds=60))
    assert (untold(table, seconds=59), untold(table, seconds=61)) == ([], [notice(seconds=60)])


def test_the_notices_of_an_image_come_in_order(table: ImageTable) -> None:
    revision = 0
    for number in range(12):
        revision = put(table, notice(number + 1, seconds=number), revision=revision).revision
    assert [one.revision for one in untold(table)] == list(range(1, 13))


def test_the_notices_of_many_images_are_all_found_at_most_ten_at_a_time(table: ImageTable) -> None:
    ids = {derived_image_id("b", str(number)) for number in range(60)}
    for image_id in ids:
        put(table, notice(image_id=image_id))
    pages = list(table.untold(LATER))
    assert {one.image_id for page in pages for one in page} == ids
    assert all(1 <= len(page) <= 10 for page in pages)


def test_no_image_is_seen_where_notices_are(table: ImageTable) -> None:
    put(table, notice())
    (shown,) = table.newest("everyone", None, 9, None).images
    assert shown.id == notice().image_id
    assert table.history(shown.id) == (Event(at=NOON, event="ready"),)
