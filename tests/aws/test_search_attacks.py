"""Searches that look for what is somebody else's, over a real table."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.auth.callers import ANONYMOUS, Caller, Scope
from chalicelib.aws import items, rows, search_entries
from chalicelib.errors import InsufficientScope, InvalidRequest
from chalicelib.library import Library
from chalicelib.model.image import Event, Image, Status, Visibility
from chalicelib.model.keys import derived_image_id
from chalicelib.model.search import Order, Query
from tests.aws.stores import DynamoTable
from tests.builders import NOON, caller, image

OWNERS = ("ann", "bob", "an", "ann#", "ann#i", "#", "search#ann#i")  # as some keys would contain
QUERIES = (
    Query(words=("img",)),
    Query(words=("secret",)),
    Query(tags=("diary",)),
    Query(tags=("diary",), order=Order.BYTES),
    Query(visibility=Visibility.PRIVATE),
    Query(visibility=Visibility.PRIVATE, words=("img",), tags=("diary",)),
    Query(status=Status.FAILED),
    Query(status=Status.PENDING, words=("img",)),
    Query(created_from=NOON),
    *(Query(order=order) for order in Order),
)


@pytest.fixture
def library(application: ModuleType, dynamodb_table: DynamoTable) -> Library:
    """The library over a real table, with three images of each owner."""
    wiring = application.wiring
    wiring.images = wiring.index = dynamodb_table
    for place, owner in enumerate(OWNERS):
        for number in range(3):
            dynamodb_table.put(owned(owner, 10 * place + number), Event(at=NOON, event="ready"))
    library: Library = wiring.library
    return library


def owned(owner: str, number: int, **changes: Any) -> Image:
    at = NOON + timedelta(minutes=number)
    fields = {"id": derived_image_id("b", str(number)), "filename": f"IMG_{number}.jpg"}
    fields |= {"owner": owner, "created_at": at, "updated_at": at, "bytes": number}
    fields |= {"status": (Status.READY, Status.FAILED, Status.PENDING)[number % 3]}
    fields |= {"alt": {"en": "A secret"}, "tags": ("diary",), "visibility": Visibility.PRIVATE}
    return image(**(fields | changes))


def pages(library: Library, who: Caller, query: Query, owner: str | None = None) -> Iterator[Any]:
    """All pages, of one image each."""
    cursor = None
    while True:
        page = library.list(who, owner, query, 1, cursor)
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_no_search_finds_another_owners_image(library: Library, query: Query) -> None:
    for owner in OWNERS:
        found = [image for page in pages(library, caller(owner), query) for image in page.images]
        assert found
        assert {image.owner for image in found} == {owner}


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_nobody_but_an_admin_searches_another_owners_images(library: Library, query: Query) -> None:
    with pytest.raises(InsufficientScope):
        library.list(caller("bob"), "ann", query, 9, None)
    admin = replace(ANONYMOUS, owner="root", scopes=frozenset({Scope.ADMIN}))
    found = [i for page in pages(library, admin, query, "ann") for i in page.images]
    assert {image.owner for image in found} == {"ann"}


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_no_cursor_is_good_for_another_owner_or_search(library: Library, query: Query) -> None:
    cursors = [page.next_cursor for page in pages(library, caller("ann"), query)][:-1]
    for cursor in cursors:
        with pytest.raises(InvalidRequest, match="not issued for this list"):
            library.list(caller("bob"), None, query, 9, cursor)
        for other in QUERIES:
            if other != query:
                with pytest.raises(InvalidRequest):
                    library.list(caller("ann"), None, other, 9, cursor)


def test_no_cursor_can_be_made_or_changed(library: Library) -> None:
    query = Query(words=("img",))
    cursor = library.list(caller("ann"), None, query, 1, None).next_cursor
    assert cursor
    place, _, signature = cursor.rpartition(".")
    key = json.loads(base64.urlsafe_b64decode(place))
    other = base64.urlsafe_b64encode(json.dumps(key | {"id": "7" * 26}).encode()).decode()
    for forged in (f"{other}.{signature}", place, f"{place}.", f".{signature}", f"{cursor}0"):
        with pytest.raises(InvalidRequest, match="not issued for this list"):
            library.list(caller("ann"), None, query, 1, forged)


def test_an_entry_in_another_owners_index_shows_nothing(
    library: Library, dynamodb_table: DynamoTable
) -> None:
    theirs = owned("ann", 99, status=Status.READY, revision=1)
    rows.put(dynamodb_table._name, items.record_item(theirs))
    for row in search_entries.entries_of(replace(theirs, owner="bob")).values():
        rows.put(dynamodb_table._name, row)
    for query in QUERIES:
        found = [i.id for page in pages(library, caller("bob"), query) for i in page.images]
        assert theirs.id not in found
