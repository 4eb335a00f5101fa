"""ULIDs, compared with the usual library."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from chalicelib.model.keys import encoded, ulid

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC))


@given(st.binary(min_size=16, max_size=16))
def test_any_16_bytes_are_encoded_as_by_the_library(data: bytes) -> None:
    assert encoded(data) == str(ULID.from_bytes(data))


@given(MOMENTS)
def test_the_library_reads_the_time_back(moment: datetime) -> None:
    assert ULID.from_str(ulid(moment)).milliseconds == int(moment.timestamp() * 1000)


@given(MOMENTS, MOMENTS)
def test_a_later_time_sorts_after_an_earlier_one(a: datetime, b: datetime) -> None:
    early, late = sorted((a, b))
    if int(early.timestamp() * 1000) < int(late.timestamp() * 1000):
        assert ulid(early) < ulid(late)


def test_two_ids_of_the_same_time_differ() -> None:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    assert ulid(moment) != ulid(moment)
