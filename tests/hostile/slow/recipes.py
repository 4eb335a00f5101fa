"""Recipes: functions that build files by a few parameters, which a search can vary."""

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

MOST_BYTES = 50_000_000  # of a file, MAX_UPLOAD_BYTES by default

Parameters = dict[str, Any]


class Count(NamedTuple):
    """Whole numbers from `low` to `high`, varied by factors."""

    low: int
    high: int

    def drawn(self, draw: Random) -> int:
        if draw.random() < 0.3:
            return self.high
        return round(self.low + (self.high - self.low + 1) ** draw.random() - 1)

    def varied(self, draw: Random, value: int) -> int:
        factor = draw.choice((0.25, 0.5, 0.8, 1.25, 2, 4, 1e9, 0))
        return max(self.low, min(self.high, round(value * factor) + draw.choice((-1, 0, 1))))


class Choice(NamedTuple):
    """One of a few values without an order."""

    values: tuple[Any, ...]

    def drawn(self, draw: Random) -> Any:
        return draw.choice(self.values)

    def varied(self, draw: Random, _value: Any) -> Any:
        return draw.choice(self.values)


class Recipe(NamedTuple):
    """`build` makes a file of `kind` from a value for each of `parameters`."""

    kind: str
    name: str
    build: Callable[..., bytes]
    parameters: dict[str, Count | Choice]

    def drawn(self, draw: Random) -> Parameters:
        return {name: domain.drawn(draw) for name, domain in self.parameters.items()}

    def varied(self, draw: Random, parameters: Parameters) -> Parameters:
        """`parameters` with one to three of them changed."""
        names = draw.sample(list(parameters), min(len(parameters), draw.choice((1, 1, 2, 3))))
        new = {name: self.parameters[name].varied(draw, parameters[name]) for name in names}
        return parameters | new

    def crossed(self, draw: Random, first: Parameters, second: Parameters) -> Parameters:
        """Each parameter of either file."""
        return {name: draw.choice((first[name], second[name])) for name in self.parameters}


RECIPES: list[Recipe] = []


def recipe(
    *kinds: str, **parameters: Count | Choice
) -> Callable[[Callable[..., bytes]], Callable[..., bytes]]:
    """Register a function as the recipe of the same name for `kinds`.

    A function for several kinds takes the kind as its first argument.
    """

    def register(build: Callable[..., bytes]) -> Callable[..., bytes]:
        for kind in kinds:
            made = build if len(kinds) == 1 else _of_kind(build, kind)
            RECIPES.append(Recipe(kind, build.__name__, made, parameters))
        return build

    return register


def _of_kind(build: Callable[..., bytes], kind: str) -> Callable[..., bytes]:
    def built(**parameters: Any) -> bytes:
        return build(kind, **parameters)

    return built


def fitting(count: int, length: int, used: int = 4096) -> int:
    """`count`, or how often `length` bytes fit into the largest file besides `used` bytes."""
    return max(0, min(count, (MOST_BYTES - used) // max(1, length)))
