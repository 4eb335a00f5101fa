"""What the doctor reads in a real table."""

from typing import Any

import pytest

from chalicelib.aws import clients, items
from chalicelib.model.focal_point import SuggestedFocalPoint
from chalicelib.model.provenance import Provenance
from chalicelib.wiring import Wiring
from ops.doctor import table
from tests.maintenance.stores import put_image

COMPLETE: dict[str, Any] = {
    "provenance": Provenance(),
    "suggested_focal_point": SuggestedFocalPoint(x=0.4, y=0.3, source="saliency"),
}


def mark(wiring: Wiring) -> None:
    """Say that all images have search entries, as in a new table."""
    clients.dynamodb().put_item(TableName=wiring.settings.images_table, Item=items.all_indexed())


def test_both_indexes_are_active(wiring: Wiring) -> None:
    assert table.observe(wiring).indexes == dict.fromkeys(table.INDEXES, "ACTIVE")


def test_the_bookmark_of_the_search_entries_is_read(wiring: Wiring) -> None:
    before = table.observe(wiring).all_indexed
    mark(wiring)
    assert (before, table.observe(wiring).all_indexed) == (False, True)


def test_an_empty_table_has_no_records(wiring: Wiring) -> None:
    state = table.observe(wiring)
    assert (state.read, state.is_sample) == (0, False)


def test_images_by_older_rules_are_outdated(wiring: Wiring) -> None:
    rules = wiring.renderer.rules(put_image(wiring, "first.jpg", **COMPLETE))
    put_image(wiring, "present.jpg", rules=rules, **COMPLETE)
    state = table.observe(wiring)
    assert (state.read, state.outdated) == (2, 1)


def test_a_record_that_cannot_be_decoded_is_named(wiring: Wiring) -> None:
    image = put_image(wiring, "later.jpg")
    clients.dynamodb().update_item(
        TableName=wiring.settings.images_table,
        Key=items.row_key(image.id, "image"),
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": "of a later version"}},
    )
    state = table.observe(wiring)
    assert (state.read, state.unreadable) == (0, [image.id])


def test_more_records_than_are_read_are_a_sample(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "_SAMPLE", 2)
    for number in range(3):
        put_image(wiring, f"{number}.jpg")
    state = table.observe(wiring)
    assert (state.read, state.is_sample) == (2, True)
