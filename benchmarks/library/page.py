"""Writes docs/local-performance.md from the figures of a run."""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from string import Template

from benchmarks import toolchain
from benchmarks.library.latency import LIMIT, LISTS, SINGLE
from benchmarks.library.results import Figures, Results, Searches
from benchmarks.library.version import SIDE
from benchmarks.tables import table

PAGE = toolchain.ROOT / "docs/local-performance.md"
EQUAL = 0.95  # of the earlier rate: rounds of the same version differ by as much

_TEMPLATE = Path(__file__).with_name("template.md")
_LIST_MS, _SINGLE_MS, _RESTART, _FIRST_START = 150, 50, 10, 1.3
_MET = {True: "yes", False: "no", None: "-"}

Value = float | None  # None if it was not measured


def page(results: Results, searches: Searches) -> str:
    """The text of the page."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        command=results.command,
        date=results.date,
        machine=results.machine,
        load=results.load,
        minutes=results.minutes,
        workers=results.workers,
        rounds=results.rounds,
        further=results.further,
        limit=LIMIT,
        side=SIDE,
        tolerance=f"{1 - EQUAL:.0%}",
        figures=figures_table(results),
        searches_command=searches.command,
        searches_commit=searches.commit,
        searches_date=searches.date,
        searches_images=f"{searches.images:,}",
        searches_requests=searches.requests,
        searches_load=" and ".join(f"{load:.1f}" for load in searches.load),
        searches=searches_table(searches),
    )


def figures_table(results: Results) -> str:
    """A row for each figure; its aim is for the last column, the others are for comparison."""
    found = results.figures
    rows = [["", *(f"`{column.commit}`, {column.images:,} images" for column in found)]]
    rows[0] += ["aim", "met"]
    for kind in (*LISTS, SINGLE):
        most = _SINGLE_MS if kind == SINGLE else _LIST_MS
        values = [_p95(column, kind) for column in found]
        rows.append(_row(f"{kind}, p95, ms", values, _at_most(most)))
    rows.append(_row("requests failed", [column.refused for column in found], _at_most(0)))
    restarts = [median(column.restarts) for column in found]
    rows.append(_row("restart until ready, s", restarts, _at_most(_RESTART), ".1f"))
    for title, rates in (
        ("uploaded a second", [median(column.uploaded) for column in found]),
        ("processed a second", [median(column.processed) for column in found]),
    ):
        rows.append(_row(title, rates, None, ".1f"))
        if len(rates) > 1:
            met = min(rates[1:]) >= EQUAL * rates[0]
            rows[-1][-2:] = ["not lower", _MET[met]]
    rows.append(_row("uploads wrong or lost", [column.faults for column in found], _at_most(0)))
    rows.append(_row("left in queues", [column.queued for column in found], _at_most(0)))
    for index, title in enumerate(("at rest", "while listing", "while uploading")):
        peaks = [column.memory[index] / 1e6 for column in found]
        rows.append(_row(f"memory of all parts {title}, MB", peaks, None))
    if results.first_starts:
        rows += _first_starts(results)
    return table(rows)


def searches_table(found: Searches) -> str:
    """A row for each kind of request."""
    rows = [["", "images", "p50, ms", "p95, ms", "aim", "met"]]
    for timed in found.timed:
        median_ms, most = f"{1000 * timed.p50:.0f}", 1000 * timed.p95
        aim, meets = _at_most(_LIST_MS)
        met = _MET[meets(round(most))]
        rows.append([timed.title, str(timed.images), median_ms, f"{most:.0f}", aim, met])
    return table(rows)


Aim = tuple[str, Callable[[float], bool]]


def _row(title: str, values: Sequence[Value], aim: Aim | None, form: str = ".0f") -> list[str]:
    text, meets = aim or ("", None)
    met = None if meets is None or values[-1] is None else meets(values[-1])
    shown = ["-" if value is None else format(value, f",{form}") for value in values]
    return [title, *shown, text, _MET[met]]


def _at_most(most: float) -> Aim:
    return f"at most {most:g}", lambda value: value <= most


def _p95(figures: Figures, kind: str) -> Value:
    seconds = figures.p95.get(kind)
    return None if seconds is None else 1000 * seconds


def _first_starts(results: Results) -> list[list[str]]:
    """Median seconds and printed lines of each column's version."""
    commits = [column.commit for column in results.figures]
    starts = [[s for s in results.first_starts if s.commit == commit] for commit in commits]
    seconds = [median(s.seconds for s in column) if column else None for column in starts]
    lines = [median(s.lines for s in column) if column else None for column in starts]
    aim = None
    if len(set(commits)) > 1 and seconds[0] is not None:
        aim = f"at most {_FIRST_START}×", _at_most(_FIRST_START * seconds[0])[1]
    return [_row("first start, s", seconds, aim), _row("lines printed", lines, None)]
