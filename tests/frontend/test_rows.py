"""The gallery's layout, as pure functions."""

from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.frontend.darkroom import FakeDarkroom

Json = dict[str, Any]

LAY = """async ([ratios, width]) => {
    const { layRows, rowAt, rowOf, shownRatio, sizesFor } = await import("/gallery/rows.js");
    const sizes = sizesFor(width, 16);
    const layout = layRows(ratios, sizes);
    const shown = ratios.map((ratio) => shownRatio(ratio, sizes));
    return {
        ...layout, whole: layout.height, sizes, shown,
        rowsOf: ratios.map((_, index) => rowOf(layout, index)),
        rowsAt: layout.tops.map((top) => [rowAt(layout, top), rowAt(layout, top + 1)]),
    };
}"""
MOVE = """async ([ratios, width, key, index]) => {
    const { layRows, moved, sizesFor } = await import("/gallery/rows.js");
    const sizes = sizesFor(width, 16);
    const view = { layout: layRows(ratios, sizes), ratios, sizes, window: 800 };
    return moved(key, index, view) ?? null;
}"""


@pytest.fixture
def laid(page: Page, darkroom: FakeDarkroom) -> Any:
    """Lays out ratios in a width."""
    page.goto(darkroom.site)
    return lambda ratios, width: page.evaluate(LAY, [ratios, width])


def widths_of(layout: Json, row: int) -> list[float]:
    """The widths of a row's tiles."""
    tiles = layout["shown"][layout["starts"][row] : layout["starts"][row + 1]]
    return [ratio * layout["heights"][row] for ratio in tiles]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("width", [328, 722, 1344])
def test_full_rows_are_as_wide_as_the_page_and_about_as_high_as_wanted(
    laid: Any, width: int, seed: int
) -> None:
    random = Random(seed)
    ratios = [random.choice([0.3, 0.66, 0.75, 1, 1.33, 1.5, 1.78, 3, 8]) for _ in range(200)]
    layout = laid(ratios, width)
    gap, height = layout["sizes"]["gap"], layout["sizes"]["height"]
    for row, shown in enumerate(layout["heights"][:-1]):
        widths = widths_of(layout, row)
        assert sum(widths) + gap * (len(widths) - 1) == pytest.approx(width)
        assert 0.4 * height < shown < 2.5 * height
    last = widths_of(layout, len(layout["heights"]) - 1)
    assert sum(last) + gap * (len(last) - 1) <= width + 1


def test_every_tile_is_in_one_row(laid: Any) -> None:
    layout = laid([1.5, 0.7, 1.3] * 30, 722)
    assert layout["starts"][0] == 0
    assert layout["starts"][-1] == 90
    assert layout["starts"] == sorted(set(layout["starts"]))
    for index, row in enumerate(layout["rowsOf"]):
        assert layout["starts"][row] <= index < layout["starts"][row + 1]


def test_a_position_is_in_the_row_that_begins_above_it(laid: Any) -> None:
    layout = laid([1.5] * 40, 722)
    assert layout["rowsAt"] == [[row, row] for row in range(len(layout["tops"]))]


def test_a_single_landscape_picture_is_no_higher_than_other_rows(laid: Any) -> None:
    layout = laid([1.5], 1344)
    assert layout["heights"] == [layout["sizes"]["height"]]


def test_nothing_has_no_height(laid: Any) -> None:
    assert laid([], 722)["whole"] == 0


def test_a_list_stays_as_it_is_above_what_is_added(laid: Any) -> None:
    before = laid([1.5, 0.75] * 25, 722)
    after = laid([1.5, 0.75] * 25 + [1.33] * 25, 722)
    full = len(before["tops"]) - 1  # the last row may be filled up
    assert after["tops"][:full] == before["tops"][:full]


@pytest.mark.parametrize(
    ("key", "start", "end"),
    [
        ("ArrowRight", 0, 1),
        ("ArrowLeft", 5, 4),
        ("ArrowDown", 1, 5),
        ("ArrowUp", 5, 1),
        ("ArrowUp", 1, 1),
        ("Home", 6, 4),
        ("End", 4, 7),
        ("PageDown", 1, 17),
        ("x", 1, None),
    ],
)
def test_keys_move_to_the_tile_beside_above_or_below(
    page: Page, darkroom: FakeDarkroom, key: str, start: int, end: int | None
) -> None:
    """Of squares in rows of four."""
    page.goto(darkroom.site)
    assert page.evaluate(MOVE, [[1] * 20, 640, key, start]) == end


QUERY = """async (search) => {
    const { parseFilters, toParameters, toSearch } = await import("/gallery/address.js");
    const filters = parseFilters(search);
    return [toSearch(filters), new URLSearchParams(toParameters(filters)).toString()];
}"""


@pytest.mark.parametrize(
    ("search", "kept", "requested"),
    [
        ("", "", "status=ready"),
        ("?status=all", "?status=all", ""),
        ("?q=+a%20b", "?q=a+b", "q=a+b&status=ready"),
        ("?tag=a&tag=b&tag=a", "?tag=a&tag=b", "status=ready&tag=a&tag=b"),
        ("?sort=-bytes&status=failed", "?status=failed&sort=-bytes", "status=failed&sort=-bytes"),
        ("?sort=x&status=x&visibility=x&from=x", "", "status=ready"),
        ("?from=2026-01-01", "?from=2026-01-01", "status=ready&from=2026-01-01"),
    ],
)
def test_an_address_says_what_is_requested(
    page: Page, darkroom: FakeDarkroom, search: str, kept: str, requested: str
) -> None:
    page.goto(darkroom.site)
    assert page.evaluate(QUERY, search) == [kept, requested]


RETRY = """async ([reason, tries]) => {
    const { secondsUntilRetry } = await import("/bulk/run.js");
    return secondsUntilRetry(reason, tries);
}"""


@pytest.mark.parametrize(
    ("reason", "tries", "seconds"),
    [
        ({"status": 429, "retryAfter": 7}, 1, 7),
        ({"status": 429, "retryAfter": 3600}, 1, None),
        ({"status": 503, "transient": True}, 3, 4),
        ({"status": 0, "transient": True}, 20, None),
        ({"status": 412}, 1, 0),
        ({"status": 403}, 1, None),
        ({"status": 422}, 1, None),
    ],
)
def test_a_request_is_repeated_when_there_is_use_in_it(
    page: Page, darkroom: FakeDarkroom, reason: Json, tries: int, seconds: float | None
) -> None:
    page.goto(darkroom.site)
    assert page.evaluate(RETRY, [reason, tries]) == seconds
