"""Matched quality: each contender at the quality whose mean SSIMULACRA2 is Darkroom's."""

from collections.abc import Callable, Mapping, Sequence

from benchmarks.contenders import Contender
from benchmarks.ratios import mean, tenth
from benchmarks.studio import Made

TOLERANCE = 0.3  # of the mean SSIMULACRA2
_SLOPE = 0.6  # what a step of quality changes it by, near 80

Say = Callable[[str], None]
Batch = Callable[[Sequence[tuple[Contender, int]]], list[Made]]
Summary = Callable[[Sequence[float]], float]


def matched(
    families: Sequence[Contender], starts: Mapping[str, int], batch: Batch, say: Say
) -> dict[str, Made]:
    """What each family makes at its matched quality; the first one, Darkroom, sets the aim."""
    return search(families, starts, None, mean, batch, say)


def matched_tails(
    families: Sequence[Contender], aim: Sequence[float], batch: Batch, say: Say
) -> dict[str, Made]:
    """What each family makes where its tenth percentile is that of the scores `aim`."""
    loose = [contender._replace(fixed=False) for contender in families]
    return search(loose, {}, tenth(aim), tenth, batch, say)


def search(
    families: Sequence[Contender],
    starts: Mapping[str, int],
    aim: float | None,
    summary: Summary,
    batch: Batch,
    say: Say,
) -> dict[str, Made]:
    """What each family makes where the `summary` of its scores is nearest to `aim`.

    Without an aim the first family's first summary is it.
    """
    tried: dict[str, dict[int, Made]] = {one.family: {} for one in families}
    found: dict[str, dict[int, float]] = {one.family: {} for one in families}
    todo = [(one, _start(one, starts)) for one in families]
    while todo:
        for (one, quality), made_now in zip(todo, batch(todo), strict=True):
            tried[one.family][quality] = made_now
            found[one.family][quality] = summary(made_now.scores(one.output))
            say(f"  {one.title}: {found[one.family][quality]:.2f} at quality {quality}")
        if aim is None:
            aim = next(iter(found[families[0].family].values()))
        nexts = [(one, next_quality(found[one.family], aim)) for one, _ in todo if not one.fixed]
        todo = [(one, quality) for one, quality in nexts if quality is not None]
    return {name: tried[name][nearest(found[name], aim or 0)] for name in tried}


def _start(contender: Contender, starts: Mapping[str, int]) -> int:
    if contender.fixed:
        return contender.quality
    return starts.get(contender.family, contender.quality)


def nearest(found: Mapping[int, float], aim: float) -> int:
    """The quality whose summary is nearest to `aim`, the lower of two."""
    return min(found, key=lambda quality: (abs(found[quality] - aim), quality))


def next_quality(found: Mapping[int, float], aim: float) -> int | None:
    """The quality (1 to 100) to try after those `found`; None if one of them is as good as can be.

    It never names one that has been tried, so that the search ends.
    """
    best = nearest(found, aim)
    gap = aim - found[best]
    if abs(gap) <= TOLERANCE:
        return None
    step = round(gap / _SLOPE) or (1 if gap > 0 else -1)
    quality = max(1, min(100, best + step))
    if quality in found:
        quality = max(1, min(100, best + (1 if gap > 0 else -1)))
    return None if quality in found else quality
