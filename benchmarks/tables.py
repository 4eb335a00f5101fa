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
)
from benchmarks.results import Entry, Results

_NOTHING = "-"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table of `rows`, the first of which is its head; numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = [rows[0], rule, *rows[1:]]
    return "\n".join("| " + " | ".join(_aligned(line, widths)) + " |" for line in lines)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *others = zip(cells, widths, strict=True)
    return [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]


def ratio(found: Ratio) -> str:
    """A median and, in brackets, the extremes."""
    return f"{found.median:.2f} ({found.low:.2f} to {found.high:.2f})"


def aims_table(results: Results) -> str:
    """What is aimed at, what was measured, and whether that will do."""
    verdicts = {True: "yes", False: "no", None: "not measured"}
    rows = [["", "at most", "measured", "met"]]
    for aim in aims(results):
        shape = "{:,.0f} {}" if aim.unit else "{:.2f}"
        most = shape.format(aim.most, aim.unit)
        measured = _NOTHING if aim.measured is None else shape.format(aim.measured, aim.unit)
        rows.append([aim.text, most, measured, verdicts[aim.met]])
    return table(rows)


def times_table(results: Results) -> str:
    """Each contender's times and bytes over those of sharp as documented."""
    rows = [["", "CPU time", "wall time", "bytes", "quality"]]
    if not results.has(SHARP):
        return ""
    for entry in results.contenders:
        reference = SHARP_2 if entry.cpus == 2 and results.has(SHARP_2) else SHARP
        floor = entry.name.startswith("floor")
        rows.append(
            [
                entry.title,
                ratio(cpu_ratio(results, entry.name, reference)),
                ratio(wall_ratio(results, entry.name, reference)),
                _NOTHING if floor else ratio(bytes_ratio(results, entry.name, SHARP)),
                _quality(entry),
            ]
        )
    return table(rows)


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


def _families(results: Results) -> list[Entry]:
    entries = {entry.family: entry for entry in reversed(results.contenders)}
    floors = ("floor-2", "floor-4")  # they encode other people's pictures
    return [entry for name, entry in reversed(entries.items()) if name not in floors]


def seconds_table(results: Results) -> str:
    """Milliseconds by contender, as they are on the machine of the run."""
    rows = [["", "CPU: mean", "median", "largest", "wall: median", "largest"]]
    for entry in results.contenders:
        cpu, wall = cpu_seconds(results, entry.name), wall_seconds(results, entry.name)
        figures = [mean(cpu), median(cpu), max(cpu), median(wall), max(wall)]
        rows.append([entry.title, *(f"{1000 * figure:,.0f}" for figure in figures)])
    return table(rows)


def memory_table(results: Results) -> str:
    """Peak memory of a fresh process in megabytes, by picture."""
    names = list(dict.fromkeys(one.contender for one in results.memory))
    rows = [["", *(results.entry(name).title for name in names)]]
    for case in dict.fromkeys(one.case for one in results.memory):
        held = [memory_of(results, name, case) for name in names]
        ours = held[0] or 0
        cells = [
            _NOTHING if one is None else f"{one:,.0f}" + (f" ({one / ours:.1f}×)" if at else "")
            for at, one in enumerate(held)
        ]
        rows.append([case, *cells])
    return table(rows)
