"""Where a picture is cropped around that nobody has set a focal point for."""

import random
from operator import mul

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from chalicelib.imaging.saliency import salient_point
from chalicelib.imaging.saliency.features import Grid, grid_of
from chalicelib.imaging.saliency.model import Unit, Weights, fitted, scores
from chalicelib.imaging.saliency.search import point_of
from chalicelib.model.focal_point import CENTRE

WIDTH, HEIGHT = 600, 400
MEADOW = Image.blend(
    Image.new("RGB", (WIDTH, HEIGHT), (96, 128, 72)),
    Image.effect_noise((WIDTH, HEIGHT), 30).convert("RGB"),
    0.15,
)


def with_person(x: float, y: float) -> Image.Image:
    """A meadow with somebody whose head is at these fractions of the sides."""
    picture = MEADOW.copy()
    pen = ImageDraw.Draw(picture)
    left, top = x * WIDTH, y * HEIGHT
    pen.rectangle((left - 45, top + 30, left + 45, top + 200), fill=(40, 50, 110))
    pen.ellipse((left - 26, top - 38, left + 26, top + 30), fill=(60, 40, 30))
    pen.ellipse((left - 21, top - 24, left + 21, top + 34), fill=(224, 172, 140))
    return picture.filter(ImageFilter.GaussianBlur(1.5))


@pytest.mark.parametrize(("x", "y"), [(0.15, 0.3), (0.5, 0.2), (0.85, 0.3), (0.3, 0.4)])
def test_a_head_is_found_wherever_it_is(x: float, y: float) -> None:
    point = salient_point(with_person(x, y))
    assert abs(point.x - x) < 0.12
    assert abs(point.y - y) < 0.2


def test_a_mirrored_picture_has_a_mirrored_point() -> None:
    picture = with_person(0.2, 0.3)
    point = salient_point(picture)
    mirrored = salient_point(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    assert abs(mirrored.x - (1 - point.x)) < 0.06


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBa"])
def test_a_blank_picture_is_cropped_around_its_centre(mode: str) -> None:
    assert salient_point(Image.new(mode, (300, 200))) == CENTRE


def test_transparent_pixels_count_as_white() -> None:
    picture = with_person(0.3, 0.3)
    whole = picture.convert("RGBA")
    whole.putalpha(Image.new("L", picture.size, 255))
    backed = Image.new("RGBA", (2 * WIDTH, HEIGHT), (255, 0, 0, 0))
    backed.paste(whole, (0, 0))
    white = Image.new("RGB", (2 * WIDTH, HEIGHT), "white")
    white.paste(picture, (0, 0))
    assert salient_point(backed.convert("RGBa")) == salient_point(white)


@pytest.mark.parametrize("width", [1800, 4800])
def test_a_reduced_picture_has_nearly_the_same_point(width: int) -> None:
    size = width, width * 2 // 3
    picture = with_person(0.7, 0.3).resize(size, Image.Resampling.BICUBIC)
    whole, half = salient_point(picture), salient_point(picture.reduce(3))
    assert (abs(whole.x - half.x), abs(whole.y - half.y)) < (0.03, 0.03)


def test_the_picture_itself_is_not_changed() -> None:
    picture = with_person(0.7, 0.3)
    before = picture.tobytes()
    salient_point(picture)
    assert picture.tobytes() == before


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(st.integers(1, 400), st.integers(1, 400)),
    st.sampled_from(["L", "RGB", "RGBa"]),
    st.integers(0, 2**32),
)
def test_every_picture_has_a_point(size: tuple[int, int], mode: str, seed: int) -> None:
    noise = random.Random(seed).randbytes(size[0] * size[1] * {"L": 1, "RGB": 3, "RGBa": 4}[mode])
    picture = Image.frombytes(mode, size, noise)
    point = salient_point(picture)
    assert point == salient_point(picture)
    assert 0 <= point.x <= 1
    assert 0 <= point.y <= 1


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 5), st.integers(0, 3))
def test_the_point_is_where_all_the_score_is(column: int, row: int) -> None:
    grid = grid_of(MEADOW)
    peak = row * 4 * grid.width + column * 4
    values = [20.0 if place == peak else 0.0 for place in range(len(grid.cells))]
    point = point_of(grid, values)
    assert abs(point.x - (column * 4 + 0.5) / grid.width) < 0.02
    assert abs(point.y - (row * 4 + 0.5) / grid.height) < 0.02


def unit(*cells: float, out: float = 1.0, bias: float = 0.0) -> Unit:
    nowhere = (0.0, 0.0, 0.0, 0.0)
    return Unit(out=out, bias=bias, cells=cells, place=nowhere, means=(), ratio=0.0)


@given(
    st.lists(
        st.builds(unit, *[st.floats(-1, 1)] * 3, out=st.floats(-2, 2), bias=st.floats(-50, 50)),
        min_size=1,
        max_size=20,
    ),
    st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=9),
)
def test_scores_are_those_of_a_network_with_one_hidden_layer(
    units: list[Unit], cells: list[tuple[int, ...]]
) -> None:
    grid = Grid(len(cells), 1, cells, (), 0.0)
    expected = [
        sum(u.out * max(0, u.bias + sum(map(mul, u.cells, cell))) for u in units) for cell in cells
    ]
    found = scores(grid, Weights(units=tuple(units)))
    # A weight is rounded by up to 2**-17.
    allowed = 3 * 255 * 2**-17 * 2 * len(units) + 1e-6
    assert all(abs(a - b) <= allowed for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("weight", [-2.1, 1_000.0])
def test_a_weight_that_has_no_room_is_an_error(weight: float) -> None:
    with pytest.raises(ValueError, match="too large"):
        Weights(units=(unit(weight),)).packed()


def test_the_weights_fit_the_features() -> None:
    grid = grid_of(MEADOW)
    units = fitted().units
    assert {len(unit.cells) for unit in units} == {len(grid.cells[0])}
    assert {len(unit.means) for unit in units} == {len(grid.means)}
    assert len(scores(grid, fitted())) == grid.width * grid.height
