"""Colours as a real browser shows them."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from chalicelib.imaging.formats.cicp import CHROMATICITIES, SRGB_CURVE
from chalicelib.imaging.formats.icc import columns_of, matrix_profile
from tests.imaging.colour_files import (
    ADOBE,
    BT2020_GAMMA_18,
    COLOURS,
    avif_of,
    bmp_of,
    chrm,
    cicp,
    gama,
    iccp,
    png_of,
    wide,
)
from tests.imaging.samples import DISPLAY_P3, chunk, scene, shown
from tests.waiting import GENEROUS

_PAGE = "https://colours.test/"
_DRAW = """async ([base64, type]) => {
  const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([data], { type }));
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const context = canvas.getContext("2d", { colorSpace: "srgb" });
  context.drawImage(image, 0, 0);
  const { data: pixels } = context.getImageData(0, 0, canvas.width, canvas.height);
  let text = "";
  for (let start = 0; start < pixels.length; start += 32768)
    text += String.fromCharCode(...pixels.subarray(start, start + 32768));
  return [canvas.width, canvas.height, btoa(text)];
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(GENEROUS * 1000)
    page.route(f"{_PAGE}**", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto(_PAGE)
    yield page
    page.close()


def seen(page: Page, data: bytes, type: str = "image/png") -> Image.Image:
    found: list[Any] = page.evaluate(_DRAW, [b64encode(data).decode(), type])
    return Image.frombytes("RGBA", tuple(found[:2]), b64decode(found[2])).convert("RGB")


def differences(page: Page, data: bytes, type: str = "image/png") -> tuple[float, int]:
    """The mean and the largest difference of levels between a browser's pixels and ours."""
    theirs, ours = seen(page, data, type).tobytes(), shown(data).convert("RGB").tobytes()
    found = [abs(a - b) for a, b in zip(theirs, ours, strict=True)]
    return sum(found) / len(found), max(found)


CHUNKS = {
    "cICP": cicp(12, 13),
    "iCCP": iccp(BT2020_GAMMA_18),
    "sRGB": chunk(b"sRGB", b"\0"),
    "gAMA": gama(55_556),
    "cHRM": chrm(*ADOBE),
}


@pytest.mark.parametrize("present", [*product((False, True), repeat=len(CHUNKS))])
def test_a_browser_gives_the_same_colour_chunk_precedence(page: Page, present: tuple[bool, ...]):
    chosen = [data for data, there in zip(CHUNKS.values(), present, strict=True) if there]
    mean, most = differences(page, png_of(COLOURS, *chosen))
    assert (mean < 1, most <= 4) == (True, True)


@pytest.mark.parametrize(
    ("primaries", "transfer"),
    [(1, 1), (1, 4), (1, 5), (1, 7), (1, 8), (1, 9), (2, 13), (12, 2), (4, 4), (5, 6), (6, 6),
     (8, 8), (9, 1), (9, 13), (9, 14), (11, 17), (12, 13), (22, 13), (99, 13)],
)  # fmt: skip
def test_a_browser_sees_the_same_code_points_of_a_png(page: Page, primaries: int, transfer: int):
    mean, most = differences(page, png_of(COLOURS, cicp(primaries, transfer)))
    assert (mean < 1, most <= 4) == (True, True)


@pytest.mark.parametrize(
    ("primaries", "transfer"),
    [(1, 1), (1, 4), (1, 8), (2, 2), (5, 6), (6, 6), (9, 1), (9, 14), (12, 13), (12, 1)],
)
def test_a_browser_sees_the_same_code_points_of_an_avif(page: Page, primaries: int, transfer: int):
    mean, _ = differences(page, avif_of(COLOURS, primaries, transfer), "image/avif")
    assert mean < 1.5


@pytest.mark.parametrize("exponent", [0, 45_455, 45_000, 50_000, 55_556, 100_000])
def test_a_browser_sees_the_same_gamma(page: Page, exponent: int):
    mean, most = differences(page, png_of(COLOURS, gama(exponent)))
    assert (mean < 1, most <= 4) == (True, True)


@pytest.mark.parametrize("code_points", [(12, 13), (1, 8), (9, 16), (9, 18)])
def test_a_browser_too_prefers_the_code_points_in_a_profile(
    page: Page, code_points: tuple[int, int]
):
    profile = matrix_profile(columns_of(CHROMATICITIES[1]), SRGB_CURVE, code_points)
    mean, _ = differences(page, png_of(COLOURS[:13], iccp(profile)))
    assert mean < 2


def test_a_browser_sees_the_same_profile_of_a_bmp(page: Page):
    mean, most = differences(page, bmp_of(COLOURS, DISPLAY_P3), "image/bmp")
    assert (mean < 1, most <= 4) == (True, True)


def photo(depth: int) -> list[tuple[int, int, int]]:
    """The colours of a small picture, without the extremes."""
    image = scene(64, 32).point(lambda level: 40 + level * 5 // 8)
    content = image.tobytes()
    colours = list(zip(content[::3], content[1::3], content[2::3], strict=True))
    return wide(colours) if depth == 16 else colours


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("transfer", [16, 18])
@pytest.mark.parametrize("primaries", [1, 9, 12])
def test_a_browser_sees_greys_of_hdr_exactly_so(
    page: Page, primaries: int, transfer: int, depth: int
):
    # A browser clips PQ at 1,000 cd/m2, level 191, and we do not.
    greys = [(level, level, level) for level in range(256 if transfer == 18 else 191)]
    data = png_of(wide(greys) if depth == 16 else greys, cicp(primaries, transfer), depth=depth)
    assert differences(page, data)[1] <= 2


@pytest.mark.parametrize("transfer", [16, 18])
@pytest.mark.parametrize("primaries", [1, 9, 12])
def test_a_browser_sees_hdr_within_eight_levels(page: Page, primaries: int, transfer: int):
    levels = [(r, g, b) for r, g, b in photo(8) if max(r, g, b) - min(r, g, b) < 60]
    mean, _ = differences(page, png_of(levels, cicp(primaries, transfer)))
    assert mean < 8


@pytest.mark.parametrize("peak", [400, 4000])
def test_a_browser_too_uses_the_content_light_level(page: Page, peak: int):
    light = chunk(b"cLLI", (peak * 10_000).to_bytes(4) + (200 * 10_000).to_bytes(4))
    greys = [(level, level, level) for level in range(256)]
    assert differences(page, png_of(greys, light, cicp(9, 16)))[1] <= 3


@pytest.mark.parametrize("transfer", [16, 18])
def test_a_browser_sees_an_hdr_avif_within_eight_levels(page: Page, transfer: int):
    moderate = ((150, 140, 130), (130, 150, 140), (110, 120, 140), (180, 170, 160))
    mean, _ = differences(page, avif_of(COLOURS[:13] + moderate, 9, transfer), "image/avif")
    assert mean < 8
