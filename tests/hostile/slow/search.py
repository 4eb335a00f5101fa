"""Looks for slow files by hill climbing over the parameters of recipes."""

import time
from collections.abc import Iterable, Iterator
from functools import partial
from random import Random
from typing import NamedTuple

from tests.hostile.slow.measuring import Measured, Reference, measure
from tests.hostile.slow.recipes import Parameters, Recipe

_POPULATION = 4  # the slowest files of a recipe, from which others are made
_NEW = 0.25  # share of files drawn anew
_DOUBTED = 4.0  # seconds: slower ones are measured twice
_ENOUGH = 8.0  # seconds: slower ones need not be found


class Found(NamedTuple):
    """A file's recipe and parameters, its CPU time, and that on the machine of docs/limits.md."""

    recipe: Recipe
    parameters: Parameters
    measured: Measured
    scaled: float

    @property
    def name(self) -> str:
        return f"{self.recipe.kind}/{self.recipe.name}"


class Search:
    """Holds the slowest files of each recipe in `corpus`, slowest first."""

    def __init__(self, recipes: Iterable[Recipe], draw: Random, reference: Reference) -> None:
        self._draw = draw
        self._reference = reference
        self._recipes = list(recipes)
        self._corpus: dict[tuple[str, str], list[Found]] = {
            (recipe.kind, recipe.name): [] for recipe in self._recipes
        }

    def found(self) -> list[Found]:
        """All files that are kept, the slowest first."""
        everything = [found for kept in self._corpus.values() for found in kept]
        return sorted(everything, key=lambda found: -found.scaled)

    def add(self, recipe: Recipe, parameters: Parameters) -> Found:
        """Measure a file, and keep it if it is one of the slowest of its recipe."""
        build = partial(recipe.build, **parameters)
        measured = measure(build, keep_credits=True)
        if self._reference.scaled(measured.seconds) > _DOUBTED:
            # Other programs can make it slower, but not faster.
            measured = min(measured, measure(build, keep_credits=True))
        found = Found(recipe, parameters, measured, self._reference.scaled(measured.seconds))
        kept = self._corpus[recipe.kind, recipe.name]
        if all(parameters != other.parameters for other in kept):
            kept.append(found)
            kept.sort(key=lambda one: -one.scaled)
            del kept[_POPULATION:]
        return found

    def run(self, end: float) -> Iterator[Found]:
        """Measure one file after another until the monotonic time `end`."""
        while time.monotonic() < end:
            recipe = self._chosen()
            yield self.add(recipe, self._next(recipe))

    def _chosen(self) -> Recipe:
        """A recipe, most often one whose files are slow, but not yet too slow."""
        weights = []
        for kept in self._corpus.values():
            slowest = kept[0].scaled if kept else 0.0
            weights.append(5.0 if len(kept) < 2 else 0.3 if slowest > _ENOUGH else 0.5 + slowest)
        return self._draw.choices(self._recipes, weights)[0]

    def _next(self, recipe: Recipe) -> Parameters:
        kept = self._corpus[recipe.kind, recipe.name]
        draw = self._draw
        if len(kept) < 2 or draw.random() < _NEW:
            return recipe.drawn(draw)
        first = draw.choice(kept).parameters
        if draw.random() < 0.3:
            return recipe.varied(draw, recipe.crossed(draw, first, draw.choice(kept).parameters))
        return recipe.varied(draw, first)
