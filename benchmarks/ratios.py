"""Statistics of a run: paired ratios over the photographs, scores, shares."""

from collections.abc import Callable, Iterable
from statistics import fmean, median
from typing import NamedTuple

from benchmarks.results import Output, Results


class Ratio(NamedTuple):
    """The median, the smallest and the largest of one ratio for each photograph."""

    median: float
    low: float
    high: float


def spread(ratios: Iterable[float]) -> Ratio:
    """The summary of at least one ratio."""
    found = sorted(ratios)
    return Ratio(median(found), found[0], found[-1])


def cpu_ratio(results: Results, one: str, other: str) -> Ratio:
    """CPU time of contender `one` over that of `other`."""
    return spread(_paired(_cpu(results, one), _cpu(results, other)).values())


def wall_ratio(results: Results, one: str, other: str) -> Ratio:
    """Wall time of contender `one` over that of `other`."""
    return spread(_paired(_wall(results, one), _wall(results, other)).values())


def bytes_ratio(results: Results, one: str, other: str) -> Ratio:
    """Bytes of all renditions of a photograph by `one` over those by `other`."""
    weights, others = weights_of(results, one), weights_of(results, other)
    return spread(weights[name] / others[name] for name in weights.keys() & others.keys())


def _paired(
    ones: dict[str, tuple[float, ...]], others: dict[str, tuple[float, ...]]
) -> dict[str, float]:
    """For each photograph the median, over the rounds, of the ratio within a round."""
    return {
        name: median(one / other for one, other in zip(ones[name], others[name], strict=True))
        for name in ones.keys() & others.keys()
    }


def _cpu(results: Results, contender: str) -> dict[str, tuple[float, ...]]:
    return {one.photograph: one.cpu for one in results.timings if one.contender == contender}


def _wall(results: Results, contender: str) -> dict[str, tuple[float, ...]]:
    return {one.photograph: one.wall for one in results.timings if one.contender == contender}


def cpu_seconds(results: Results, contender: str) -> list[float]:
    """Each photograph's CPU time, the median of the rounds, in seconds."""
    return [median(times) for times in _cpu(results, contender).values()]


def wall_seconds(results: Results, contender: str) -> list[float]:
    """Each photograph's wall time, the median of the rounds, in seconds."""
    return [median(times) for times in _wall(results, contender).values()]


def weights_of(results: Results, contender: str) -> dict[str, int]:
    """Bytes of all renditions in the contender's own format, by photograph."""
    entry = results.entry(contender)
    return {
        output.photograph: sum(
            file.bytes for file in output.files if counts(file.format, entry.output, output)
        )
        for output in results.outputs
        if output.family == entry.family
    }


def counts(format: str, wanted: str, output: Output) -> bool:
    """Whether a file of `format` is one of those that a contender of `wanted` is judged by."""
    # Darkroom serves the original itself where that is lighter, in whatever format it is.
    beside = {file.format for file in output.files} >= {"avif", "webp"}
    return format == wanted or not beside


def scores_of(results: Results, contender: str, variant: str) -> list[float]:
    """SSIMULACRA2 of one variant over the photographs."""
    entry = results.entry(contender)
    return [
        file.score
        for output in results.outputs
        if output.family == entry.family
        for file in output.files
        if file.variant == variant
        and file.score is not None
        and counts(file.format, entry.output, output)
    ]


def sizes_of(results: Results, contender: str, variant: str) -> list[int]:
    """Bytes of one variant over the photographs."""
    entry = results.entry(contender)
    return [
        file.bytes
        for output in results.outputs
        if output.family == entry.family
        for file in output.files
        if file.variant == variant and counts(file.format, entry.output, output)
    ]


def mean(values: Iterable[float]) -> float:
    """The arithmetic mean of at least one value."""
    return fmean(values)


def tenth(values: Iterable[float]) -> float:
    """The tenth percentile, straight between the two nearest values."""
    return percentile(values, 0.1)


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` (0 to 1) of at least one value do not exceed."""
    found = sorted(values)
    place = share * (len(found) - 1)
    below = int(place)
    above = min(below + 1, len(found) - 1)
    return found[below] + (found[above] - found[below]) * (place - below)


def share(values: Iterable[float], holds: Callable[[float], bool]) -> tuple[int, int]:
    """How many of `values` hold, and of how many."""
    found = list(values)
    return sum(map(holds, found)), len(found)


def memory_of(results: Results, contender: str, case: str) -> float | None:
    """Peak memory in megabytes (2**20 bytes), None where it was not measured."""
    found = (m for m in results.memory if m.contender == contender and m.case == case)
    return next((one.kilobytes / 1024 for one in found), None)
