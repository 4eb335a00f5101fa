import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from benchmarks.millions import Measured, bill
from chalicelib.views.costs import prices

PRICES = replace(prices(), lambda_gb_second=0.0000166667, lambda_request=0.0000002)
STEADY = Measured(alone=0.25, wall=0.18, cpu=0.26)
memories = st.integers(128, 10_240)


def test_one_processor_takes_the_time_measured_on_one():
    assert bill(STEADY, 1769, PRICES).milliseconds == 250


def test_half_a_processor_takes_twice_as_long():
    assert bill(STEADY, 884, PRICES).milliseconds == pytest.approx(500, abs=1)


def test_two_processors_take_the_time_measured_on_two():
    assert bill(STEADY, 3538, PRICES).milliseconds == 180


def test_a_million_photographs_are_billed_by_time_memory_and_request():
    dollars = 1e6 * (0.250 * 1769 / 1024 * 0.0000166667 + 0.0000002)
    assert bill(STEADY, 1769, PRICES).dollars == pytest.approx(dollars)


@given(memories, memories)
def test_more_memory_is_never_slower(a: int, b: int):
    less, more = sorted((a, b))
    assert bill(STEADY, more, PRICES).milliseconds <= bill(STEADY, less, PRICES).milliseconds
