"""The figures of `make views`: what counts as a miss, a failure, a phase; and its page."""

from typing import Any

import pytest
from msgspec.structs import replace

from benchmarks.views.crowds import View, evaluated, rendered
from benchmarks.views.function_log import ANSWERED, RENDERED, Line
from benchmarks.views.misses import files_of_photographs
from benchmarks.views.page import PAGE, conclusion, page
from benchmarks.views.processor import DARKROOM, contenders, native_quality
from benchmarks.views.results import Crowd, Miss, load
from benchmarks.views.splitting import Stopwatch
from benchmarks.views.tables import least_disturbed

HIT = View(
    path="/i/A?w=320", began=10, ended=11, locations=(), status=200, type="image/webp", error=""
)
MISS = replace(HIT, locations=("https://photos.example/i/A/w/320-0123abcd.webp",))
STAND_IN = replace(HIT, locations=("https://photos.example/images/A/0123456789abcdef/x.webp",))


def crowd(*views: View, lines: int = 0) -> Crowd:
    log = [Line(message=ANSWERED)] * lines
    return evaluated(views, viewers=len(views), each=1, objects=1, lines=log)


def test_the_page_has_the_figures_of_the_latest_run():
    assert PAGE.read_text(encoding="utf-8") == page(load())


def test_views_of_a_file_that_was_there_are_hits():
    found = crowd(HIT, replace(HIT, began=5, ended=6))
    assert (found.missed, found.misses) == (0, None)


def test_a_view_that_began_before_the_first_viewer_had_the_file_is_a_miss():
    waited = replace(HIT, began=10.5, ended=14)
    later = replace(HIT, began=11.5, ended=12)
    found = crowd(MISS, waited, later)
    assert found.misses
    assert found.hits
    assert (found.missed, found.misses.most, found.hits.most) == (2, 3.5, 0.5)


def test_a_file_is_not_there_while_others_are_shown_another_size():
    found = crowd(STAND_IN, replace(MISS, began=12, ended=13), replace(HIT, began=14, ended=15))
    assert (found.missed, found.closest, found.redirected) == (2, 1, 2)


@pytest.mark.parametrize(
    ("change", "failure"),
    [
        ({"status": 503}, "503"),
        ({"status": 0, "error": "ConnectionResetError"}, "ConnectionResetError"),
        ({"type": "application/problem+json"}, "200, but application/problem+json"),
    ],
)
def test_a_view_that_shows_no_image_has_failed(change: dict[str, Any], failure: str):
    assert crowd(HIT, replace(HIT, **change)).failures == {failure: 1}


def test_a_view_without_a_report_has_failed():
    assert evaluated([HIT], 2, 1, 1, []).failures == {"without a response": 1}


def test_all_lines_of_the_functions_log_count():
    assert crowd(HIT, lines=3).lines == 3


def test_renderings_are_counted_by_the_functions_lines():
    assert rendered([Line(message=RENDERED, milliseconds=1), Line(message=ANSWERED)]) == 1


@pytest.mark.parametrize(
    ("crowd_name", "change", "text"),
    [
        ("warm", {"failures": {"502": 1}}, "Views failed"),
        ("cold", {"rendered": 401}, "rendered twice"),
        ("cold", {"objects": 399}, "missing"),
        ("again", {"lines": 1}, "left lines"),
    ],
)
def test_the_page_says_what_went_wrong(crowd_name: str, change: dict[str, Any], text: str):
    results = load()
    wrong = replace(getattr(results, crowd_name), **change)
    assert text in conclusion(replace(results, **{crowd_name: wrong}))


def test_a_file_rendered_twice_in_a_rush_is_reported():
    results = load()
    rush = replace(results.rush, rendered=results.rush.files + 1)
    assert "rendered twice" in conclusion(replace(results, rush=rush))


def test_each_file_is_requested_once():
    wanted = files_of_photographs({"a": ["1", "2"], "b": ["3"]}, ["webp", "avif"], [320, 640])
    assert len(wanted) == len(set(wanted)) == 12


def test_a_phase_inside_of_another_is_counted_once():
    class Work:
        def outer(self) -> None:
            self.inner()

        def inner(self) -> float:
            return sum(float(number) for number in range(200_000))

    work, watch = Work(), Stopwatch()
    watch.time(work, "inner", "inner")
    watch.time(work, "outer", "outer")
    work.outer()
    assert watch.milliseconds["outer"] < watch.milliseconds["inner"]


def test_others_are_asked_for_the_quality_that_darkroom_passes_to_the_codec():
    assert native_quality("jpeg", DARKROOM, 1280) == native_quality("webp", "sharp", 1280) == 82
    assert native_quality("jpeg", "sharp", 1280) == 70
    assert native_quality("avif", "sharp", 1280) == 58


@pytest.mark.parametrize("output", ["webp", "avif", "jpeg"])
def test_each_contender_makes_files_of_the_same_format(output: str):
    assert all(f'"format": "{output}"' in found.command[-1] for found in contenders(output))


def test_of_misses_that_did_the_same_work_the_fastest_was_disturbed_the_least():
    slow = Miss(photograph="a", format="webp", width=320, first=90, second=10, api=80, rendered=60)
    fast, wide = replace(slow, first=30), replace(slow, width=640)
    assert least_disturbed([slow, fast, wide, slow]) == [fast, wide]
