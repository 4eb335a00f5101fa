"""Where a picture's colours are stated, and which statement counts."""

import struct
from itertools import product

import pytest
from PIL import Image

from chalicelib.imaging import render
from chalicelib.imaging.colour import colours_of
from chalicelib.imaging.decoding import decode
from chalicelib.imaging.formats.cicp import CHROMATICITIES, SRGB_CURVE
from chalicelib.imaging.formats.icc import columns_of, gamma, matrix_profile
from chalicelib.model.variants import Variant
from tests.imaging.colour_files import (
    ADOBE,
    BT2020_GAMMA_18,
    COLOURS,
    SRGB,
    SRGB_PROFILE,
    bmp_of,
    chrm,
    cicp,
    gama,
    iccp,
    png_of,
)
from tests.imaging.samples import DISPLAY_P3, LIMITS, chunk, saved, shown

CHUNKS = {
    "cICP": cicp(12, 13),
    "iCCP": iccp(BT2020_GAMMA_18),
    "sRGB": chunk(b"sRGB", b"\0"),
    "gAMA": gama(55_556),
    "cHRM": chrm(*ADOBE),
}
# (200, 100, 50) as Chromium shows it by each statement.
PIXELS = {
    "cICP": (215, 93, 31),
    "sRGB": (200, 100, 50),
    "gAMA": (210, 119, 65),
    "": (200, 100, 50),
}


def first_of(data: bytes) -> tuple[int, ...]:
    pixel = shown(data).convert("RGB").getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return pixel


def winner(present: set[str]) -> set[str]:
    """PNG (Third Edition), 4.3."""
    for name in ("cICP", "iCCP", "sRGB"):
        if name in present:
            return {name}
    return {"gAMA", "cHRM"} & present if "gAMA" in present else set()


@pytest.mark.parametrize("present", [*product((False, True), repeat=len(CHUNKS))])
def test_a_png_has_the_colours_of_its_most_important_chunk(present: tuple[bool, ...]):
    names = {name for name, there in zip(CHUNKS, present, strict=True) if there}
    data = png_of(COLOURS, *(CHUNKS[name] for name in CHUNKS if name in names))
    alone = png_of(COLOURS, *(CHUNKS[name] for name in CHUNKS if name in winner(names)))
    assert shown(data).tobytes() == shown(alone).tobytes()


@pytest.mark.parametrize("name", PIXELS)
def test_a_colour_chunk_gives_the_pixels_of_a_browser(name: str):
    chunks = [CHUNKS[name]] if name else []
    assert first_of(png_of([(200, 100, 50)], *chunks)) == pytest.approx(PIXELS[name], abs=1)


def test_gamma_and_primaries_count_together():
    profile = matrix_profile(columns_of_adobe(), gamma(1.8))
    stated = png_of(COLOURS, CHUNKS["gAMA"], CHUNKS["cHRM"])
    embedded = png_of(COLOURS, iccp(profile))
    assert difference(stated, embedded) <= 1


def columns_of_adobe() -> tuple[tuple[float, ...], ...]:
    space = CHROMATICITIES[1]._replace(green=(0.21, 0.71))
    return tuple(tuple(column) for column in columns_of(space))


def difference(first: bytes, second: bytes) -> int:
    pairs = zip(shown(first).tobytes(), shown(second).tobytes(), strict=True)
    return max(abs(a - b) for a, b in pairs)


@pytest.mark.parametrize(
    "chunks",
    [[], [gama(45_455)], [gama(45_455), chrm(*SRGB)], [chrm(*ADOBE)], [gama(0)],
     [chunk(b"gAMA", b"\0")], [cicp(1, 13)], [cicp(2, 2)], [cicp(12, 13, full=0)],
     [cicp(12, 13, matrix=1)], [cicp(99, 13)], [chunk(b"cICP", b"\x0c\x0d")],
     [chunk(b"sRGB", b"\0"), gama(100_000)], [iccp(SRGB_PROFILE)], [iccp(b"rubbish" * 30)]],
)  # fmt: skip
def test_what_says_srgb_or_nothing_valid_changes_no_pixel(chunks: list[bytes]):
    assert shown(png_of(COLOURS, *chunks)).tobytes() == shown(png_of(COLOURS)).tobytes()


@pytest.mark.parametrize(
    "numbers", [(0,) * 8, (0.3, 0, *ADOBE[2:]), (0.3127, 0.329, *(0.3, 0.3) * 3), (9,) * 8]
)
def test_impossible_primaries_count_as_absent(numbers: tuple[float, ...]):
    alone = png_of(COLOURS, gama(55_556))
    assert shown(png_of(COLOURS, gama(55_556), chrm(*numbers))).tobytes() == shown(alone).tobytes()


def test_of_several_profiles_in_a_png_the_first_counts():
    data = png_of(COLOURS, iccp(DISPLAY_P3), iccp(BT2020_GAMMA_18))
    assert shown(data).tobytes() == shown(png_of(COLOURS, iccp(DISPLAY_P3))).tobytes()


@pytest.mark.parametrize("chunks", [[], [CHUNKS["sRGB"]], [gama(45_455), chrm(*SRGB)]])
def test_a_png_in_srgb_is_still_passed_through(chunks: list[bytes]):
    data = png_of(COLOURS, *chunks)
    assert decode(data, LIMITS, lambda size: size).body is not None


@pytest.mark.parametrize("name", ["cICP", "iCCP", "gAMA"])
def test_a_png_in_other_colours_is_never_passed_through(name: str):
    data = png_of(COLOURS, CHUNKS[name])
    variant = Variant(name="v", width=2000, formats=("original",))
    (rendition,) = render(data, (variant,), LIMITS).renditions
    assert difference(rendition.data, data) == 0


def test_the_code_points_in_a_profile_replace_its_curves():
    profile = matrix_profile(columns_of(CHROMATICITIES[1]), SRGB_CURVE, (12, 13))
    data = png_of([(200, 100, 50)], iccp(profile))
    assert first_of(data) == pytest.approx((215, 93, 31), abs=1)


def test_unknown_code_points_in_a_profile_leave_it_as_it_is():
    profile = matrix_profile(columns_of(CHROMATICITIES[12]), SRGB_CURVE, (99, 13))
    assert colours_of(profile).profile == profile


def grey_profile(exponent: float) -> bytes:
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256)) + b"\0\0"
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    table = struct.pack(">I4sII4sII", 2, b"wtpt", 156, 20, b"kTRC", 176, 16)
    head = struct.pack(">I4xI", 192, 0x02400000) + b"mntrGRAYXYZ " + bytes(12) + b"acsp"
    return (head + bytes(28) + white[8:]).ljust(128, b"\0") + table + white + curve


@pytest.mark.parametrize("alpha", [255, 100])
def test_grey_with_alpha_has_the_colours_of_its_grey_profile(alpha: int):
    options = {"icc_profile": grey_profile(1)}
    plain = saved(Image.new("L", (8, 8), 100), "png", **options)
    with_alpha = saved(Image.new("LA", (8, 8), (100, alpha)), "png", **options)
    assert first_of(with_alpha) == pytest.approx(first_of(plain), abs=2)
    assert first_of(plain)[0] > 160


def test_a_grey_profile_on_a_colourful_picture_is_ignored():
    data = saved(Image.new("RGB", (8, 8), (200, 100, 50)), "png", icc_profile=grey_profile(1))
    assert first_of(data) == (200, 100, 50)


def test_the_embedded_profile_of_a_bmp_counts():
    embedded = png_of(COLOURS, iccp(DISPLAY_P3))
    assert shown(bmp_of(COLOURS, DISPLAY_P3)).tobytes() == shown(embedded).tobytes()


@pytest.mark.parametrize("space", [b"KNIL", b"BGRs", b"\0\0\0\0"])
def test_only_an_embedded_profile_of_a_bmp_counts(space: bytes):
    assert first_of(bmp_of([(200, 100, 50)], DISPLAY_P3, space)) == (200, 100, 50)


def exif_of(space: int, index: bytes) -> bytes:
    """An EXIF block with a colour space and an interoperability index."""
    first = struct.pack("<HHHIII", 1, 0x8769, 4, 1, 26, 0)
    second = struct.pack("<HHHIHxxHHIII", 2, 0xA001, 3, 1, space, 0xA005, 4, 1, 56, 0)
    third = struct.pack("<HHHI4sI", 1, 1, 2, 4, index, 0)
    return b"Exif\0\0II*\0\x08\0\0\0" + first + second + third


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_exif_s_adobe_rgb_counts_without_a_profile(kind: str):
    image = Image.new("RGB", (16, 16), (200, 100, 50))
    red, _, _ = first_of(saved(image, kind, exif=exif_of(0xFFFF, b"R03\0"), quality=95))
    assert red > 220


@pytest.mark.parametrize(("space", "index"), [(1, b"R03\0"), (0xFFFF, b"R98\0"), (1, b"R98\0")])
def test_exif_s_other_colour_spaces_count_as_srgb(space: int, index: bytes):
    image = Image.new("RGB", (16, 16), (200, 100, 50))
    pixel = first_of(saved(image, "jpeg", exif=exif_of(space, index), quality=95))
    assert pixel == pytest.approx((200, 100, 50), abs=3)


def test_a_profile_precedes_exif_s_colour_space():
    image = Image.new("RGB", (16, 16), (200, 100, 50))
    options = {"exif": exif_of(0xFFFF, b"R03\0"), "icc_profile": SRGB_PROFILE, "quality": 95}
    assert first_of(saved(image, "jpeg", **options)) == pytest.approx((200, 100, 50), abs=3)
