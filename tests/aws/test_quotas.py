"""One contract for quota counters and tokens: in memory and on DynamoDB Local."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import NamedTuple

import pytest

from chalicelib.auth.callers import Scope
from chalicelib.auth.tokens import TokenStore, new_token
from chalicelib.aws import clients, items
from chalicelib.aws.quotas import DynamoQuotaCounters
from chalicelib.aws.tokens import DynamoTokens
from chalicelib.uploads.quotas import QuotaCounters
from tests.aws.stores import DynamoTable
from tests.builders import NOON
from tests.fakes.others import MemoryQuotaCounters, MemoryTokens

LATER = NOON + timedelta(hours=1)
READ = frozenset({Scope.READ})


class Stores(NamedTuple):
    quota_counters: QuotaCounters
    tokens: TokenStore


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        return Stores(MemoryQuotaCounters(), MemoryTokens())
    table: DynamoTable = request.getfixturevalue(f"{request.param}_table")
    return Stores(DynamoQuotaCounters(table._name), DynamoTokens(table._name))


@pytest.fixture
def quota_counters(stores: Stores) -> QuotaCounters:
    return stores.quota_counters


@pytest.fixture
def tokens(stores: Stores) -> TokenStore:
    return stores.tokens


def test_a_counter_grows_up_to_its_limit_and_no_further(quota_counters: QuotaCounters) -> None:
    grown = [quota_counters.add("ann", "bytes", 40, 100, LATER) for _ in range(3)]
    assert grown == [True, True, False]
    assert quota_counters.add("ann", "bytes", 20, 100, LATER)


def test_an_amount_over_the_limit_is_refused(quota_counters: QuotaCounters) -> None:
    assert not quota_counters.add("ann", "bytes", 101, 100, LATER)


def test_counters_and_owners_are_independent(quota_counters: QuotaCounters) -> None:
    for owner, count in (("ann", "a"), ("ann", "b"), ("bob", "a")):
        assert quota_counters.add(owner, count, 1, 1, LATER)


def test_tickets_are_held_up_to_the_limit(quota_counters: QuotaCounters) -> None:
    assert [quota_counters.hold("ann", name, 2, LATER) for name in ("a", "b", "c")] == [
        True,
        True,
        False,
    ]
    assert quota_counters.held("ann") == {"a", "b"}


def test_released_tickets_leave_room_and_may_be_released_again(
    quota_counters: QuotaCounters,
) -> None:
    for name in ("a", "b"):
        quota_counters.hold("ann", name, 2, LATER)
    for _ in range(2):
        quota_counters.release("ann", ["a"])
    assert quota_counters.hold("ann", "c", 2, LATER)
    quota_counters.release("ann", ["b", "c"])
    assert quota_counters.held("ann") == frozenset()
    assert quota_counters.hold("ann", "d", 1, LATER)


def test_releasing_no_tickets_changes_nothing(quota_counters: QuotaCounters) -> None:
    quota_counters.release("ann", [])
    assert quota_counters.held("ann") == frozenset()


def test_a_token_is_stored_listed_and_deleted(tokens: TokenStore) -> None:
    _, first = new_token("ann|ü", READ, "first", NOON, None)
    _, second = new_token("bob", READ, "", LATER, LATER)
    for token in (second, first):
        tokens.put(token)
    assert tokens.get(first.id) == first
    assert tokens.all() == [first, second]
    assert tokens.remove(first.id)
    assert not tokens.remove(first.id)
    assert (tokens.get(first.id), tokens.all()) == (None, [second])


def test_eight_threads_never_exceed_a_limit(dynamodb_table: DynamoTable) -> None:
    quota_counters = DynamoQuotaCounters(dynamodb_table._name)
    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(lambda _: quota_counters.add("a", "c", 3, 50, LATER), range(64)))
        held = list(pool.map(lambda n: quota_counters.hold("a", str(n), 5, LATER), range(64)))
    assert (counted.count(True), held.count(True)) == (16, 5)
    assert len(quota_counters.held("a")) == 5


def test_counters_and_expiring_tokens_have_a_time_to_live(
    dynamodb_table: DynamoTable,
) -> None:
    name = dynamodb_table._name
    DynamoQuotaCounters(name).add("ann", "c", 1, 2, LATER)
    DynamoQuotaCounters(name).hold("ann", "t", 2, LATER)
    DynamoTokens(name).put(new_token("ann", READ, "", NOON, LATER)[1])
    DynamoTokens(name).put(new_token("ann", READ, "", NOON, None)[1])
    bookmark = items.all_indexed()
    scanned = clients.dynamodb().scan(TableName=name)["Items"]
    rows = [row for row in scanned if row["id"] != bookmark["id"]]
    ends = sorted(int(row["expires"]["N"]) for row in rows if "expires" in row)
    end = int(LATER.timestamp())
    assert (len(rows), ends) == (4, [end, end, end + 30 * 24 * 3600])
