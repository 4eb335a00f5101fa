"""How each frame is shown, and for how long: the same rules in three formats."""

import struct
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chalicelib.imaging.animation.frames import shown_for
from chalicelib.imaging.decoding import decode, headers_of
from tests.imaging import animations
from tests.imaging.animations import Strip, row_of, shown
from tests.imaging.samples import DISPLAY_P3, LIMITS, chunk, exif, four_corners, saved

WRITERS: dict[str, Callable[..., bytes]] = {
    "gif": animations.gif, "png": animations.apng, "webp": animations.webp
}  # fmt: skip
ALL, NOT_WEBP, NOT_GIF = ("gif", "png", "webp"), ("gif", "png"), ("png", "webp")

RULES = [
    ("a frame is laid over the last", ALL, [Strip("RRRR"), Strip("GG", 2)], ["RRRR", "RRGG"]),
    ("transparency lets the last through", ALL, [Strip("RRRR"), Strip(".G")], ["RRRR", "RGRR"]),
    ("what was never drawn is transparent", ALL, [Strip("RR.."), Strip("G", 2)], ["RR..", "RRG."]),
    (
        "a cleared frame leaves nothing", ALL,
        [Strip("RRRR"), Strip("GG", 2, "clear"), Strip("B")], ["RRRR", "RRGG", "BR.."],
    ),
    (
        "the first frame is cleared too", ALL,
        [Strip("RRRR", 0, "clear"), Strip("G", 2)], ["RRRR", "..G."],
    ),
    (
        "a restored frame leaves what was before", NOT_WEBP,
        [Strip("RRGG"), Strip("BB", 1, "restore"), Strip("W")], ["RRGG", "RBBG", "WRGG"],
    ),
    (
        "what is restored twice is the same", NOT_WEBP,
        [Strip("RRRR"), Strip("BB", 0, "restore"), Strip("GG", 2, "restore"), Strip("W", 1)],
        ["RRRR", "BBRR", "RRGG", "RWRR"],
    ),
    (
        "a first frame that is restored leaves nothing", NOT_WEBP,
        [Strip("RRRR", 0, "restore"), Strip("G", 1)], ["RRRR", ".G.."],
    ),
    (
        "a frame that is not blended takes all its place", NOT_GIF,
        [Strip("RRRR"), Strip(".G", 2, blended=False)], ["RRRR", "RR.G"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "strips", "rows"),
    [
        pytest.param(kind, strips, rows, id=f"{kind}: {rule}")
        for rule, kinds, strips, rows in RULES
        for kind in kinds
    ],
)
def test_frames_follow_each_other_as_in_browsers(kind: str, strips: list[Strip], rows: list[str]):
    assert [row_of(picture) for picture, _ in shown(WRITERS[kind](4, *strips))] == rows


def test_what_extends_beyond_the_screen_of_a_gif_is_cut_off():
    data = animations.gif(4, Strip("RRRR"), Strip("GGGG", 2), Strip("B", 9), Strip("W", 3))
    assert [row_of(picture) for picture, _ in shown(data)] == ["RRRR", "RRGG", "RRGG", "RRGW"]


def test_a_first_frame_beyond_the_screen_of_a_gif_widens_it():
    data = animations.gif(2, Strip("RRRR"), Strip("G", 3))
    assert [row_of(picture) for picture, _ in shown(data)] == ["RRRR", "RRRG"]


def test_disposal_4_restores_as_3_does():
    data = animations.gif(4, Strip("RRRR"), Strip("GG", 0, "restore"), Strip("B", 3))
    odd = data.replace(b"!\xf9\x04\x0d", b"!\xf9\x04\x11")
    assert odd != data
    assert [row_of(picture) for picture, _ in shown(odd)] == ["RRRR", "GGRR", "RRRB"]


def test_a_frame_of_a_gif_uses_its_own_colours():
    data = animations.gif(4, Strip("RRRR"), Strip("GG"))
    place = data.rindex(b"," + struct.pack("<HHHHB", 0, 0, 2, 1, 0)) + 9
    own = bytes((255, 255, 255)) * 4
    data = data[:place] + b"\x81" + own + data[place + 1 :]
    assert [row_of(picture) for picture, _ in shown(data)] == ["RRRR", "WWRR"]


def test_a_frame_in_plain_greys_is_grey():
    data = animations.gif(4, Strip("RRRR"), Strip("WW"))
    place = data.rindex(b"," + struct.pack("<HHHHB", 0, 0, 2, 1, 0)) + 9
    greys = bytes(level for grey in range(256) for level in (grey,) * 3)
    picture = shown(data[:place] + b"\x87" + greys + data[place + 1 :])[1][0]
    assert picture.convert("RGB").getpixel((0, 0)) == (3, 3, 3)


def test_an_interlaced_gif_is_read_line_by_line():
    rows = [bytes((0, 255, 0)) if y % 2 else bytes((255, 0, 0)) for y in range(16)]
    striped = Image.frombytes("RGB", (1, 16), b"".join(rows)).resize((16, 16))
    still = saved(striped, "gif", interlace=1)
    assert still[still.index(struct.pack("<HHHH", 0, 0, 16, 16)) + 8] & 0x40
    first = shown(still[:-1] + animations.gif_frame(Strip("R")) + b";")[0][0].convert("RGB")
    assert [first.getpixel((3, y)) for y in range(16)] == [(255, 0, 0), (0, 255, 0)] * 8


def test_a_hidden_default_image_of_an_apng_is_not_a_frame():
    data = animations.apng(2, Strip("RR"), Strip("GG"), hidden="BB")
    assert [row_of(picture) for picture, _ in shown(data)] == ["RR", "GG"]
    assert row_of(decode(data, LIMITS, lambda size: size).image) == "BB"


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_every_frame_is_turned_upright(kind: str):
    pictures = [four_corners(), four_corners().rotate(180)]
    data = saved(
        pictures[0], kind, save_all=True, append_images=pictures[1:], exif=exif(6), lossless=True
    )
    for (seen, _), stored in zip(shown(data), pictures, strict=True):
        assert seen.size == (64, 96)
        expected = stored.transpose(Image.Transpose.ROTATE_270)
        for spot in ((4, 4), (60, 4), (4, 90)):
            assert seen.convert("RGB").getpixel(spot) == expected.getpixel(spot)


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_the_colours_of_every_frame_are_converted(kind: str):
    pictures = [Image.new("RGB", (8, 8), colour) for colour in ((200, 100, 50), (50, 100, 200))]
    plain = saved(pictures[0], kind, save_all=True, append_images=pictures[1:], lossless=True)
    wide = saved(
        pictures[0], kind, save_all=True, append_images=pictures[1:], lossless=True,
        icc_profile=DISPLAY_P3,
    )  # fmt: skip
    for (narrow, _), (seen, _) in zip(shown(plain), shown(wide), strict=True):
        assert narrow.convert("RGB").getpixel((3, 3)) != seen.convert("RGB").getpixel((3, 3))
        assert not seen.info


@pytest.mark.parametrize("kind", ALL)
def test_short_frames_last_as_long_as_browsers_make_them(kind: str):
    data = WRITERS[kind](2, *(Strip("RG", time=time) for time in (0, 1, 2, 250)))
    assert [milliseconds for _, milliseconds in shown(data)] == [100, 100, 20, 2500]


def test_an_apng_delay_without_a_denominator_is_in_hundredths():
    data = animations.apng(2, Strip("RG", time=7), Strip("GR", time=7))
    timeless = data.replace(struct.pack(">HH", 7, 100), struct.pack(">HH", 7, 0))
    assert timeless != data
    assert [milliseconds for _, milliseconds in shown(timeless)] == [70, 70]


DURATIONS = st.lists(st.fractions(0, 10_000, max_denominator=65_535), min_size=1, max_size=50)


@given(DURATIONS)
def test_no_frame_is_so_short_that_browsers_slow_it_down(durations: list[Fraction]):
    assert all(milliseconds > 10 for milliseconds in shown_for(durations))


@given(st.lists(st.fractions(12, 10_000, max_denominator=65_535), min_size=1, max_size=50))
def test_rounding_errors_do_not_accumulate(durations: list[Fraction]):
    assert abs(sum(shown_for(durations)) - sum(durations)) <= Fraction(1, 2)


def test_thirty_frames_of_a_thirtieth_take_a_second():
    assert sum(shown_for([Fraction(1000, 30)] * 30)) == 1000


def test_pillow_gets_nothing_but_the_frames_of_an_apng():
    secret = chunk(b"tEXt", b"Comment\0SecretPlace")
    data = animations.apng(2, Strip("RR"), Strip("GG"), before=secret)
    animation = decode(data, LIMITS, lambda size: size).animation
    assert animation
    assert [b"Secret" in frame.body for frame in headers_of(animation)] == [False, False]
