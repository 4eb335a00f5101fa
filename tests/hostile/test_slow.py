"""The search for slow files: its recipes, its measurements, and that it climbs."""

import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from chalicelib.imaging.signatures import sniff
from chalicelib.model.formats import FORMATS
from tests.hostile.slow import __main__ as command
from tests.hostile.slow import measuring, search
from tests.hostile.slow.measuring import Measured, measure
from tests.hostile.slow.recipes import RECIPES, Choice, Count, Recipe
from tests.imaging.samples import saved, scene

PHOTO = saved(scene(64, 48), "jpeg")


def small(recipe: Recipe) -> dict[str, Any]:
    """Parameters of a file that is made quickly."""
    return {
        name: min(domain.high, max(domain.low, 64)) if isinstance(domain, Count) else first(domain)
        for name, domain in recipe.parameters.items()
    } | ({"megapixels": 1} if "megapixels" in recipe.parameters else {})


def first(domain: Choice) -> Any:
    return domain.values[0]


def test_there_are_recipes_for_every_format() -> None:
    assert {recipe.kind for recipe in RECIPES} == set(FORMATS)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: f"{recipe.kind}-{recipe.name}")
def test_a_recipe_makes_a_file_of_its_kind(recipe: Recipe) -> None:
    assert sniff(recipe.build(**small(recipe))) == recipe.kind


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: f"{recipe.kind}-{recipe.name}")
def test_parameters_stay_in_their_domains(recipe: Recipe) -> None:
    draw = Random(1)
    parameters = recipe.drawn(draw)
    for _ in range(100):
        parameters = recipe.varied(draw, recipe.crossed(draw, parameters, recipe.drawn(draw)))
        for name, domain in recipe.parameters.items():
            if isinstance(domain, Count):
                assert domain.low <= parameters[name] <= domain.high
            else:
                assert parameters[name] in domain.values


def test_lines_of_the_corpus_are_those_of_recipes() -> None:
    lines = command._CORPUS.read_text().splitlines()
    assert len(command._kept(command._CORPUS, RECIPES)) == len(lines) > 0


def test_a_file_is_measured_in_a_process_of_its_own() -> None:
    found = measure(lambda: PHOTO, keep_credits=True)
    assert found.verdict == "ready, 64 x 48"
    assert found.length == len(PHOTO)


def test_a_file_that_never_ends_is_ended_and_counts_with_the_time_it_took(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def endless(_: bytes, *, keep_credits: bool) -> str:
        while True:
            assert keep_credits

    monkeypatch.setattr(measuring, "_verdict", endless)
    monkeypatch.setattr(measuring, "MOST_SECONDS", 1)
    found = measure(lambda: PHOTO, keep_credits=True)
    assert found.verdict == "ended by SIGXCPU"
    assert found.seconds > 0


@pytest.mark.parametrize(
    ("build", "reason"),
    [(lambda: bytes(50_000_001), "too large"), (lambda: b"" + None, "TypeError")],  # type: ignore[operator]
    ids=["too large", "broken"],
)
def test_a_file_that_cannot_be_made_is_not_measured(build: Callable[[], bytes], reason: str):
    found = measure(build, keep_credits=False)
    assert found.seconds == 0
    assert reason in found.verdict


class Idle(measuring.Reference):
    def seconds(self) -> float:
        return measuring.REFERENCE_SECONDS


def test_the_search_climbs_towards_the_slowest(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(build: Callable[[], bytes], *, keep_credits: bool) -> Measured:
        assert keep_credits
        return Measured(len(build()) / 1_000, 0, "ready", 0)

    monkeypatch.setattr(search, "measure", measured)
    domains: dict[str, Any] = {"count": Count(0, 1_000), "unit": Choice((b"a", b"bc"))}
    recipe = Recipe("gif", "repeated", lambda count, unit: unit * count, domains)
    climbing = search.Search([recipe], Random(3), Idle())
    for _, found in zip(range(200), climbing.run(time.monotonic() + 60), strict=False):
        assert found.scaled == pytest.approx(found.measured.seconds)
    slowest = climbing.found()
    assert slowest[0].parameters == {"count": 1_000, "unit": b"bc"}
    assert len(slowest) == 4
