"""Statistics of a run: paired ratios over the photographs, scores, shares."""

from collections.abc import Callable, Iterable
from statistics import fmean, median
from typing import NamedTuple

from benchmarks.results import Output, Results

AUTO = "darkroom-auto"


class Ratio(NamedTuple):
    """Median, smallest and largest of the photographs' ratios."""

    median: float
    low: float
    high: float


def spread(ratios: Iterable[float]) -> Ratio:
    """The summary of at least one ratio."""
    found = sorted(ratios)
    return Ratio(median(found), found[0], found[-1])


def cpu_ratio(results: Results, contender: str, other: str) -> Ratio:
    """CPU time of `contender` over that of `other`."""
    return spread(_paired(_cpu(results, contender), _cpu(results, other)).values())


def wall_ratio(results: Results, contender: str, other: str) -> Ratio:
    """Wall time of `contender` over that of `other`."""
    return spread(_paired(_wall(results, contender), _wall(results, other)).values())


def bytes_ratio(results: Results, contender: str, other: str) -> Ratio:
    """Bytes of all renditions of a photograph by `contender` over those by `other`."""
    weights, others = weights_of(results, contender), weights_of(results, other)
    return spread(weights[name] / others[name] for name in weights.keys() & others.keys())


def tail_ratio(results: Results, family: str) -> Ratio | None:
    """Bytes of "auto" over those of `family` at an equal tenth percentile.

    None if the run lacks either.
    """
    found = [tail for tail in results.tails if tail.family == family]
    if not found or not results.has(AUTO):
        return None
    weights = weights_of(results, AUTO)
    return spread(weights[name] / found[0].bytes[name] for name in weights)


def _paired(
    times: dict[str, tuple[float, ...]], others: dict[str, tuple[float, ...]]
) -> dict[str, float]:
    """For each photograph, the median over the rounds of the ratio within a round."""
    return {
        name: median(time / other for time, other in zip(times[name], others[name], strict=True))
        for name in times.keys() & others.keys()
    }


def _cpu(results: Results, contender: str) -> dict[str, tuple[float, ...]]:
    return {row.photograph: row.cpu for row in results.timings if row.contender == contender}


def _wall(results: Results, contender: str) -> dict[str, tuple[float, ...]]:
    return {row.photograph: row.wall for row in results.timings if row.contender == contender}


def cpu_seconds(results: Results, contender: str) -> list[float]:
    """Each photograph's CPU time in seconds, the median of the rounds."""
    return [median(times) for times in _cpu(results, contender).values()]


def wall_seconds(results: Results, contender: str) -> list[float]:
    """Each photograph's wall time in seconds, the median of the rounds."""
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
    """Whether a file of `format` counts for a contender whose format is `wanted`."""
    # Darkroom serves the original itself if that is smaller, whatever its format.
    has_both = {file.format for file in output.files} >= {"avif", "webp"}
    return format == wanted or not has_both


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
    """The tenth percentile, interpolated linearly."""
    return percentile(values, 0.1)


def percentile(values: Iterable[float], share: float) -> float:
    """The value that a `share` (0 to 1) of `values` (at least one) does not exceed."""
    found = sorted(values)
    rank = share * (len(found) - 1)
    below = int(rank)
    above = min(below + 1, len(found) - 1)
    return found[below] + (found[above] - found[below]) * (rank - below)


def share(values: Iterable[float], holds: Callable[[float], bool]) -> tuple[int, int]:
    """The number of `values` for which `holds` is true, and the number of all."""
    found = list(values)
    return sum(map(holds, found)), len(found)


def memory_of(results: Results, contender: str, case: str) -> float | None:
    """Peak memory in megabytes (2**20 bytes), None if it was not measured."""
    found = (m for m in results.memory if m.contender == contender and m.case == case)
    return next((memory.kilobytes / 1024 for memory in found), None)
