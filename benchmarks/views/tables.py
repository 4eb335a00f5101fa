"""The figures of a run as Markdown tables."""

from collections.abc import Iterable, Sequence
from statistics import fmean, median

from benchmarks.load.results import Spread
from benchmarks.load.running import spread
from benchmarks.ratios import Ratio
from benchmarks.ratios import spread as ratio_spread
from benchmarks.tables import ratio, table
from benchmarks.views.processor import DARKROOM
from benchmarks.views.results import Change, Crowd, Miss, Phases, Results

_TITLES = {
    "cold": "nothing rendered, API just started",
    "again": "the same again",
    "warm": "other images, nothing rendered, API warm",
}


def counts_table(results: Results) -> str:
    """What the crowds got, and what that cost."""
    rows = [
        [
            "", "views", "failures", "of another size", "redirected by the API", "files stored",
            "lines “size rendered”", "all lines of the log",
        ]
    ]  # fmt: skip
    for title, crowd in _crowds(results):
        views = crowd.viewers * crowd.each
        counts = (crowd.closest, crowd.redirected, crowd.objects, crowd.rendered, crowd.lines)
        rows.append([title, f"{views:,}", _failures(crowd), *(f"{n:,}" for n in counts)])
    return table(rows)


def crowds_table(results: Results) -> str:
    """Percentiles of the time until a viewer has the file."""
    rows = [["seconds", "views", "p50", "p95", "p99", "max"]]
    for title, crowd in _crowds(results):
        for kind, number, found in (
            ("misses", crowd.missed, crowd.misses),
            ("hits", crowd.viewers * crowd.each - crowd.missed, crowd.hits),
        ):
            if found:
                rows.append([f"{title}: {kind}", f"{number:,}", *_percentiles(found, 2)])
    return table(rows)


def misses_table(results: Results) -> str:
    """Percentiles of single misses, by format and by width."""
    rows = [["ms", "misses", "p50", "p95", "p99", "max", "p50 of the least", "p95", "max"]]
    formats = dict.fromkeys(miss.format for miss in results.alone.misses)
    groups = {"all": results.alone.misses}
    groups |= {name: tuple(m for m in results.alone.misses if m.format == name) for name in formats}
    groups |= {
        f"{width} wide": tuple(m for m in results.alone.misses if m.width == width)
        for width in results.widths
    }
    for title, misses in groups.items():
        least = whole_spread(least_disturbed(misses))
        cells = [f"{value:,.0f}" for value in (least.p50, least.p95, least.most)]
        times = _percentiles(whole_spread(misses), 0)
        rows.append([title, str(len(misses)), *times, *cells])
    return table(rows)


def least_disturbed(misses: Iterable[Miss]) -> list[Miss]:
    """Of the misses that did the same work, the fastest: other programs took the least from it."""
    found: dict[tuple[str, str, int], Miss] = {}
    for miss in misses:
        file = (miss.photograph, miss.format, miss.width)
        found[file] = min(miss, found.get(file, miss), key=lambda miss: miss.whole)
    return list(found.values())


def whole_spread(misses: Iterable[Miss]) -> Spread:
    """Percentiles of the milliseconds until the viewer has the file."""
    return spread([miss.whole for miss in misses])


def phases_table(results: Results) -> str:
    """Mean milliseconds of each phase, by format: HTTP around the API, then within the API."""
    formats = list(dict.fromkeys(miss.format for miss in results.alone.misses))
    rows = [["mean ms", *formats, "widest, webp"]]

    def row(title: str, cells: Sequence[float]) -> None:
        rows.append([title, *(f"{cell:.1f}" for cell in cells)])

    groups = [[m for m in results.alone.misses if m.format == output] for output in formats]
    widest = max(results.widths)
    groups.append([m for m in results.alone.misses if (m.format, m.width) == ("webp", widest)])
    row(
        "CDN: S3 has no such file; the API's gateway",
        [fmean(m.first - m.api for m in g) for g in groups],
    )
    row("API", [fmean(m.api for m in group) for group in groups])
    parts = [[p for p in results.alone.phases if p.format == output] for output in formats]
    parts.append([p for p in results.alone.phases if (p.format, p.width) == ("webp", widest)])
    for phase in results.alone.phases[0].milliseconds:
        row(f"— {phase}", [_phase(group, phase) for group in parts])
    row("redirect back: the file", [fmean(m.second for m in group) for group in groups])
    row("whole miss", [fmean(m.whole for m in group) for group in groups])
    return table(rows)


def processor_table(results: Results) -> str:
    """Processor time of Darkroom over that of the others, by format."""
    rows = [["Darkroom's CPU time over that of", "format", "all widths", "to 1920", "bytes"]]
    pairs = dict.fromkeys((r.contender, r.format) for r in results.renderings)
    rows += [
        [
            name,
            output,
            ratio(_cpu_ratio(results, name, output, max(results.widths))),
            ratio(_cpu_ratio(results, name, output, 1920)),
            ratio(_bytes_ratio(results, name, output)),
        ]
        for name, output in sorted(pairs)
        if name != DARKROOM
    ]
    return table(rows)


def changes_table(results: Results) -> str:
    """Percentiles of the time until a stable URL shows a change."""
    rows = [["seconds", "times", "p50", "p95", "max", "the call itself, p50"]]
    for change in results.alone.changes:
        found = spread(change.seconds)
        cells = (found.p50, found.p95, found.most, median(change.calls))
        rows.append([change.kind, _times(change), *(f"{cell:.2f}" for cell in cells)])
    return table(rows)


def _times(change: Change) -> str:
    return str(len(change.seconds))


def _crowds(results: Results) -> list[tuple[str, Crowd]]:
    return [(title, getattr(results, name)) for name, title in _TITLES.items()]


def _failures(crowd: Crowd) -> str:
    return ", ".join(f"{kind}: {number:,}" for kind, number in crowd.failures.items()) or "0"


def _percentiles(found: Spread, digits: int) -> list[str]:
    values = (found.p50, found.p95, found.p99, found.most)
    return [f"{value:,.{digits}f}" for value in values]


def _phase(group: Sequence[Phases], phase: str) -> float:
    return fmean(phases.milliseconds[phase] for phases in group)


def _cpu_ratio(results: Results, name: str, output: str, widest: int) -> Ratio:
    """The median over the rounds of the ratio within a round; then over the files."""
    ours, theirs = (
        {
            (r.photograph, r.width): r.cpu
            for r in results.renderings
            if (r.contender, r.format) == (contender, output) and r.width <= widest
        }
        for contender in (DARKROOM, name)
    )
    return ratio_spread(
        median(own / other for own, other in zip(ours[file], theirs[file], strict=True))
        for file in ours
    )


def _bytes_ratio(results: Results, name: str, output: str) -> Ratio:
    sizes = {
        (r.contender, r.photograph, r.width): r.bytes
        for r in results.renderings
        if r.format == output
    }
    return ratio_spread(
        size / sizes[name, photograph, width]
        for (contender, photograph, width), size in sizes.items()
        if contender == DARKROOM
    )
