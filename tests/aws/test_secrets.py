"""Secrets: one contract for the fake and DynamoDB, and what only DynamoDB has."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from chalicelib.aws.secrets import DynamoSecrets
from chalicelib.errors import TransientError
from chalicelib.ports.secrets import Secrets
from tests.aws.stores import DynamoTable
from tests.fakes.others import MemorySecrets


@pytest.fixture(params=["memory", "dynamodb"])
def secrets(request: pytest.FixtureRequest) -> Secrets:
    if request.param == "memory":
        return MemorySecrets()
    table: DynamoTable = request.getfixturevalue("dynamodb_table")
    return DynamoSecrets(table._name)


def test_a_secret_stays_the_same(secrets: Secrets) -> None:
    assert secrets.secret("cursors") == secrets.secret("cursors")
    assert secrets.accepted("cursors") == (secrets.secret("cursors"),)


def test_each_name_has_a_secret_of_its_own(secrets: Secrets) -> None:
    assert secrets.secret("other") != secrets.secret("cursors")


def test_after_a_replacement_the_former_secret_is_still_accepted(secrets: Secrets) -> None:
    former = secrets.secret("cursors")
    fresh = secrets.replace("cursors")
    assert fresh == secrets.secret("cursors") != former
    assert secrets.accepted("cursors") == (fresh, former)


def test_after_two_replacements_the_first_secret_is_no_longer_accepted(secrets: Secrets) -> None:
    secrets.secret("cursors")
    second, third = secrets.replace("cursors"), secrets.replace("cursors")
    assert secrets.accepted("cursors") == (third, second)


def test_concurrent_first_uses_generate_one_secret(dynamodb_table: DynamoTable) -> None:
    name = dynamodb_table._name
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: DynamoSecrets(name).secret("cursors"), range(16)))
    assert len(found) == 1
    assert len(found.pop()) == 32


def test_another_process_uses_a_new_secret_within_a_minute(dynamodb_table: DynamoTable) -> None:
    now = 1_000.0
    other = DynamoSecrets(dynamodb_table._name, lambda: now)
    former = other.secret("cursors")
    fresh = DynamoSecrets(dynamodb_table._name).replace("cursors")
    now += 59
    assert other.secret("cursors") == former
    now += 1
    assert other.secret("cursors") == fresh


def test_another_process_accepts_a_new_secret_within_a_second(dynamodb_table: DynamoTable) -> None:
    now = 1_000.0
    other = DynamoSecrets(dynamodb_table._name, lambda: now)
    former = other.secret("cursors")
    fresh = DynamoSecrets(dynamodb_table._name).replace("cursors")
    now += 1
    assert other.accepted("cursors") == (fresh, former)


def test_of_concurrent_replacements_none_is_lost(dynamodb_table: DynamoTable) -> None:
    name = dynamodb_table._name
    first = DynamoSecrets(name).secret("cursors")

    def attempt(replace: Callable[[], bytes]) -> bytes | None:
        try:
            return replace()
        except TransientError:
            return None

    with ThreadPoolExecutor(4) as pool:
        calls = [partial(DynamoSecrets(name).replace, "cursors") for _ in range(8)]
        done = [made for made in pool.map(attempt, calls) if made]
    present, former = DynamoSecrets(name).accepted("cursors")
    assert present in done
    assert former in {first, *done}
