"""PQ and HLG are shown as sRGB."""

from itertools import pairwise

import pytest
from PIL import Image

from chalicelib.imaging import render
from chalicelib.imaging.formats.cicp import named
from chalicelib.imaging.tone_mapping import Shoulder, tone_mapping
from chalicelib.model.variants import Variant
from tests.imaging.colour_files import cicp, iccp, png_of, pq_level, pq_profile, wide
from tests.imaging.samples import LIMITS, chunk, saved, shown

RAMP = [(level, level, level) for level in range(256)]


def pq_greys(*lights: float) -> list[tuple[int, int, int]]:
    """16-bit greys of PQ by light in cd/m2."""
    return [(round(65535 * pq_level(light)),) * 3 for light in lights]


def greys_of(data: bytes) -> list[int]:
    return list(shown(data).convert("RGB").getchannel("G").tobytes())


def test_reference_white_takes_half_of_the_display_s_light():
    assert Shoulder(1000).mapped(1) == pytest.approx(0.5)


def test_the_shoulder_ends_at_the_peak():
    assert Shoulder(1000).mapped(1000 / 203) == 1


@pytest.mark.parametrize("light", [0.1, 0.99, 1.01, 2, 4.9])
def test_the_shoulder_can_be_inverted(light: float):
    shoulder = Shoulder(1000)
    assert shoulder.unmapped(shoulder.mapped(light)) == pytest.approx(light)


def test_what_is_no_brighter_than_white_is_only_compressed_as_needed():
    assert Shoulder(203).mapped(0.7) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("light", "level"), [(10, 43), (20, 63), (100, 136), (203, 187), (400, 223), (800, 248)]
)
def test_pq_greys_have_the_levels_of_st_2094_50(light: float, level: int):
    (grey,) = greys_of(png_of(pq_greys(light), cicp(9, 16), depth=16))
    assert abs(grey - level) <= 1


@pytest.mark.parametrize(("share", "level"), [(0.4, 76), (0.75, 187), (1, 255)])
def test_hlg_greys_have_the_levels_of_st_2094_50(share: float, level: int):
    (grey,) = greys_of(png_of([(round(65535 * share),) * 3], cicp(9, 18), depth=16))
    assert abs(grey - level) <= 1


@pytest.mark.parametrize("transfer", [16, 18])
def test_a_brighter_grey_is_never_darker(transfer: int):
    greys = greys_of(png_of(wide(RAMP), cicp(9, transfer), depth=16))
    assert all(a <= b for a, b in pairwise(greys))


def test_16_bit_pq_uses_more_levels_than_8_bits_hold():
    fine = [(level,) * 3 for level in range(0, 48_000, 40)]
    found = set(greys_of(png_of(fine, cicp(9, 16), depth=16)))
    coarse = set(greys_of(png_of([(level // 257,) * 3 for level, *_ in fine], cicp(9, 16))))
    assert len(found) > 1.25 * len(coarse)


def test_neighbouring_16_bit_greys_differ_by_two_levels_at_most():
    fine = [(level,) * 3 for level in range(0, 48_000, 40)]
    greys = greys_of(png_of(fine, cicp(9, 16), depth=16))
    assert max(b - a for a, b in pairwise(greys)) <= 2


def test_a_sky_of_three_thousand_candelas_is_not_clipped():
    sky = pq_greys(*range(1500, 3001, 100)) * 20
    greys = greys_of(png_of(sky, cicp(9, 16), depth=16))[:16]
    assert len(set(greys)) > 8


def test_the_brightest_thousandth_does_not_darken_the_rest():
    picture = [*pq_greys(500) * 3000, *pq_greys(9000)]
    greys = greys_of(png_of(picture, cicp(9, 16), depth=16))
    assert abs(greys[0] - 232) <= 1


def test_the_content_light_level_is_the_peak():
    light = chunk(b"cLLI", (400 * 10_000).to_bytes(4) + (200 * 10_000).to_bytes(4))
    grey, *_ = greys_of(png_of(pq_greys(203), light, cicp(9, 16), depth=16))
    assert grey > 220


@pytest.mark.parametrize("transfer", [16, 18])
@pytest.mark.parametrize("primaries", [1, 9, 12])
def test_greys_stay_grey(primaries: int, transfer: int):
    found = shown(png_of(wide(RAMP), cicp(primaries, transfer), depth=16)).convert("RGB")
    content = found.tobytes()
    pixels = zip(content[::3], content[1::3], content[2::3], strict=True)
    assert all(max(pixel) - min(pixel) <= 2 for pixel in pixels)


@pytest.mark.parametrize("light", [100, 300, 900])
def test_a_bright_colour_keeps_its_hue(light: float):
    # Sky blue: the ratios of its linear bands are the same however bright.
    row = [tuple(round(65535 * pq_level(light * share)) for share in (0.45, 0.6, 1.0))]
    red, green, blue = shown(png_of(row, cicp(1, 16), depth=16)).convert("RGB").getpixel((0, 0))
    linear = [((level / 255 + 0.055) / 1.055) ** 2.4 for level in (red, green, blue)]
    assert (linear[0] / linear[2], linear[1] / linear[2]) == pytest.approx((0.45, 0.6), abs=0.03)


def test_a_colour_outside_srgb_loses_saturation_and_not_its_hue():
    row = [tuple(round(65535 * pq_level(light)) for light in (10, 150, 10))]
    red, green, blue = shown(png_of(row, cicp(9, 16), depth=16)).convert("RGB").getpixel((0, 0))
    assert green > 1.5 * blue > 0
    assert red <= blue


def test_a_pq_picture_with_alpha_keeps_it():
    image = Image.new("RGBA", (8, 8), (148, 148, 148, 100))
    data = saved(image, "png", icc_profile=named(9, 16))
    *_, alpha = shown(data).getpixel((4, 4))
    assert alpha == 100


def test_a_grey_pq_picture_is_mapped():
    data = saved(Image.new("L", (8, 8), 148), "png", icc_profile=named(9, 16))
    assert abs(greys_of(data)[0] - 187) <= 2


def test_a_16_bit_grey_pq_picture_is_mapped():
    grey, *_ = pq_greys(203)[0]
    data = saved(Image.new("I;16", (8, 8), grey), "png")
    head = 33
    data = data[:head] + cicp(9, 16) + data[head:]
    assert greys_of(data)[0] in {187, 188}


@pytest.mark.parametrize("kind", ["jpeg", "webp", "avif", "png", "tiff"])
def test_a_cicp_tag_in_any_format_s_profile_counts(kind: str):
    data = saved(Image.new("RGB", (16, 16), (148, 148, 148)), kind, icc_profile=named(9, 16))
    assert abs(greys_of(data)[0] - 187) <= 4


def test_a_profile_whose_curve_is_pq_counts_as_pq():
    data = png_of(pq_greys(203), iccp(pq_profile()), depth=16)
    assert greys_of(data)[0] in {187, 188}


def test_the_profile_name_of_the_w3c_note_means_pq():
    data = png_of(pq_greys(203), iccp(b"anything", b"ITUR_2100_PQ_FULL"), depth=16)
    assert greys_of(data)[0] in {187, 188}


@pytest.mark.parametrize("transfer", [16, 18])
def test_an_hdr_original_is_never_passed_through(transfer: int):
    data = png_of(wide(RAMP[:100]), cicp(9, transfer), depth=16)
    variant = Variant(name="v", width=2000, formats=("original",))
    (rendition,) = render(data, (variant,), LIMITS).renditions
    assert greys_of(rendition.data) == greys_of(data)


def test_a_mapping_is_kept():
    assert tone_mapping(9, 16, 0) is tone_mapping(9, 16, 0)
