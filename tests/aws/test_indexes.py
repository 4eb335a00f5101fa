"""Indexes, which only a real table has: they hold keys and lag behind the table."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.aws import clients, items, table_keys
from chalicelib.aws.items import SHARDS
from chalicelib.model.image import UNFINISHED, Event, Image, Status
from chalicelib.model.keys import derived_image_id, ulid
from tests.aws.stores import DynamoTable
from tests.builders import NOON, image

NAME = "chalicelib.aws.index._MOST_QUERIES"
LATER = NOON + timedelta(hours=1)
TICKET = Event(at=NOON, event="ticket")


def numbered(number: int, status: Status = Status.PENDING) -> Image:
    at = NOON + timedelta(seconds=number)
    return image(id=derived_image_id("b", str(number)), status=status, created_at=at, updated_at=at)


def before_reading(do: Callable[[], object]) -> None:
    """Call `do` once, between the query of an index and the read of the records."""
    pending = [do]

    def run(**_: object) -> None:
        if pending:
            pending.pop()()

    clients.dynamodb().meta.events.register("before-call.dynamodb.BatchGetItem", run)


def begin(table: DynamoTable, made: Image) -> Callable[[], object]:
    """A function that moves the image to its next status."""
    begun = replace(made, status=Status.PROCESSING, updated_at=LATER)
    return lambda: table.put(begun, Event(at=LATER, event="processing"))


def ids(images: tuple[Image, ...]) -> list[str]:
    return [image.id for image in images]


@pytest.mark.parametrize("index", ["by_owner", "by_unfinished"])
def test_an_index_holds_keys_only(dynamodb_table: DynamoTable, index: str) -> None:
    table = clients.dynamodb().describe_table(TableName=dynamodb_table._name)["Table"]
    indexes = table["GlobalSecondaryIndexes"]
    projections = {entry["IndexName"]: entry["Projection"] for entry in indexes}
    assert projections[index] == {"ProjectionType": "KEYS_ONLY"}


def test_a_page_is_short_but_has_a_cursor_after_the_most_queries(
    dynamodb_table: DynamoTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NAME, 1)
    for number in range(5):
        status = Status.PENDING if number else Status.READY
        dynamodb_table.put(numbered(number, status), TICKET)
    sizes, cursor = [], None
    while True:
        page = dynamodb_table.newest("everyone", Status.READY, 1, cursor)
        sizes.append(len(page.images))
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sizes == [0, 0, 1]


def test_the_longest_page_takes_one_batch_of_records(
    dynamodb_table: DynamoTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("index", "rows"):
        monkeypatch.setattr(f"chalicelib.aws.{module}.LARGEST_BATCH", 2)
    batches: list[int] = []

    def count(params: dict[str, Any], **_: object) -> None:
        batches.append(
            len(json.loads(params["body"])["RequestItems"][dynamodb_table._name]["Keys"])
        )

    clients.dynamodb().meta.events.register("before-call.dynamodb.BatchGetItem", count)
    for number in range(5):
        dynamodb_table.put(numbered(number), TICKET)
    cursor, pages = None, 0
    while pages == 0 or cursor:
        cursor, pages = dynamodb_table.newest("everyone", None, 2, cursor).next_cursor, pages + 1
    assert batches == [2, 2, 1]


def test_a_record_deleted_after_the_query_is_left_out(dynamodb_table: DynamoTable) -> None:
    made = [dynamodb_table.put(numbered(number), TICKET) for number in range(3)]
    key = items.serialized({"id": made[1].id, "entry": "image"})
    before_reading(lambda: clients.dynamodb().delete_item(TableName=dynamodb_table._name, Key=key))
    page = dynamodb_table.newest("everyone", None, 3, None)
    assert (ids(page.images), page.next_cursor) == ([made[2].id, made[0].id], None)


def test_a_record_changed_after_the_query_is_left_out(
    dynamodb_table: DynamoTable,
) -> None:
    made = [dynamodb_table.put(numbered(number), TICKET) for number in range(3)]
    before_reading(begin(dynamodb_table, made[0]))
    found = dynamodb_table.unfinished(Status.PENDING, None, LATER, 3)
    assert ids(found) == [made[1].id, made[2].id]


def test_more_are_queried_if_some_have_changed(dynamodb_table: DynamoTable) -> None:
    made = [dynamodb_table.put(numbered(number), TICKET) for number in range(3)]
    before_reading(begin(dynamodb_table, made[0]))
    assert ids(dynamodb_table.unfinished(Status.PENDING, None, LATER, 1)) == [made[1].id]


def test_unfinished_images_under_all_keys_come_oldest_first(dynamodb_table: DynamoTable) -> None:
    made = [dynamodb_table.put(numbered(number), TICKET) for number in range(2 * SHARDS)]
    rows = clients.dynamodb().scan(TableName=dynamodb_table._name, IndexName="by_unfinished")
    assert len({row["unfinished"]["S"] for row in rows["Items"]}) > 1
    found: list[str] = []
    last = None
    while page := dynamodb_table.unfinished(Status.PENDING, last, LATER, 3):
        found += ids(page)
        last = page[-1].updated_at
    assert found == ids(tuple(made))


@pytest.mark.parametrize("status", sorted(UNFINISHED))
def test_images_are_spread_evenly_over_the_keys_of_a_status(status: Status) -> None:
    number = 400 * SHARDS
    rows = [items.record_item(image(id=ulid(NOON), status=status)) for _ in range(number)]
    counts = Counter(row["unfinished"]["S"] for row in rows)
    assert set(counts) == set(table_keys.unfinished_keys(status))
    assert max(counts.values()) < 1.3 * number / SHARDS
