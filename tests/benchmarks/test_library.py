from pathlib import Path

import pytest
from msgspec.structs import replace

from benchmarks.library.latency import LISTS, SINGLE
from benchmarks.library.page import PAGE, figures_table, page
from benchmarks.library.results import Figures, FirstStart, Results, load, load_searches
from benchmarks.records import save

FIRST_START = "first start, s"
PROCESSED = "processed a second"

NOW = Figures(
    commit="new",
    images=10_000,
    p95=dict.fromkeys(LISTS, 0.1) | {SINGLE: 0.02},
    refused=0,
    restarts=(4.0, 5.0, 30.0),
    uploaded=(20.0, 21.0, 40.0),
    processed=(9.0, 10.0, 20.0),
    faults=0,
    queued=0,
    memory=(900_000_000, 950_000_000, 1_000_000_000),
)
BEFORE = replace(NOW, commit="old", images=600, processed=(10.0,))
STARTS = (
    FirstStart(commit="old", seconds=80, lines=178),
    FirstStart(commit="new", seconds=104, lines=5),
)


def results(*figures: Figures, first_starts: tuple[FirstStart, ...] = STARTS) -> Results:
    return Results(
        command="python -m benchmarks.library",
        date="2026-11-28",
        machine="A machine, 2 CPUs",
        load=0.1,
        minutes=40,
        workers=2,
        rounds=3,
        further=100,
        figures=figures,
        first_starts=first_starts,
    )


def cells(found: Results, title: str) -> list[str]:
    """The cells of the row with this title, without the title."""
    (line,) = [x for x in figures_table(found).splitlines() if x.startswith(f"| {title} ")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_the_page_has_the_figures_of_the_latest_run() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(load(), load_searches())


def test_a_saved_run_is_read_unchanged(tmp_path: Path) -> None:
    save(results(BEFORE, NOW), tmp_path / "run.json")
    assert load(tmp_path / "run.json") == results(BEFORE, NOW)


@pytest.mark.parametrize(
    ("title", "shown", "missed"),
    [
        (
            f"{LISTS[2]}, p95, ms",
            ["100", "100", "at most 150"],
            {"p95": NOW.p95 | {LISTS[2]: 0.151}},
        ),
        (
            f"{SINGLE}, p95, ms",
            ["20", "20", "at most 50"],
            {"p95": NOW.p95 | {SINGLE: 0.051}},
        ),
        ("restart until ready, s", ["5.0", "5.0", "at most 10"], {"restarts": (10.1,)}),
        (PROCESSED, ["10.0", "10.0", "not lower"], {"processed": (9.4,)}),
        ("uploads wrong or lost", ["0", "0", "at most 0"], {"faults": 1}),
        ("left in queues", ["0", "0", "at most 0"], {"queued": 1}),
    ],
)
def test_an_aim_applies_to_the_last_column(
    title: str, shown: list[str], missed: dict[str, object]
) -> None:
    assert cells(results(BEFORE, NOW), title) == [*shown, "yes"]
    assert cells(results(BEFORE, replace(NOW, **missed)), title)[-1] == "no"


def test_a_first_start_is_compared_with_that_of_the_earlier_version() -> None:
    assert cells(results(BEFORE, NOW), FIRST_START) == ["80", "104", "at most 1.3×", "yes"]
    slow = (STARTS[0], replace(STARTS[1], seconds=105))
    assert cells(results(BEFORE, NOW, first_starts=slow), FIRST_START)[-1] == "no"


def test_without_an_earlier_version_nothing_is_compared() -> None:
    assert cells(results(NOW), FIRST_START) == ["104", "", "-"]
    assert cells(results(NOW), PROCESSED) == ["10.0", "", "-"]


def test_a_kind_of_request_without_a_response_has_no_time() -> None:
    found = results(replace(BEFORE, p95={}, refused=280), NOW)
    assert cells(found, f"{SINGLE}, p95, ms") == ["-", "20", "at most 50", "yes"]
