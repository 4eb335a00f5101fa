"""One contract for the register of sizes on demand: in memory and on DynamoDB Local."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chalicelib.aws.sizes import DynamoSizes
from chalicelib.ports.sizes import Claim, SizeRegister
from tests.aws.stores import DynamoTable
from tests.builders import NOON, ULID
from tests.fakes.others import MemorySizes

LATER = NOON + timedelta(minutes=1)
A, B, C = (f"{ULID}/w/{width}-0123abcd.webp" for width in (320, 640, 960))


@pytest.fixture(params=["memory", "dynamodb"])
def register(request: pytest.FixtureRequest) -> SizeRegister:
    if request.param == "memory":
        return MemorySizes()
    table: DynamoTable = request.getfixturevalue("dynamodb_table")
    return DynamoSizes(table._name)


def claim(register: SizeRegister, key: str, limit: int = 2) -> Claim:
    return register.claim(ULID, key, limit, NOON, LATER)


def test_a_file_is_claimed_by_exactly_one_of_many(register: SizeRegister) -> None:
    with ThreadPoolExecutor(20) as threads:
        results = list(threads.map(lambda _: claim(register, A), range(100)))
    assert results.count(Claim.TAKEN) == 1
    assert results.count(Claim.BUSY) == 99


def test_a_released_file_can_be_claimed_again(register: SizeRegister) -> None:
    claim(register, A)
    register.release(ULID, A)
    assert claim(register, A) is Claim.TAKEN


def test_a_claim_ends_by_itself(register: SizeRegister) -> None:
    claim(register, A)
    assert register.claim(ULID, A, 2, LATER, LATER + timedelta(minutes=1)) is Claim.TAKEN


def test_an_image_has_no_more_files_than_its_limit(register: SizeRegister) -> None:
    assert [claim(register, key) for key in (A, B, C)] == [Claim.TAKEN, Claim.TAKEN, Claim.FULL]


def test_the_limit_holds_for_concurrent_claims(register: SizeRegister) -> None:
    keys = [f"{ULID}/w/{width}-0123abcd.webp" for width in range(1, 41)]
    with ThreadPoolExecutor(20) as threads:
        results = list(threads.map(lambda key: claim(register, key, 7), keys))
    assert results.count(Claim.TAKEN) == 7


def test_a_file_that_is_one_too_many_can_be_claimed_later(register: SizeRegister) -> None:
    for key in (A, B, C):
        claim(register, key)
    register.remove(ULID, [A])
    assert claim(register, C) is Claim.TAKEN


def test_a_file_that_is_counted_can_be_claimed_at_the_limit(register: SizeRegister) -> None:
    for key in (A, B):
        claim(register, key)
        register.release(ULID, key)
    assert claim(register, A) is Claim.TAKEN


def test_a_forgotten_image_starts_anew(register: SizeRegister) -> None:
    for key in (A, B):
        claim(register, key)
    register.forget(ULID)
    assert claim(register, C) is Claim.TAKEN


def test_removing_nothing_changes_nothing(register: SizeRegister) -> None:
    register.remove(ULID, [])
    register.remove(ULID, [A])
    assert claim(register, A) is Claim.TAKEN
