"""`docs/local-performance.md`, written from a run, so that no figure can drift."""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from string import Template

from benchmarks import toolchain
from benchmarks.library.reading import LIMIT, LISTS, ONE
from benchmarks.library.results import Figures, Results
from benchmarks.library.version import SIDE
from benchmarks.tables import table

PAGE = toolchain.ROOT / "docs/local-performance.md"
EQUAL = 0.95  # of the earlier rate: rounds of one version differ by as much

_TEMPLATE = Path(__file__).with_name("template.md")
_LIST_MS, _ONE_MS, _RESTART, _FIRST_START = 150, 50, 10, 1.3
_MET = {True: "yes", False: "no", None: "-"}

Value = float | None  # None where it was not measured


def page(results: Results) -> str:
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
    )


def figures_table(results: Results) -> str:
    """A row for each figure; its aim is for the last column, the others are there to compare."""
    found = results.figures
    rows = [["", *(f"`{one.commit}`, {one.images:,} images" for one in found), "aim", "met"]]
    for kind in (*LISTS, ONE):
        most = _ONE_MS if kind == ONE else _LIST_MS
        rows.append(_row(f"{kind}, p95, ms", [_p95(one, kind) for one in found], _at_most(most)))
    rows.append(_row("requests refused", [one.refused for one in found], _at_most(0)))
    restarts = [median(one.restarts) for one in found]
    rows.append(_row("restart until ready, s", restarts, _at_most(_RESTART), ".1f"))
    for title, rates in (
        ("uploaded a second", [median(one.uploaded) for one in found]),
        ("processed a second", [median(one.processed) for one in found]),
    ):
        rows.append(_row(title, rates, None, ".1f"))
        if len(rates) > 1:
            met = min(rates[1:]) >= EQUAL * rates[0]
            rows[-1][-2:] = ["not lower", _MET[met]]
    rows.append(_row("uploads wrong or lost", [one.faults for one in found], _at_most(0)))
    rows.append(_row("left in queues", [one.queued for one in found], _at_most(0)))
    for place, title in enumerate(("at rest", "while listing", "while uploading")):
        held = [one.memory[place] / 1e6 for one in found]
        rows.append(_row(f"memory of all parts {title}, MB", held, None))
    if results.first_starts:
        rows += _first_starts(results)
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
    found = figures.answers.get(kind)
    return 1000 * found.p95 if found else None


def _first_starts(results: Results) -> list[list[str]]:
    """Seconds and printed lines of each column's version: medians."""
    commits = [one.commit for one in results.figures]
    starts = [[one for one in results.first_starts if one.commit == name] for name in commits]
    seconds = [median(start.seconds for start in one) if one else None for one in starts]
    lines = [median(start.lines for start in one) if one else None for one in starts]
    aim = None
    if len(set(commits)) > 1 and seconds[0] is not None:
        aim = f"at most {_FIRST_START}×", _at_most(_FIRST_START * seconds[0])[1]
    return [_row("first start, s", seconds, aim), _row("lines it prints", lines, None)]
