"""ULIDs, held against the library that everybody uses."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from chalicelib.ulids import encoded, ulid

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC))


@given(st.binary(min_size=16, max_size=16))
def test_any_16_bytes_have_the_librarys_form(data: bytes) -> None:
    assert encoded(data) == str(ULID.from_bytes(data))


@given(MOMENTS)
def test_the_library_reads_the_moment_back(moment: datetime) -> None:
    assert ULID.from_str(ulid(moment)).milliseconds == int(moment.timestamp() * 1000)


@given(MOMENTS, MOMENTS)
def test_a_later_moment_sorts_behind(one: datetime, other: datetime) -> None:
    early, late = sorted((one, other))
    if int(early.timestamp() * 1000) < int(late.timestamp() * 1000):
        assert ulid(early) < ulid(late)


def test_two_of_one_moment_differ() -> None:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    assert ulid(moment) != ulid(moment)
