"""Writing animated WebPs: only the changes of each picture."""

from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from chalicelib.imaging.animation.changes import blocks, change, covers, cut_out
from chalicelib.imaging.animation.webp_writer import WebpWriter
from chalicelib.imaging.geometry import Size
from tests.imaging.animations import played
from tests.imaging.samples import scene

SIDES = st.integers(1, 40)
COLOURS = st.sampled_from([(200, 0, 0, 255), (0, 90, 0, 255), (0, 0, 0, 0), (80, 80, 250, 255)])


@st.composite
def pictures(draw: st.DrawFn, least: int = 2, most: int = 2) -> list[Image.Image]:
    """Pictures of one size, each with a box of one colour laid over the last."""
    size = draw(SIDES), draw(SIDES)
    found = [Image.new("RGBA", size, draw(COLOURS))]
    for _ in range(draw(st.integers(least, most)) - 1):
        left, top = draw(st.integers(0, size[0] - 1)), draw(st.integers(0, size[1] - 1))
        box = (left, top, draw(st.integers(left + 1, size[0])), draw(st.integers(top + 1, size[1])))
        following = found[-1].copy()
        following.paste(draw(COLOURS), box)
        found.append(following)
    return found


@given(pictures())
def test_applying_a_change_to_a_picture_gives_the_next_one(pair: list[Image.Image]):
    before, after = pair
    found = change(before, after)
    if found:
        assert found.box[0] % 2 == found.box[1] % 2 == 0
        before.paste(after.crop(found.box), found.box, found.mask)
    assert before.tobytes() == after.tobytes()


@given(pictures())
def test_what_covers_the_previous_picture_can_be_blended_with_it(pair: list[Image.Image]):
    before, after = pair
    found = change(before, after)
    if not found:
        return
    part, under = after.crop(found.box), before.crop(found.box)
    if covers(part, under, found.mask):
        under.alpha_composite(cut_out(part, found.mask))
        assert under.tobytes() == part.tobytes()


@given(SIDES, SIDES, st.integers(0, 39), st.integers(0, 39))
def test_blocks_are_all_those_that_a_mask_touches(width: int, height: int, x: int, y: int):
    mask = Image.new("L", (width, height))
    mask.putpixel((x % width, y % height), 255)
    left, top = x % width // 8 * 8, y % height // 8 * 8
    expected = Image.new("L", (width, height))
    expected.paste(255, (left, top, min(left + 8, width), min(top + 8, height)))
    assert blocks(mask).tobytes() == expected.tobytes()


def test_an_invisible_difference_is_no_change():
    grey = Image.new("RGBA", (20, 20), (90, 90, 90, 255))
    assert change(grey, Image.new("RGBA", (20, 20), (93, 90, 87, 255))) is None
    assert change(grey, Image.new("RGBA", (20, 20), (94, 90, 90, 255))) is not None


def test_a_slow_fade_is_followed():
    writer = WebpWriter(Size(64, 64), 82)
    for grey in range(0, 200, 2):
        writer.add(Image.new("RGB", (64, 64), (grey,) * 3), 20)
    last = played(writer.file(0))[-1][0].getpixel((30, 30))
    assert isinstance(last, tuple)
    assert abs(last[0] - 198) <= 6


@settings(max_examples=60)
@given(pictures(least=1, most=6))
def test_a_file_shows_every_picture_for_its_duration(given: list[Image.Image]):
    writer = WebpWriter(Size(*given[0].size), 82)
    for picture in given:
        writer.add(picture.convert("RGBa"), 40)
    moments = [
        seen
        for seen, milliseconds in played(writer.file(0))
        for _ in range(max(1, milliseconds // 40))
    ]
    for seen, expected in zip(moments, given, strict=False):
        assert _distance(seen, expected) < 12
    assert len(moments) in (1, len(given))


def _distance(*pictures: Image.Image) -> float:
    """The mean difference of two pictures on grey."""
    flat = []
    for picture in pictures:
        grey = Image.new("RGBA", picture.size, (128, 128, 128, 255))
        grey.alpha_composite(picture.convert("RGBA"))
        flat.append(grey.convert("RGB"))
    levels = ImageChops.difference(*flat).tobytes()
    return sum(levels) / len(levels)


def lossless(still: Image.Image) -> int:
    file = BytesIO()
    still.save(file, "webp", lossless=True)
    return len(file.getvalue())


def test_drawings_are_lossless_and_photographs_after_them_lossy():
    drawing = Image.new("RGB", (200, 200), "white")
    for place in range(0, 200, 10):
        drawing.paste("teal", (place, place, place + 5, 200))
    photograph = scene(200, 200)
    writer = WebpWriter(Size(200, 200), 82)
    for picture in (drawing, drawing.rotate(90), photograph, photograph.rotate(90)):
        writer.add(picture, 100)
    file = writer.file(0)
    exact = [seen.convert("RGB") for seen, _ in played(file)[:2]]
    assert [picture.tobytes() for picture in exact] == [
        drawing.tobytes(),
        drawing.rotate(90).tobytes(),
    ]
    assert len(file) < lossless(photograph)


def test_a_blink_costs_no_more_than_what_blinks():
    still = scene(400, 400)
    blink = still.copy()
    blink.paste("white", (200, 200, 210, 220))
    writers = [WebpWriter(Size(400, 400), 82) for _ in range(2)]
    for writer, frames in zip(writers, (1, 11), strict=True):
        for place in range(frames):
            writer.add(blink if place % 2 else still, 100)
    once, often = (len(writer.file(0)) for writer in writers)
    assert often - once < 10 * 600
