"""Recipes of edits: their validation, and where points and rectangles are."""

import math

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.model.edits import (
    MOST_EDITS,
    Crop,
    Edit,
    Edits,
    Flip,
    Redact,
    Rotate,
    Straighten,
    edited_size,
    hides_more,
    original_point,
    phrase,
    shown_point,
    sizes_of,
)
from chalicelib.model.focal_point import FocalPoint

SIDE = st.floats(1e-6, 1)
START = st.floats(0, 1 - 1e-6)


def _inside(kind: type[Crop | Redact]) -> st.SearchStrategy[Edit]:
    return st.builds(
        lambda x, y, width, height: kind(
            x=x, y=y, width=max(1e-6, min(width, 1 - x)), height=max(1e-6, min(height, 1 - y))
        ),
        START.map(lambda v: math.floor(v * 1e6) / 1e6),
        START.map(lambda v: math.floor(v * 1e6) / 1e6),
        SIDE,
        SIDE,
    )


EXACT: st.SearchStrategy[Edit] = st.one_of(
    _inside(Crop),
    _inside(Redact),
    st.builds(Rotate, degrees=st.sampled_from((90, 180, 270))),
    st.builds(Flip, axis=st.sampled_from(("horizontal", "vertical"))),
)
EDIT = EXACT | st.builds(Straighten, degrees=st.floats(-45, 45))
EDITS = st.lists(EDIT, max_size=5).map(tuple)
SIZES = st.tuples(st.integers(1, 20_000), st.integers(1, 20_000))
POINTS = st.builds(FocalPoint, x=st.floats(0, 1), y=st.floats(0, 1))


def read(text: str) -> tuple[Edit, ...]:
    return msgspec.json.decode(text.encode(), type=Edits)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[{"action": "crop", "x": 0.6, "y": 0, "width": 0.5, "height": 1}]', "x and width"),
        ('[{"action": "redact", "x": 0, "y": 1, "width": 0.5, "height": 0.1}]', "y and height"),
        ('[{"action": "crop", "x": 0, "y": 0, "width": 0, "height": 1}]', "1e-06"),
        ('[{"action": "crop", "x": -0.1, "y": 0, "width": 0.5, "height": 1}]', ">= 0"),
        ('[{"action": "rotate", "degrees": 45}]', "45"),
        ('[{"action": "straighten", "degrees": 46}]', "<= 45"),
        ('[{"action": "flip", "axis": "diagonal"}]', "diagonal"),
        ('[{"action": "blur"}]', "blur"),
        ('[{"action": "flip", "axis": "vertical", "x": 1}]', "unknown field `x`"),
        ('[{"degrees": 90}]', "action"),
        ('[{"action": "redact", "x": 0, "y": 0, "width": 1, "height": 1, "color": "red"}]', "#"),
    ],
)
def test_an_invalid_step_is_refused(text: str, fault: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=fault):
        read(text)


def test_a_recipe_has_a_limited_number_of_steps() -> None:
    steps = [Flip(axis="vertical")] * MOST_EDITS
    assert len(read(msgspec.json.encode(steps).decode())) == MOST_EDITS
    with pytest.raises(msgspec.ValidationError):
        read(msgspec.json.encode([*steps, steps[0]]).decode())


def test_a_colour_is_black_unless_it_is_given() -> None:
    (box,) = read('[{"action": "redact", "x": 0, "y": 0, "width": 1, "height": 1}]')
    assert box == Redact(x=0, y=0, width=1, height=1, color="#000000")
    assert Redact(x=0, y=0, width=1, height=1, color="#ABCDEF").color == "#abcdef"


@given(EDITS)
def test_a_stored_recipe_is_read_unchanged(edits: tuple[Edit, ...]) -> None:
    assert read(msgspec.json.encode(edits).decode()) == edits


@given(EDITS, SIZES)
def test_a_result_has_at_least_one_pixel(edits: tuple[Edit, ...], size: tuple[int, int]) -> None:
    assert min(edited_size(edits, size)) >= 1


@given(_inside(Redact), SIZES)
def test_a_box_covers_all_that_it_touches(box: Edit, size: tuple[int, int]) -> None:
    assert isinstance(box, Redact)
    left, top, right, bottom = box.box(size)
    assert left <= box.x * size[0] + 1e-6
    assert right >= (box.x + box.width) * size[0] - 1e-6
    assert top <= box.y * size[1] + 1e-6
    assert bottom >= (box.y + box.height) * size[1] - 1e-6
    assert 0 <= left < right <= size[0]
    assert 0 <= top < bottom <= size[1]


@given(START, SIDE)
def test_a_box_is_rounded_outwards(start: float, side: float) -> None:
    side = min(side, 1 - start)
    if side < 1e-6:
        return
    box = Redact(x=start, y=0, width=side, height=1)
    assert box.x <= start + 1e-9
    assert box.x + box.width >= start + side - 1e-9


def test_a_box_on_whole_pixels_covers_exactly_these() -> None:
    for size in (7, 30, 799, 4000):
        for first, last in ((1, 3), (2, size), (size // 2, size - 1)):
            box = Redact(x=first / size, y=0, width=(last - first) / size, height=1)
            assert abs(box.box((size, 1))[0] - first) <= 1
            exact = Redact(x=0.25, y=0.5, width=0.5, height=0.25).box((400, 200))
            assert exact == (100, 100, 300, 150)


@given(st.floats(-45, 45), SIZES)
def test_a_straightened_picture_has_no_empty_corner(degrees: float, size: tuple[int, int]) -> None:
    step = Straighten(degrees=degrees)
    width, height = step.resized(size)
    if min(width, height) == 1:
        return  # there is no smaller one
    for corner in ((0, 0), (width, 0), (0, height), (width, height)):
        x, y = step.moved_back(corner, size)
        assert -1e-6 <= x <= size[0] + 1e-6
        assert -1e-6 <= y <= size[1] + 1e-6


def test_a_straightened_picture_is_the_largest_of_its_ratio() -> None:
    assert Straighten(degrees=0).resized((300, 200)) == (300, 200)
    assert Straighten(degrees=45).resized((100, 100)) == (70, 70)
    width, height = Straighten(degrees=-10).resized((3000, 2000))
    assert width / height == pytest.approx(1.5, abs=0.001)


@given(st.lists(EDIT, max_size=4).map(tuple), SIZES, POINTS)
def test_a_point_of_the_result_comes_back(
    edits: tuple[Edit, ...], size: tuple[int, int], point: FocalPoint
) -> None:
    *_, (width, height) = sizes = sizes_of(edits, size)
    assume(all(min(sides) > 1 for sides in sizes))  # one pixel may be more than there is
    original = original_point(edits, size, point)
    again = shown_point(edits, size, original)
    # What is stored has six decimals.
    assert abs(again.x - point.x) * width <= 2e-6 * sum(size) + 1e-5 * width
    assert abs(again.y - point.y) * height <= 2e-6 * sum(size) + 1e-5 * height


def test_a_point_outside_a_crop_is_shown_at_its_edge() -> None:
    crop = (Crop(x=0.5, y=0, width=0.5, height=0.5),)
    assert shown_point(crop, (100, 100), FocalPoint(x=0.1, y=0.25)) == FocalPoint(x=0, y=0.5)


def test_turns_are_clockwise_and_mirrors_exchange_sides() -> None:
    corner = FocalPoint(x=0.1, y=0.2)

    def place(edit: Edit) -> str:
        return str(shown_point((edit,), (300, 200), corner))

    assert place(Rotate(degrees=90)) == "0.8,0.1"
    assert place(Rotate(degrees=180)) == "0.9,0.8"
    assert place(Rotate(degrees=270)) == "0.2,0.9"
    assert place(Flip(axis="horizontal")) == "0.9,0.2"
    assert place(Flip(axis="vertical")) == "0.1,0.8"


def test_only_a_recipe_with_a_redaction_hides_more() -> None:
    box, crop = Redact(x=0, y=0, width=1, height=1), Crop(x=0, y=0, width=1, height=1)
    assert hides_more((box,), ())
    assert hides_more((crop, box), (box,))
    assert hides_more((box,), (box, box))
    assert not hides_more((box,), (box,))
    assert not hides_more((crop,), ())
    assert not hides_more((), (box,))


def test_a_phrase_names_the_actions() -> None:
    assert phrase((Rotate(degrees=90), Flip(axis="vertical"))) == "edits (rotate, flip)"
    assert phrase(()) == "no edits"
