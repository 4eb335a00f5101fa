import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.ratios import (
    bytes_ratio,
    cpu_ratio,
    memory_of,
    percentile,
    scores_of,
    share,
    sizes_of,
    spread,
)
from tests.benchmarks.runs import results

values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50)


def test_a_time_ratio_is_paired_by_photograph():
    assert cpu_ratio(results(), "darkroom", "sharp-clones-4") == pytest.approx((0.375, 0.25, 0.5))


def test_a_contender_over_itself_is_one():
    assert cpu_ratio(results(), "darkroom", "darkroom") == (1, 1, 1)


def test_bytes_of_all_variants_are_compared():
    assert bytes_ratio(results(), "darkroom", "sharp-clones-4") == (0.5, 0.5, 0.5)


def test_a_contender_that_writes_two_formats_is_compared_by_its_main_one():
    assert bytes_ratio(results(), "darkroom-avif", "darkroom") == (0.5, 0.5, 0.5)


def test_scores_are_those_of_the_contenders_main_format():
    assert scores_of(results(), "darkroom-avif", "1080p") == [71.0, 71.0]


def test_contenders_of_a_family_have_the_same_files():
    assert sizes_of(results(), "darkroom-2", "1080p") == sizes_of(results(), "darkroom", "1080p")


def test_memory_is_in_megabytes():
    assert memory_of(results(), "darkroom-2", "48 MP") == 60


def test_memory_that_was_not_measured_is_none():
    assert memory_of(results(), "darkroom", "48 MP") is None


def test_a_share_counts_the_values_that_hold():
    assert share([1, 2, 3], lambda value: value < 3) == (2, 3)


def test_the_tenth_of_eleven_values_is_the_second_least():
    assert percentile(range(11), 0.1) == 1


@given(values)
def test_a_median_lies_between_the_extremes(found: list[float]):
    median, low, high = spread(found)
    assert low <= median <= high


@given(values)
def test_percentiles_run_from_the_least_to_the_most(found: list[float]):
    assert (percentile(found, 0), percentile(found, 1)) == (min(found), max(found))
