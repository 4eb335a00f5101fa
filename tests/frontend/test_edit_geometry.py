"""The editor's arithmetic in Chromium, compared with that of the server."""

from random import Random
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page

from chalicelib.model.edits import Crop, Edits, Redact, Step, edited_size, sizes_of
from tests.frontend.darkroom import FakeDarkroom

Json = dict[str, Any]
Size = tuple[int, int]

SIZES: list[Size] = [(4000, 3000), (3000, 4000), (641, 427), (7, 5), (1, 900), (12_000, 9)]

TRACE = """async (cases) => {
    const { applied, cropBox, redactBox, traced } = await import("/editor/geometry.js");
    return cases.map(([edits, size]) => {
        const steps = traced(edits, size);
        const boxes = edits.map((edit, at) => (
            { crop: cropBox, redact: redactBox }[edit.action]?.(edit, steps[at].size) ?? null));
        const points = [[0, 0], [0.3, 0.8], [1, 1]].map(([x, y]) => (
            applied(steps.at(-1).matrix, [x * size[0], y * size[1]])));
        return { sizes: steps.map((step) => step.size), boxes, points };
    });
}"""
CONVERT = """async (cases) => {
    const { editsOf, stateOf } = await import("/editor/recipe.js");
    return cases.map(([edits, size]) => {
        const { state, isExact } = stateOf(edits, size);
        return { edits: editsOf(state), isExact };
    });
}"""
RESIZE = """async (cases) => {
    const { moved, resized, fitted } = await import("/editor/geometry.js");
    return cases.map(([rectangle, handle, by, ratio]) => [
        moved(rectangle, by),
        resized(rectangle, handle, by, ratio ?? undefined),
        fitted(rectangle, ratio ?? 1),
    ]);
}"""
TURN = """async ([state, size]) => {
    const { editsOf, mirror, rotate } = await import("/editor/recipe.js");
    return [1, 2, 3].map((quarters) => editsOf(rotate(state, quarters)))
        .concat([editsOf(mirror(state)), editsOf(rotate(mirror(state), 2))]);
}"""


def recipe(random: Random) -> list[Json]:
    """A recipe as anybody could write it."""
    return [step(random) for _ in range(random.randint(0, 6))]


def step(random: Random) -> Json:
    kind = random.choice(["crop", "rotate", "flip", "straighten", "redact"])
    if kind == "rotate":
        return {"action": kind, "degrees": random.choice([90, 180, 270])}
    if kind == "flip":
        return {"action": kind, "axis": random.choice(["horizontal", "vertical"])}
    if kind == "straighten":
        return {"action": kind, "degrees": random.randint(-450, 450) / 10}
    return {"action": kind, **part(random)}


def part(random: Random) -> Json:
    x, y = random.randint(0, 700_000), random.randint(0, 700_000)
    width, height = random.randint(1, 1_000_000 - x), random.randint(1, 1_000_000 - y)
    return {k: v / 1e6 for k, v in {"x": x, "y": y, "width": width, "height": height}.items()}


def server(edits: list[Json]) -> tuple[Any, ...]:
    """The recipe as the server reads it."""
    return msgspec.convert(edits, Edits)


def box_of(edit: Step, size: Size) -> list[int] | None:
    return [*edit.box(size)] if isinstance(edit, Crop | Redact) else None


def shown(edits: tuple[Any, ...], size: Size, point: tuple[float, float]) -> tuple[float, float]:
    """Where a point of the original is, in pixels of the result."""
    for edit, before in zip(edits, sizes_of(edits, size), strict=False):
        point = edit.moved(point, before)
    return point


@pytest.fixture
def script(page: Page, darkroom: FakeDarkroom) -> Any:
    page.goto(f"{darkroom.site}/favicon.svg")
    return page.evaluate


@pytest.mark.parametrize("size", SIZES)
def test_sizes_boxes_and_points_are_the_servers(script: Any, size: Size) -> None:
    random = Random(1)
    cases = [(recipe(random), size) for _ in range(300)]
    for (edits, _), found in zip(cases, script(TRACE, cases), strict=True):
        steps = server(edits)
        sizes = sizes_of(steps, size)
        # The two languages' cosines may differ in the last digit, which decides on a pixel.
        for expected, actual in zip(sizes, found["sizes"], strict=True):
            assert actual == pytest.approx(expected, abs=1), edits
        if [list(size) for size in sizes] != found["sizes"]:
            continue
        expected_boxes = [box_of(s, at) for s, at in zip(steps, sizes, strict=False)]
        assert found["boxes"] == expected_boxes, edits
        corners = [(0, 0), (0.3 * size[0], 0.8 * size[1]), size]
        for corner, point in zip(corners, found["points"], strict=True):
            assert point == pytest.approx(shown(steps, size, corner), abs=1e-6 * max(size)), edits


def test_what_the_editor_writes_it_reads_again(script: Any) -> None:
    random = Random(2)
    size = (4000, 3000)
    cases = [(canonical(random), size) for _ in range(300)]
    for (edits, _), found in zip(cases, script(CONVERT, cases), strict=True):
        assert found["isExact"], edits
        assert pixels(found["edits"], size) == pixels(edits, size), edits


def canonical(random: Random) -> list[Json]:
    redactions = [{"action": "redact", **part(random)} for _ in range(random.randint(0, 3))]
    others = [
        {"action": "flip", "axis": random.choice(["horizontal", "vertical"])},
        {"action": "rotate", "degrees": random.choice([90, 180, 270])},
        {"action": "straighten", "degrees": random.randint(-450, 450) / 10},
        {"action": "crop", **part(random)},
    ]
    return redactions + [edit for edit in others if random.random() < 0.5]


def pixels(edits: list[Json], size: Size) -> Any:
    """What a recipe with redactions first does, in pixels."""
    steps = server(edits)
    result = edited_size(steps, size)
    corner = tuple(round(end, 3) for end in shown(steps, size, (0.0, 0.0)))
    hidden = [edit.box(size) for edit in steps if isinstance(edit, Redact)]
    return result, corner, hidden


def test_a_recipe_in_any_order_is_kept_in_meaning_or_said_to_be_inexact(script: Any) -> None:
    random = Random(3)
    size = (4000, 3000)
    cases = [(recipe(random), size) for _ in range(600)]
    exact = 0
    for (edits, _), found in zip(cases, script(CONVERT, cases), strict=True):
        before, after = server(edits), server(found["edits"])
        if not found["isExact"]:
            continue
        exact += 1
        assert edited_size(after, size) == pytest.approx(edited_size(before, size), abs=2), edits
        for corner in ((0, 0), size):
            expected = shown(before, size, corner)
            assert shown(after, size, corner) == pytest.approx(expected, abs=2), edits
    assert exact > 200


def test_a_redaction_is_kept_whatever_was_done_before_it(script: Any) -> None:
    """Each point that was hidden is hidden by the editor's recipe, too."""
    random = Random(4)
    size = (4000, 3000)
    cases = [(recipe(random), size) for _ in range(300)]
    for (edits, _), found in zip(cases, script(CONVERT, cases), strict=True):
        before, after = server(edits), server(found["edits"])
        boxes = [edit.box(size) for edit in after if isinstance(edit, Redact)]
        for point in hidden_points(before, size):
            inside = [left <= point[0] <= r and top <= point[1] <= b for left, top, r, b in boxes]
            # What is outside the original has no pixels.
            outside = not (0 < point[0] < size[0] and 0 < point[1] < size[1])
            assert any(inside) or outside, (edits, point)


def hidden_points(steps: tuple[Any, ...], size: Size) -> list[tuple[float, float]]:
    """The original's points just within the corners of each redaction."""
    sizes = sizes_of(steps, size)
    found = []
    for index, edit in enumerate(steps):
        if isinstance(edit, Redact):
            left, top, right, bottom = edit.box(sizes[index])
            near = 1e-3
            for point in ((left + near, top + near), (right - near, bottom - near)):
                for before, at in reversed([*zip(steps[:index], sizes, strict=False)]):
                    point = before.moved_back(point, at)
                found.append(point)
    return found


def test_turning_what_is_shown_appends_a_turn(script: Any) -> None:
    """Rotations and flips of a state equal those steps after its recipe."""
    size = (4000, 3000)
    state = {
        "redactions": [],
        "flip": True,
        "quarters": 1,
        "degrees": 5.5,
        "crop": {"x": 0.1, "y": 0.2, "width": 0.5, "height": 0.4},
        "ratio": "4:3",
    }
    [unturned] = script(
        """async ([state]) => {
        const { editsOf } = await import("/editor/recipe.js");
        return [editsOf(state)];
    }""",
        [state],
    )
    appended = [
        *({"action": "rotate", "degrees": degrees} for degrees in (90, 180, 270)),
        *({"action": "flip", "axis": axis} for axis in ("horizontal", "vertical")),
    ]
    for edits, added in zip(script(TURN, [state, size]), appended, strict=True):
        before, after = server([*unturned, added]), server(edits)
        assert edited_size(after, size) == edited_size(before, size)
        expected = shown(before, size, (900, 1300))
        assert shown(after, size, (900, 1300)) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize("ratio", [None, 1, 16 / 9, 0.2])
def test_a_rectangle_stays_in_the_picture_and_keeps_its_ratio(
    script: Any, ratio: float | None
) -> None:
    random = Random(5)
    handles = [[x, y] for x in (0, 0.5, 1) for y in (0, 0.5, 1) if (x, y) != (0.5, 0.5)]
    cases = []
    for _ in range(400):
        rectangle = part(random)
        if ratio:
            side = min(rectangle["width"], rectangle["height"] * ratio)
            rectangle |= {"width": side, "height": side / ratio}
        by = [random.uniform(-1.5, 1.5), random.uniform(-1.5, 1.5)]
        cases.append([rectangle, random.choice(handles), by, ratio])
    for case, results in zip(cases, script(RESIZE, cases), strict=True):
        for found in results:
            assert found["x"] >= 0, case
            assert found["y"] >= 0, case
            assert found["x"] + found["width"] <= 1 + 1e-9, case
            assert found["y"] + found["height"] <= 1 + 1e-9, case
            assert min(found["width"], found["height"]) > 0, case
        if ratio:
            assert results[1]["width"] / results[1]["height"] == pytest.approx(ratio), case
            assert results[2]["width"] / results[2]["height"] == pytest.approx(ratio), case
