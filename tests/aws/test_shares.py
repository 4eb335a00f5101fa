"""One contract for the shares of images: in memory and on DynamoDB Local."""

from datetime import timedelta

import pytest

from chalicelib.aws.shares import DynamoShares
from chalicelib.sharing import Share, ShareStore
from tests.aws.stores import DynamoTable
from tests.builders import NOON, ULID
from tests.fakes.others import MemoryShares

OTHER = ULID[:-1] + "T"


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> ShareStore:
    if request.param == "memory":
        return MemoryShares()
    table: DynamoTable = request.getfixturevalue("dynamodb_table")
    return DynamoShares(table._name)


def share(number: int, image_id: str = ULID) -> Share:
    made = NOON + timedelta(minutes=number)
    return Share(
        id=f"{number:016x}",
        image_id=image_id,
        hash=f"{number:064x}",
        created_at=made,
        expires_at=made + timedelta(days=1, microseconds=1),
    )


def test_a_share_is_read_as_it_was_stored(store: ShareStore) -> None:
    store.put(share(1))
    assert store.get(ULID, share(1).id) == share(1)


def test_an_unknown_share_is_none(store: ShareStore) -> None:
    store.put(share(1))
    assert store.get(ULID, share(2).id) is None


def test_a_share_belongs_to_one_image(store: ShareStore) -> None:
    store.put(share(1))
    assert store.get(OTHER, share(1).id) is None
    assert store.all_of(OTHER) == []


def test_shares_are_listed_oldest_first(store: ShareStore) -> None:
    for number in (3, 1, 2):
        store.put(share(number))
    store.put(share(4, OTHER))
    assert store.all_of(ULID) == [share(1), share(2), share(3)]


def test_a_removed_share_is_gone(store: ShareStore) -> None:
    store.put(share(1))
    assert [store.remove(ULID, share(1).id) for _ in range(2)] == [True, False]
    assert store.get(ULID, share(1).id) is None
