"""Photos that the browser makes smaller before it sends them."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.frontend.actions import items, photo, pick
from tests.frontend.darkroom import FakeDarkroom
from tests.imaging.samples import DISPLAY_P3
from tests.pictures import encoded, jpeg
from tests.pictures import photo as picture

MAKE, ORIENTATION = 0x010F, 0x0112
MPF = b"\xff\xe2\x00\x08MPF\x00\x00\x00"
GAIN_MAP = b"http://ns.adobe.com/xap/1.0/\x00<x hdrgm:Version='1.0'/>"
C2PA = b"JP\x00\x01\x00\x00\x00\x01\x00\x00\x00\x20jumbc2pa"


def turned(width: int = 600, height: int = 400, orientation: int = 6) -> bytes:
    """A photo with EXIF, whose stored pixels have this size."""
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "Camera", orientation
    return encoded(picture(width, height), exif=exif.tobytes(), quality=95)


def with_segment(marker: int, body: bytes) -> bytes:
    """A photo that would be shrunk but for this segment."""
    segment = b"\xff" + bytes([marker]) + (len(body) + 2).to_bytes(2) + body
    data = jpeg(600, 400)
    return data[:2] + segment + data[2:]


def send(page: Page, darkroom: FakeDarkroom, data: bytes) -> bytes:
    """Send a file with an element that shrinks; what arrived."""
    page.goto(darkroom.site)
    uploader = page.locator("darkroom-uploader")
    expect(uploader.locator("[part=area]")).to_be_visible()
    uploader.evaluate("it => it.setAttribute('shrink', '300')")
    expect(pick(page, photo(content=data))).to_have_attribute("data-state", "ready")
    (arrival,) = darkroom.arrivals
    return arrival.file


def sent_picture(page: Page, darkroom: FakeDarkroom, data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(send(page, darkroom, data)))


def test_a_large_photo_is_sent_smaller_and_what_it_was_is_told(
    page: Page, darkroom: FakeDarkroom
) -> None:
    data = turned(orientation=1)
    sent = sent_picture(page, darkroom, data)
    assert sent.size == (300, 200)
    assert darkroom.orders[0]["shrunk_from"] == {"width": 600, "height": 400, "bytes": len(data)}


def test_a_turned_photo_is_sent_upright(page: Page, darkroom: FakeDarkroom) -> None:
    sent = sent_picture(page, darkroom, turned(orientation=6))
    assert sent.size == (200, 300)
    assert sent.getexif()[ORIENTATION] == 1
    # Stored pixels are turned by a quarter to the right: what was at the bottom is at the left.
    original = picture(600, 400).rotate(-90, expand=True).resize((200, 300))
    assert difference(sent, original) < 6


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures' levels."""
    pairs = zip(one.convert("RGB").tobytes(), other.convert("RGB").tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (one.width * one.height * 3)


def test_metadata_is_kept(page: Page, darkroom: FakeDarkroom) -> None:
    assert sent_picture(page, darkroom, turned()).getexif()[MAKE] == "Camera"


def test_the_profile_and_the_colours_in_it_are_kept(page: Page, darkroom: FakeDarkroom) -> None:
    data = encoded(picture(600, 400), icc_profile=DISPLAY_P3, quality=95)
    sent = sent_picture(page, darkroom, data)
    assert sent.info["icc_profile"] == DISPLAY_P3
    assert difference(sent, picture(600, 400).resize((300, 200))) < 6


@pytest.mark.parametrize(
    "make",
    [
        lambda: jpeg(300, 200),
        lambda: encoded(picture(600, 400), "PNG"),
        lambda: with_segment(0xE1, GAIN_MAP),
        lambda: with_segment(0xE2, MPF[4:]),
        lambda: with_segment(0xEB, C2PA),
        lambda: encoded(picture(600, 400).convert("CMYK")),
    ],
    ids=["small enough", "PNG", "gain map", "several pictures", "provenance", "CMYK"],
)
def test_other_files_are_sent_as_they_are(
    page: Page, darkroom: FakeDarkroom, make: Callable[[], bytes]
) -> None:
    data = make()
    assert send(page, darkroom, data) == data
    assert "shrunk_from" not in darkroom.orders[0]


def test_nothing_is_shrunk_without_the_attribute(page: Page, darkroom: FakeDarkroom) -> None:
    data = turned()
    page.goto(darkroom.site)
    expect(pick(page, photo(content=data))).to_have_attribute("data-state", "ready")
    assert darkroom.arrivals[0].file == data
    assert items(page).count() == 1


def test_a_browser_that_falsifies_drawings_sends_the_original(
    page: Page, darkroom: FakeDarkroom
) -> None:
    def falsify(route: object) -> None:
        response = route.fetch()  # type: ignore[attr-defined]
        body = response.text().replace('"18,171,86,255"', '"another colour"')
        route.fulfill(response=response, body=body)  # type: ignore[attr-defined]

    page.route("**/worker-script.js", falsify)
    data = turned()
    assert send(page, darkroom, data) == data
