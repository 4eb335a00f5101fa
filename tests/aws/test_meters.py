"""One contract for Meters, tokens and secrets: in memory, on DynamoDB Local, and in `make run`."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import NamedTuple

import pytest

from chalicelib.access.callers import Scope
from chalicelib.access.tokens import TokenStore, new_token
from chalicelib.allowances import Meters
from chalicelib.aws import clients
from chalicelib.aws.meters import DynamoMeters
from chalicelib.aws.secrets import DynamoSecrets
from chalicelib.aws.table import DynamoImages
from chalicelib.aws.tokens import DynamoTokens
from tests.builders import NOON
from tests.fakes.others import MemoryMeters, MemoryTokens

LATER = NOON + timedelta(hours=1)
READ = frozenset({Scope.READ})


class Stores(NamedTuple):
    meters: Meters
    tokens: TokenStore


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        return Stores(MemoryMeters(), MemoryTokens())
    table: DynamoImages = request.getfixturevalue(f"{request.param}_table")
    return Stores(DynamoMeters(table._name), DynamoTokens(table._name))


@pytest.fixture
def meters(stores: Stores) -> Meters:
    return stores.meters


@pytest.fixture
def tokens(stores: Stores) -> TokenStore:
    return stores.tokens


def test_a_count_grows_up_to_its_limit_and_not_over_it(meters: Meters) -> None:
    grown = [meters.add("ann", "bytes", 40, 100, LATER) for _ in range(3)]
    assert grown == [True, True, False]
    assert meters.add("ann", "bytes", 20, 100, LATER)


def test_more_than_the_limit_at_once_is_refused(meters: Meters) -> None:
    assert not meters.add("ann", "bytes", 101, 100, LATER)


def test_counts_and_owners_know_nothing_of_each_other(meters: Meters) -> None:
    for owner, count in (("ann", "a"), ("ann", "b"), ("bob", "a")):
        assert meters.add(owner, count, 1, 1, LATER)


def test_tickets_are_held_up_to_the_limit(meters: Meters) -> None:
    assert [meters.hold("ann", name, 2, LATER) for name in ("a", "b", "c")] == [True, True, False]
    assert meters.held("ann") == {"a", "b"}


def test_released_tickets_leave_room_and_may_be_released_again(meters: Meters) -> None:
    for name in ("a", "b"):
        meters.hold("ann", name, 2, LATER)
    for _ in range(2):
        meters.release("ann", ["a"])
    assert meters.hold("ann", "c", 2, LATER)
    meters.release("ann", ["b", "c"])
    assert meters.held("ann") == frozenset()
    assert meters.hold("ann", "d", 1, LATER)


def test_nothing_is_released_where_nothing_is_named(meters: Meters) -> None:
    meters.release("ann", [])
    assert meters.held("ann") == frozenset()


def test_a_token_is_kept_listed_and_forgotten(tokens: TokenStore) -> None:
    _, first = new_token("ann|ü", READ, "first", NOON, None)
    _, second = new_token("bob", READ, "", LATER, LATER)
    for token in (second, first):
        tokens.put(token)
    assert tokens.get(first.id) == first
    assert tokens.all() == [first, second]
    assert tokens.remove(first.id)
    assert not tokens.remove(first.id)
    assert (tokens.get(first.id), tokens.all()) == (None, [second])


def test_eight_threads_never_get_past_a_limit(dynamodb_table: DynamoImages) -> None:
    meters = DynamoMeters(dynamodb_table._name)
    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(lambda _: meters.add("a", "c", 3, 50, LATER), range(64)))
        held = list(pool.map(lambda n: meters.hold("a", str(n), 5, LATER), range(64)))
    assert (counted.count(True), held.count(True)) == (16, 5)
    assert len(meters.held("a")) == 5


def test_counts_and_expiring_tokens_bear_the_tables_time_to_live(
    dynamodb_table: DynamoImages,
) -> None:
    name = dynamodb_table._name
    DynamoMeters(name).add("ann", "c", 1, 2, LATER)
    DynamoMeters(name).hold("ann", "t", 2, LATER)
    DynamoTokens(name).put(new_token("ann", READ, "", NOON, LATER)[1])
    DynamoTokens(name).put(new_token("ann", READ, "", NOON, None)[1])
    items = clients.dynamodb().scan(TableName=name)["Items"]
    ends = sorted(int(item["expires"]["N"]) for item in items if "expires" in item)
    end = int(LATER.timestamp())
    assert (len(items), ends) == (4, [end, end, end + 30 * 24 * 3600])


def test_a_secret_is_made_once_whoever_asks_first(dynamodb_table: DynamoImages) -> None:
    name = dynamodb_table._name
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: DynamoSecrets(name).secret("cursors"), range(16)))
    assert len(found) == 1
    assert len(found.pop()) == 32
    assert DynamoSecrets(name).secret("other") != DynamoSecrets(name).secret("cursors")
