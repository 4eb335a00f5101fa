import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.aims import aims
from benchmarks.details import distributions_table, millions_table, shares, start_table
from benchmarks.report import report
from benchmarks.results import Results, Tail
from benchmarks.tables import aims_table, furthest, large_table, memory_table, table, times_table
from benchmarks.tails import tails_table
from tests.benchmarks.runs import results

cells = st.text("abc 123", max_size=8)


def row(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"| {start}"))


def test_a_table_is_markdown():
    assert table([["a", "b"], ["one", "10"]]) == "| a   |  b |\n| --- | -: |\n| one | 10 |"


@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=6))
def test_all_lines_of_a_table_are_equally_long(rows: list[tuple[str, str, str]]):
    assert len({len(line) for line in table(rows).splitlines()}) == 1


def test_times_are_over_those_of_sharp():
    assert "0.38 (0.25 to 0.50)" in row(times_table(results()), "DARKROOM ")


def test_an_aim_that_is_met_says_so():
    assert row(aims_table(results()), "CPU over sharp as documented, median").endswith("yes |")


def test_an_aim_that_was_not_measured_is_not_met():
    aim = next(aim for aim in aims(results()) if "floor" in aim.text)
    assert aim.met is None


def test_an_aim_is_missed_beyond_its_tolerance():
    aim = aims(results())[0]._replace(measured=0.46)
    assert aim.met is False


def test_the_contender_with_the_largest_difference_in_score_is_named():
    assert furthest(results()) == "DARKROOM-AVIF, by -1.00"


def test_memory_has_a_row_for_each_picture():
    assert row(memory_table(results()), "48 MP").endswith(" 60 |")


def test_times_for_large_pictures_are_over_darkrooms():
    assert row(large_table(results()), "48 MP").endswith("1,000 (2.0×) |")


def test_a_run_without_large_pictures_says_so():
    none = msgspec.structs.replace(results(), large=())
    assert large_table(none) == "Not measured in this run."


def test_the_share_under_300_ms_counts_photographs():
    assert shares(results())["under_300_cpu"] == "2 of 2"


def test_the_distribution_has_the_median_size():
    assert " 100 |" in row(distributions_table(results()), "1080p, KB")


def test_a_million_photographs_have_a_row_for_each_memory_size():
    assert "(150 ms)" in row(millions_table(results()), "1,769 MB")


def with_auto() -> Results:
    """Darkroom's quality "auto" writes what its AVIFs weigh, at sharp's quality 78."""
    found = results()
    auto = msgspec.structs.replace(found.entry("darkroom-avif"), name="darkroom-auto")
    tail = Tail(
        family="sharp-clones-4", quality=78, bytes={"lake.jpg": 200_000, "street.jpg": 300_000}
    )
    timings = tuple(
        msgspec.structs.replace(row, contender=auto.name)
        for row in found.timings
        if row.contender == "darkroom-avif"
    )
    return msgspec.structs.replace(
        found,
        contenders=(*found.contenders, auto),
        timings=(*found.timings, *timings),
        tails=(tail,),
    )


def test_quality_auto_is_compared_at_an_equal_worst_tenth():
    assert "0.62 (0.50 to 0.75)" in row(tails_table(with_auto()), "SHARP-CLONES-4")


def test_the_aim_of_quality_auto_is_the_median():
    aim = next(aim for aim in aims(with_auto()) if "worst tenth" in aim.text)
    assert aim.measured == 0.625


def test_the_time_of_quality_auto_is_compared_with_a_fixed_one():
    aim = next(aim for aim in aims(with_auto()) if "over a fixed one" in aim.text)
    assert aim.measured == pytest.approx(1.75)


def test_a_run_without_quality_auto_says_so():
    assert tails_table(results()) == 'This run had no quality "auto".'


def test_cold_starts_are_medians():
    assert row(start_table(results()), "`import chalicelib.imaging`").endswith("60 |")


def test_the_report_includes_the_aims():
    assert aims_table(results()) in report(results())
