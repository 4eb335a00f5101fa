"""Files of a format that is not accepted, which the browser can send as a JPEG.

JPEG XL stands for HEIC, which Chromium cannot show.
"""

import io

import pytest
from PIL import Image, ImageCms
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.frontend.actions import items, message, photo, pick
from tests.frontend.darkroom import FakeDarkroom
from tests.imaging.samples import four_corners, saved

SIZE = (640, 480)


@pytest.fixture(autouse=True)
def no_jxl(darkroom: FakeDarkroom) -> None:
    darkroom.refused_types = {"image/jxl", "image/heic"}


def jxl(name: str = "IMG_1.JXL") -> FilePayload:
    return photo(name, saved(four_corners(*SIZE), "jxl"))


def convert(item: Locator) -> None:
    item.get_by_role("button", name="Upload as JPEG: IMG_1.JXL").click()
    expect(item).to_have_attribute("data-state", "ready")


def test_a_refused_file_can_be_sent_as_a_jpeg(page: Page, darkroom: FakeDarkroom) -> None:
    file = jxl()
    page.goto(darkroom.site)
    item = pick(page, file)
    expect(message(item)).to_have_text("Not accepted here.")
    convert(item)
    (arrival,) = darkroom.arrivals
    sent = Image.open(io.BytesIO(arrival.file))
    assert (sent.format, sent.size) == ("JPEG", SIZE)
    order = darkroom.orders[-1]
    assert (order["filename"], order["content_type"]) == ("IMG_1.jpg", "image/jpeg")
    assert order["converted_from"] == {"content_type": "image/jxl", "bytes": len(file["buffer"])}


def test_its_colours_are_those_of_the_file(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    convert(pick(page, jxl()))
    sent = Image.open(io.BytesIO(darkroom.arrivals[0].file))
    profile = ImageCms.ImageCmsProfile(io.BytesIO(sent.info["icc_profile"]))
    srgb = ImageCms.profileToProfile(sent, profile, ImageCms.createProfile("sRGB"))
    assert srgb is not None
    for at in ((10, 10), (630, 10), (10, 470), (630, 470)):
        wanted = four_corners(*SIZE).getpixel(at)
        # Rounding counts much in colours as pure as these; read as sRGB, they differ by 51.
        assert max(abs(a - b) for a, b in zip(srgb.getpixel(at), wanted, strict=True)) <= 20


def test_it_is_made_smaller_as_well(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    page.locator("darkroom-uploader").evaluate("it => it.setAttribute('shrink', '320')")
    convert(pick(page, jxl()))
    assert Image.open(io.BytesIO(darkroom.arrivals[0].file)).size == (320, 240)
    assert darkroom.orders[-1]["shrunk_from"]["width"] == SIZE[0]


def test_what_the_browser_cannot_show_is_not_offered(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    item = pick(page, photo("IMG_1.HEIC", saved(four_corners(), "heic")))
    expect(item).to_have_attribute("data-state", "rejected")
    expect(item.get_by_role("button")).to_have_text(["Dismiss"])


def test_a_browser_that_falsifies_what_is_drawn_sends_no_jpeg(
    page: Page, darkroom: FakeDarkroom
) -> None:
    page.add_init_script("""
        const { getImageData } = CanvasRenderingContext2D.prototype;
        CanvasRenderingContext2D.prototype.getImageData = function (...box) {
            const image = getImageData.apply(this, box);
            image.data[0] += 1;
            return image;
        };
    """)
    page.goto(darkroom.site)
    item = pick(page, jxl())
    item.get_by_role("button", name="Upload as JPEG: IMG_1.JXL").click()
    expect(item).to_have_attribute("data-state", "rejected")
    assert darkroom.arrivals == []


def test_a_converted_file_continues_after_a_reload(page: Page, darkroom: FakeDarkroom) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(darkroom.site)
    item = pick(page, jxl())
    button = item.get_by_role("button", name="Upload as JPEG: IMG_1.JXL")
    expect(button).to_be_visible()
    darkroom.store_open.clear()
    button.click()
    expect(item).to_have_attribute("data-state", "uploading")
    page.reload()
    darkroom.store_open.set()
    expect(items(page)).to_have_attribute("data-state", "ready")
    assert [order["content_type"] for order in darkroom.orders] == ["image/jxl", "image/jpeg"]
