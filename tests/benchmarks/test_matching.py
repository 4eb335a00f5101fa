from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.contenders import Contender
from benchmarks.matching import TOLERANCE, nearest, next_quality, search
from benchmarks.ratios import mean
from benchmarks.rendering import Rendered
from benchmarks.results import Output, Rendition

starts = st.integers(1, 100)
targets = st.floats(-20, 100)
slopes = st.floats(0.05, 3)


def searched(start: int, target: float, slope: float) -> dict[int, float]:
    """All qualities that a search tries if a step of quality adds `slope` to the score."""
    found: dict[int, float] = {}
    quality: int | None = start
    while quality is not None:
        found[quality] = slope * quality
        quality = next_quality(found, target)
    return found


@given(starts, targets, slopes)
def test_a_search_ends_at_the_quality_nearest_to_the_target(
    start: int, target: float, slope: float
):
    found = searched(start, target, slope)
    best = min(abs(slope * quality - target) for quality in range(1, 101))
    assert abs(found[nearest(found, target)] - target) <= max(TOLERANCE, best + 1e-9)


def test_a_quality_close_enough_to_the_target_is_kept():
    assert next_quality({80: 72.2}, 72.0) is None


def test_a_score_that_is_too_low_leads_to_a_higher_quality():
    assert next_quality({80: 70.8}, 72.0) == 82


def test_qualities_stay_within_1_and_100():
    assert next_quality({99: 20.0}, 99.0) == 100


def test_the_lower_of_two_equally_near_qualities_is_chosen():
    assert nearest({81: 71.5, 82: 72.5}, 72.0) == 81


def contender(name: str, *, fixed: bool = False) -> Contender:
    return Contender(name, name, (), name, 80, fixed)


def render(todo: Sequence[tuple[Contender, int]]) -> list[Rendered]:
    """Outputs whose scores are below the quality by an amount that depends on the name."""
    drops = {"a": 10.0, "b": 12.5, "c": 4.0}
    return [
        Rendered(
            quality,
            (
                Output(
                    family=contender.family,
                    photograph="lake.jpg",
                    files=(
                        Rendition(
                            variant="1080p",
                            format="webp",
                            bytes=1,
                            score=quality - drops[contender.name],
                        ),
                    ),
                ),
            ),
        )
        for contender, quality in todo
    ]


def test_all_families_are_matched_to_the_first():
    families = [contender("a", fixed=True), contender("b"), contender("c")]
    found = search(families, {}, None, mean, render, lambda _: None)
    assert {name: files.quality for name, files in found.items()} == {"a": 80, "b": 82, "c": 74}


def test_a_search_starts_at_the_result_of_the_last_one():
    tried: list[int] = []

    def recorded(todo: Sequence[tuple[Contender, int]]) -> list[Rendered]:
        tried.extend(quality for _, quality in todo)
        return render(todo)

    families = [contender("a", fixed=True), contender("c")]
    search(families, {"c": 74}, None, mean, recorded, lambda _: None)
    assert tried == [80, 74]


def test_a_family_is_matched_to_a_given_target():
    found = search([contender("c")], {}, 66.0, mean, render, lambda _: None)
    assert found["c"].quality == 70
