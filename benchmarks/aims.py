"""Darkroom's performance aims, and whether a run meets them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from benchmarks.ratios import AUTO, bytes_ratio, cpu_ratio, memory_of, tail_ratio, wall_ratio
from benchmarks.results import Results

SHARP, SHARP_2 = "sharp-clones-4", "sharp-clones-4-2"


class Aim(NamedTuple):
    """A row of the table: the highest acceptable value, and the value measured, if any."""

    text: str
    most: float
    measured: float | None
    unit: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the run meets the aim; None if nothing was measured."""
        return None if self.measured is None else self.measured <= self.most


def aims(results: Results) -> list[Aim]:
    """All aims, the most important first."""
    return [*_times(results), *_bytes(results), *_memories(results)]


def _of(results: Results, names: tuple[str, str], ratio: Callable[[], float]) -> float | None:
    return ratio() if all(map(results.has, names)) else None


def _times(results: Results) -> Iterator[Aim]:
    def cpu(contender: str, other: str) -> float | None:
        pair = (contender, other)
        return _of(results, pair, lambda: cpu_ratio(results, *pair).median)

    def worst() -> float:
        return cpu_ratio(results, "darkroom", SHARP).high

    def wall() -> float:
        return wall_ratio(results, "darkroom-2", SHARP_2).median

    yield Aim("CPU over sharp as documented, median", 0.45, cpu("darkroom", SHARP))
    yield Aim(
        "CPU over sharp as documented, worst photograph",
        0.65,
        _of(results, ("darkroom", SHARP), worst),
    )
    yield Aim(
        "Wall time over sharp as documented, both on two CPUs",
        0.42,
        _of(results, ("darkroom-2", SHARP_2), wall),
    )
    expert = "CPU over sharp by an expert, both at WebP method"
    yield Aim(f"{expert} 2", 0.72, cpu("darkroom", "sharp-cascade-2"))
    yield Aim(f"{expert} 4", 0.76, cpu("darkroom-method-4", "sharp-cascade-4"))
    yield Aim("CPU over the floor, method 4", 1.05, cpu("darkroom-method-4", "floor-4"))
    yield Aim("CPU over the floor, method 2", 1.15, cpu("darkroom", "floor-2"))
    yield Aim('CPU of quality "auto" over a fixed one', 2.00, cpu(AUTO, "darkroom"))


def _bytes(results: Results) -> Iterator[Aim]:
    yield Aim(
        'Bytes over sharp\'s at an equal worst tenth of SSIMULACRA2, quality "auto"',
        0.86,
        tail.median if (tail := tail_ratio(results, SHARP)) else None,
    )
    avif = ("darkroom-avif", SHARP)
    yield Aim(
        "CPU of AVIF and WebP over that of sharp's WebP alone",
        1.25,
        _of(results, avif, lambda: cpu_ratio(results, *avif).median),
    )
    yield Aim(
        "Bytes of AVIF over those of sharp's WebP",
        0.85,
        _of(results, avif, lambda: bytes_ratio(results, *avif).median),
    )


def _memories(results: Results) -> Iterator[Aim]:
    def peak(case: str) -> float | None:
        return memory_of(results, "darkroom-2", case)

    yield Aim("Peak memory, 48 MP JPEG", 80, peak("48 MP"), "MB")
    yield Aim("Peak memory, 48 MP progressive JPEG", 180, peak("48 MP progressive"), "MB")
    yield Aim("Peak memory, 100 MP PNG", 350, peak("100 MP PNG"), "MB")
