from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.contenders import Contender
from benchmarks.matching import TOLERANCE, nearest, next_quality, search
from benchmarks.ratios import mean
from benchmarks.results import Output, Rendition
from benchmarks.studio import Made

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


def contender(name: str, *, fixed: bool = False) -> Contender:
    return Contender(name, name, (), name, 80, fixed)


def made(todo: Sequence[tuple[Contender, int]]) -> list[Made]:
    """The first letter of a contender's name says how its scores lie under its quality."""
    drops = {"a": 10.0, "b": 12.5, "c": 4.0}
    return [
        Made(
            quality,
            (
                Output(
                    family=one.family,
                    photograph="lake.jpg",
                    files=(
                        Rendition(
                            variant="1080p",
                            format="webp",
                            bytes=1,
                            score=quality - drops[one.name],
                        ),
                    ),
                ),
            ),
        )
        for one, quality in todo
    ]


def test_all_families_are_matched_to_the_first():
    families = [contender("a", fixed=True), contender("b"), contender("c")]
    found = search(families, {}, None, mean, made, lambda _: None)
    assert {name: one.quality for name, one in found.items()} == {"a": 80, "b": 82, "c": 74}


def test_a_search_begins_where_the_last_one_ended():
    tried: list[int] = []

    def remembered(todo: Sequence[tuple[Contender, int]]) -> list[Made]:
        tried.extend(quality for _, quality in todo)
        return made(todo)

    families = [contender("a", fixed=True), contender("c")]
    search(families, {"c": 74}, None, mean, remembered, lambda _: None)
    assert tried == [80, 74]


def test_a_family_is_matched_to_an_aim_that_is_given():
    found = search([contender("c")], {}, 66.0, mean, made, lambda _: None)
    assert found["c"].quality == 70
