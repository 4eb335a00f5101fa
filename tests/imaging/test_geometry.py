from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.imaging.geometry import LONGEST, Placement, Size, place
from chalicelib.model.focal_point import CENTRE, FocalPoint
from chalicelib.model.variants import Variant

sides = st.integers(1, 100_000)
boxes = st.integers(1, LONGEST)
fits = st.sampled_from(["inside", "cover", "contain"])


points = st.builds(FocalPoint, x=st.floats(0, 1), y=st.floats(0, 1))


@st.composite
def placements(draw: st.DrawFn) -> tuple[Size, Variant, Placement]:
    size = Size(draw(sides), draw(sides))
    variant = Variant(
        name="v", width=draw(boxes), height=draw(boxes), fit=draw(fits), upscale=draw(st.booleans())
    )
    return size, variant, place(size, variant)


def inside(size: Size, width: int | None = None, height: int | None = None) -> Size:
    return place(size, Variant(name="v", width=width, height=height)).size


def test_a_4000x3000_photo_becomes_1920x1440():
    assert inside(Size(4000, 3000), 1920, 1920) == (1920, 1440)


def test_a_3000x4000_photo_becomes_1440x1920():
    assert inside(Size(3000, 4000), 1920, 1920) == (1440, 1920)


def test_a_missing_height_follows_the_ratio():
    assert inside(Size(4000, 3000), width=1000) == (1000, 750)


def test_a_missing_width_follows_the_ratio():
    assert inside(Size(4000, 3000), height=1000) == (1333, 1000)


def test_half_a_pixel_is_rounded_up():
    assert inside(Size(2000, 1001), 1000, 1000) == (1000, 501)


def test_a_smaller_picture_keeps_its_size():
    assert inside(Size(300, 200), 1920, 1920) == (300, 200)


def test_upscale_enlarges_a_smaller_picture():
    variant = Variant(name="v", width=1920, height=1920, upscale=True)
    assert place(Size(300, 200), variant).size == (1920, 1280)


def test_a_line_of_pixels_keeps_one_pixel_of_height():
    assert inside(Size(60_000, 1), 200, 200) == (200, 1)


def test_a_free_side_is_never_longer_than_webp_can_hold():
    assert inside(Size(10, 60_000), width=100) == (3, LONGEST)


def test_cover_of_a_large_photo_is_exactly_the_box():
    placement = place(Size(4000, 3000), Variant(name="v", width=200, height=200, fit="cover"))
    assert placement.size == placement.canvas == (200, 200)
    assert placement.region == (500, 0, 3500, 3000)
    assert placement.source_size == (267, 200)


def test_cover_of_a_smaller_picture_keeps_the_boxs_ratio():
    variant = Variant(name="v", width=200, height=200, fit="cover")
    assert place(Size(300, 100), variant).size == (100, 100)


def test_cover_with_upscale_fills_the_box():
    variant = Variant(name="v", width=200, height=200, fit="cover", upscale=True)
    assert place(Size(300, 100), variant).size == (200, 200)


def test_contain_pads_to_exactly_the_box():
    placement = place(Size(4000, 3000), Variant(name="v", width=200, height=200, fit="contain"))
    assert placement.size == (200, 150)
    assert placement.canvas == (200, 200)


@given(placements())
def test_no_side_is_zero_or_exceeds_the_box(made: tuple[Size, Variant, Placement]):
    _, variant, placement = made
    assert 1 <= placement.size.width <= placement.canvas.width <= (variant.width or 0)
    assert 1 <= placement.size.height <= placement.canvas.height <= (variant.height or 0)


@given(placements())
def test_nothing_is_enlarged_unless_asked(made: tuple[Size, Variant, Placement]):
    original, variant, placement = made
    if not variant.upscale:
        assert placement.size.width <= original.width
        assert placement.size.height <= original.height


@given(placements())
def test_the_region_lies_in_the_middle_of_the_original(made: tuple[Size, Variant, Placement]):
    original, _, (region, *_) = made
    assert 0 <= region.left < region.right <= original.width
    assert 0 <= region.top < region.bottom <= original.height
    assert region.left + region.right == original.width
    assert region.top + region.bottom == original.height


@given(placements())
def test_the_source_size_has_all_the_detail_and_never_exceeds_the_original(
    made: tuple[Size, Variant, Placement],
):
    original, _, (region, size, _, source) = made
    assert 1 <= source.width <= original.width
    assert 1 <= source.height <= original.height
    shown = (region.right - region.left) * Fraction(source.width, original.width)
    assert shown >= size.width or source.width == original.width


@given(st.integers(100, 20_000), st.integers(100, 20_000), st.integers(100, 4000))
def test_inside_keeps_the_ratio_within_half_a_pixel(width: int, height: int, box: int):
    size = inside(Size(width, height), box, box)
    scale = min(Fraction(box, max(width, height)), Fraction(1))
    assert abs(size.width - width * scale) <= Fraction(1, 2) or size.width == 1
    assert abs(size.height - height * scale) <= Fraction(1, 2) or size.height == 1


def covering(size: Size, x: float, y: float) -> tuple[Fraction, ...]:
    variant = Variant(name="v", width=100, height=100, fit="cover")
    return tuple(place(size, variant, FocalPoint(x=x, y=y)).region)


def test_cover_is_cropped_around_the_focal_point():
    assert covering(Size(1000, 400), 0.3, 0.9) == (100, 0, 500, 400)
    assert covering(Size(400, 1000), 0.9, 0.3) == (0, 100, 400, 500)


def test_a_focal_point_near_the_edge_stays_in_the_picture():
    assert covering(Size(1000, 400), 0, 0) == (0, 0, 400, 400)
    assert covering(Size(1000, 400), 1, 1) == (600, 0, 1000, 400)


@given(placements(), points)
def test_a_focal_point_moves_the_region_and_nothing_else(
    made: tuple[Size, Variant, Placement], point: FocalPoint
):
    original, variant, centred = made
    moved = place(original, variant, point)
    assert moved._replace(region=centred.region) == centred
    for start, end in ((0, 2), (1, 3)):
        assert (
            moved.region[end] - moved.region[start] == centred.region[end] - centred.region[start]
        )


@given(placements(), points)
def test_the_region_is_around_the_focal_point_or_at_the_edge(
    made: tuple[Size, Variant, Placement], point: FocalPoint
):
    original, variant, _ = made
    left, top, right, bottom = place(original, variant, point).region
    for start, end, side, share in (
        (left, right, original.width, point.x), (top, bottom, original.height, point.y),
    ):  # fmt: skip
        assert 0 <= start < end <= side
        wanted = Fraction(str(share)) * side
        assert start <= wanted <= end
        assert (start + end) / 2 == wanted or start == 0 or end == side


@given(placements())
def test_the_default_focal_point_is_the_centre(made: tuple[Size, Variant, Placement]):
    original, variant, centred = made
    assert place(original, variant, CENTRE) == centred
