"""A run's figures as Markdown tables, readable on a terminal too."""

from collections.abc import Sequence
from statistics import median

from benchmarks.aims import SHARP, SHARP_2, aims
from benchmarks.ratios import (
    Ratio,
    bytes_ratio,
    cpu_ratio,
    cpu_seconds,
    mean,
    memory_of,
    scores_of,
    tenth,
    wall_ratio,
    wall_seconds,
    weights_of,
)
from benchmarks.results import Entry, Results

_NOTHING = "-"
UNMEASURED = "Not measured in this run."


def table(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first row is the header, and all but the first column align right."""
    widths = [max(2, *map(len, column)) for column in zip(*rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = [rows[0], rule, *rows[1:]]
    return "\n".join("| " + " | ".join(_aligned(line, widths)) + " |" for line in lines)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *others = zip(cells, widths, strict=True)
    return [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]


def ratio(found: Ratio) -> str:
    """A median with the extremes in brackets."""
    return f"{found.median:.2f} ({found.low:.2f} to {found.high:.2f})"


def aims_table(results: Results) -> str:
    """Each aim, the measured value, and whether it is met."""
    texts = {True: "yes", False: "no", None: "not measured"}
    rows = [["", "at most", "measured", "met"]]
    for aim in aims(results):
        most = f"{aim.most:,.0f} {aim.unit}" if aim.unit else f"{aim.most:.2f}"
        measured = _NOTHING
        if aim.measured is not None:
            measured = f"{aim.measured:,.1f} {aim.unit}" if aim.unit else f"{aim.measured:.3f}"
        rows.append([aim.text, most, measured, texts[aim.met]])
    return table(rows)


def times_table(results: Results) -> str:
    """Each contender's times and bytes over those of sharp as documented."""
    rows = [["", "CPU time", "wall time", "bytes", "quality"]]
    if not results.has(SHARP):
        return UNMEASURED
    for entry in results.contenders:
        reference = SHARP_2 if entry.cpus == 2 and results.has(SHARP_2) else SHARP
        rows.append(
            [
                entry.title,
                ratio(cpu_ratio(results, entry.name, reference)),
                ratio(wall_ratio(results, entry.name, reference)),
                _bytes(results, entry.name),
                _quality(entry),
            ]
        )
    return table(rows)


def _bytes(results: Results, name: str) -> str:
    return ratio(bytes_ratio(results, name, SHARP)) if weights_of(results, name) else _NOTHING


def _quality(entry: Entry) -> str:
    return "auto" if entry.name.endswith("-auto") else str(entry.quality)


def scores_table(results: Results) -> str:
    """Each family's SSIMULACRA2 at three sizes."""
    rows = [["", "1920: mean", "worst tenth", "worst", "1280: mean", "640: mean"]]
    for entry in _families(results):
        large = scores_of(results, entry.name, "1080p")
        figures = [mean(large), tenth(large), min(large)]
        figures += [mean(scores_of(results, entry.name, name)) for name in ("720p", "mobile")]
        rows.append([entry.title, *(f"{figure:.1f}" for figure in figures)])
    return table(rows)


def furthest(results: Results) -> str:
    """The contender whose mean score is furthest from Darkroom's, and by how much."""
    matched = [entry for entry in _families(results) if not entry.name.endswith("-auto")]
    means = {entry.title: mean(scores_of(results, entry.name, "1080p")) for entry in matched}
    ours = means[matched[0].title]
    title = max(means, key=lambda title: abs(means[title] - ours))
    return f"{title}, by {means[title] - ours:+.2f}"


def _families(results: Results) -> list[Entry]:
    entries = {entry.family: entry for entry in reversed(results.contenders)}
    scored = {output.family for output in results.outputs}
    return [entry for name, entry in reversed(entries.items()) if name in scored]


def seconds_table(results: Results) -> str:
    """Milliseconds by contender, on the machine of the run."""
    rows = [["", "CPU: mean", "median", "largest", "wall: median", "largest"]]
    for entry in results.contenders:
        cpu, wall = cpu_seconds(results, entry.name), wall_seconds(results, entry.name)
        figures = [mean(cpu), median(cpu), max(cpu), median(wall), max(wall)]
        rows.append([entry.title, *(f"{1000 * figure:,.0f}" for figure in figures)])
    return table(rows)


def memory_table(results: Results) -> str:
    """Peak memory of a fresh process in megabytes, by picture."""
    names = list(dict.fromkeys(memory.contender for memory in results.memory))
    rows = [["", *(results.entry(name).title for name in names)]]
    for case in dict.fromkeys(memory.case for memory in results.memory):
        peaks = [memory_of(results, name, case) for name in names]
        ours = peaks[0] or 0
        cells = [
            _NOTHING if peak is None else f"{peak:,.0f}" + (f" ({peak / ours:.1f}×)" if at else "")
            for at, peak in enumerate(peaks)
        ]
        rows.append([case, *cells])
    return table(rows) if names else UNMEASURED


def large_table(results: Results) -> str:
    """CPU milliseconds for the mosaics, and their ratios to Darkroom's."""
    names = list(dict.fromkeys(timing.contender for timing in results.large))
    times = {(row.contender, row.photograph): median(row.cpu) for row in results.large}
    rows = [["", *(results.entry(name).title for name in names)]]
    for picture in dict.fromkeys(timing.photograph for timing in results.large):
        ours = times[names[0], picture]
        cells = [f"{1000 * ours:,.0f}"]
        for name in names[1:]:
            found = times[name, picture]
            cells.append(f"{1000 * found:,.0f} ({found / ours:.1f}×)")
        rows.append([picture.split(",")[0], *cells])
    return table(rows) if names else UNMEASURED
