from hypothesis import given
from hypothesis import strategies as st

from benchmarks.matching import TOLERANCE, nearest, next_quality

starts = st.integers(1, 100)
aims = st.floats(-20, 100)
slopes = st.floats(0.05, 3)


def searched(start: int, aim: float, slope: float) -> dict[int, float]:
    """All qualities that a search tries where a step of quality adds `slope` to the score."""
    found: dict[int, float] = {}
    quality: int | None = start
    while quality is not None:
        found[quality] = slope * quality
        quality = next_quality(found, aim)
    return found


@given(starts, aims, slopes)
def test_a_search_ends_at_the_quality_that_is_nearest_to_the_aim(
    start: int, aim: float, slope: float
):
    found = searched(start, aim, slope)
    best = min(abs(slope * quality - aim) for quality in range(1, 101))
    assert abs(found[nearest(found, aim)] - aim) <= max(TOLERANCE, best + 1e-9)


def test_a_quality_that_will_do_is_kept():
    assert next_quality({80: 72.2}, 72.0) is None


def test_too_low_a_score_asks_for_a_higher_quality():
    assert next_quality({80: 70.8}, 72.0) == 82


def test_qualities_stay_within_1_and_100():
    assert next_quality({99: 20.0}, 99.0) == 100


def test_the_lower_of_two_equally_near_qualities_is_chosen():
    assert nearest({81: 71.5, 82: 72.5}, 72.0) == 81
