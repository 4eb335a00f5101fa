from pathlib import Path

import pytest

from benchmarks.chart import chart
from benchmarks.document import CHART, PAGE, page
from benchmarks.records import save
from benchmarks.results import LATEST, Results, last_qualities, load
from tests.benchmarks.runs import results


@pytest.fixture(scope="module")
def latest() -> Results:
    return load(LATEST)


def test_the_page_has_the_figures_of_the_latest_run(latest: Results):
    assert PAGE.read_text(encoding="utf-8") == page(latest)


def test_the_chart_has_the_figures_of_the_latest_run(latest: Results):
    assert CHART.read_text(encoding="utf-8") == chart(latest)


def test_the_latest_runs_metric_equals_that_of_its_package(latest: Results):
    here, there = latest.metric
    assert here == pytest.approx(there, abs=0.05)


def test_a_saved_run_is_read_unchanged(tmp_path: Path):
    save(results(), tmp_path / "run.json")
    assert load(tmp_path / "run.json") == results()


def test_a_search_starts_at_the_qualities_of_the_latest_run(tmp_path: Path):
    save(results(), tmp_path / "run.json")
    assert last_qualities(tmp_path / "run.json")["sharp-clones-4"] == 80


def test_a_first_run_has_no_qualities_to_start_at(tmp_path: Path):
    assert last_qualities(tmp_path / "nothing.json") == {}
