from xml.etree import ElementTree

import pytest

from benchmarks.chart import Bar, chart, drawn
from tests.benchmarks.runs import results

SVG = "{http://www.w3.org/2000/svg}"
BARS = [Bar("one", 0.5, "ours"), Bar("two & more", 2.0, "theirs")]


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def texts(picture: ElementTree.Element) -> list[str | None]:
    return [element.text for element in picture.iter(f"{SVG}text")]


def test_bars_are_as_long_as_their_figures():
    short, long = (
        float(bar.attrib["width"]) for bar in parsed(drawn("", "", BARS)).iter(f"{SVG}rect")
    )
    assert long == pytest.approx(4 * short, rel=0.001)


def test_nothing_is_wider_than_the_chart():
    picture = parsed(drawn("", "", BARS))
    width = float(picture.attrib["viewBox"].split()[2])
    assert max(float(text.attrib["x"]) for text in picture.iter(f"{SVG}text")) < width - 30


def test_every_bar_has_its_label_and_its_figure():
    assert {"one", "0.50", "two & more", "2.00"} <= set(texts(parsed(drawn("", "", BARS))))


def test_the_title_has_all_figures_for_screen_readers():
    title = parsed(drawn("Time", "", BARS)).findtext(f"{SVG}title")
    assert title == "Time: one 0.50, two & more 2.00"


def test_the_chart_shows_only_the_contenders_of_the_run():
    shown = set(texts(parsed(chart(results()))))
    assert "0.38" in shown
    assert "thumbor's engine" not in shown
