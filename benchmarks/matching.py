"""Matched quality: each contender at the quality whose mean SSIMULACRA2 is Darkroom's."""

from collections.abc import Callable, Mapping, Sequence

from benchmarks.contenders import Contender
from benchmarks.ratios import mean, tenth
from benchmarks.rendering import Rendered

TOLERANCE = 0.3  # of the mean SSIMULACRA2
_SLOPE = 0.6  # change of it per step of quality, near 80

Say = Callable[[str], None]
Render = Callable[[Sequence[tuple[Contender, int]]], list[Rendered]]
Summary = Callable[[Sequence[float]], float]


def matched(
    families: Sequence[Contender], starts: Mapping[str, int], render: Render, say: Say
) -> dict[str, Rendered]:
    """Each family's files at its matched quality; the first family, Darkroom, sets the target."""
    return search(families, starts, None, mean, render, say)


def matched_tails(
    families: Sequence[Contender], scores: Sequence[float], render: Render, say: Say
) -> dict[str, Rendered]:
    """Each family's files at the quality whose tenth percentile is that of `scores`."""
    loose = [contender._replace(fixed=False) for contender in families]
    return search(loose, {}, tenth(scores), tenth, render, say)


def search(
    families: Sequence[Contender],
    starts: Mapping[str, int],
    target: float | None,
    summary: Summary,
    render: Render,
    say: Say,
) -> dict[str, Rendered]:
    """Each family's files at the quality where the `summary` of its scores is nearest `target`.

    Without a target, it is the first family's first summary.
    """
    tried: dict[str, dict[int, Rendered]] = {family.family: {} for family in families}
    found: dict[str, dict[int, float]] = {family.family: {} for family in families}
    todo = [(family, _start(family, starts)) for family in families]
    while todo:
        for (contender, quality), rendered in zip(todo, render(todo), strict=True):
            tried[contender.family][quality] = rendered
            score = found[contender.family][quality] = summary(rendered.scores(contender.output))
            say(f"  {contender.title}: {score:.2f} at quality {quality}")
        if target is None:
            target = next(iter(found[families[0].family].values()))
        nexts = [
            (contender, next_quality(found[contender.family], target))
            for contender, _ in todo
            if not contender.fixed
        ]
        todo = [(contender, quality) for contender, quality in nexts if quality is not None]
    return {name: tried[name][nearest(found[name], target or 0)] for name in tried}


def _start(contender: Contender, starts: Mapping[str, int]) -> int:
    if contender.fixed:
        return contender.quality
    return starts.get(contender.family, contender.quality)


def nearest(found: Mapping[int, float], target: float) -> int:
    """The quality whose summary is nearest to `target`, the lower of two."""
    return min(found, key=lambda quality: (abs(found[quality] - target), quality))


def next_quality(found: Mapping[int, float], target: float) -> int | None:
    """The quality (1 to 100) to try after those `found`; None if the best of them will do.

    It is never a quality that has been tried, so the search ends.
    """
    best = nearest(found, target)
    gap = target - found[best]
    if abs(gap) <= TOLERANCE:
        return None
    step = round(gap / _SLOPE) or (1 if gap > 0 else -1)
    quality = max(1, min(100, best + step))
    if quality in found:
        quality = max(1, min(100, best + (1 if gap > 0 else -1)))
    return None if quality in found else quality
