"""Pictures edited in a browser, on the whole stack."""

import base64
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
import requests
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.client import ApiClient
from tests.e2e.photographs import photograph
from tests.frontend.actions import open_picture
from tests.stack.running import Stack
from tests.waiting import GENEROUS

Json = dict[str, Any]

BLACK = 8  # the brightest that compression makes of black


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    with browser.new_context() as context:
        context.set_default_timeout(GENEROUS * 1000)
        page = context.new_page()
        page.goto(stack.site)
        yield page


def preview_of(editor: Locator) -> Image.Image:
    """What the editor says that the picture will be."""
    editor.get_by_role("button", name="Preview").click()
    address: str = editor.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    return Image.open(BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGB")


def served(image: Json, variant: str) -> Image.Image:
    [url] = [r["immutable_url"] for r in image["renditions"] if r["variant"] == variant]
    answer = requests.get(url, timeout=GENEROUS)
    answer.raise_for_status()
    return Image.open(BytesIO(answer.content)).convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of levels, after scaling to a common size."""
    size = (one.width // 2, one.height // 2)
    scaled = [picture.resize(size, Image.Resampling.BOX) for picture in (one, other)]
    return max(ImageStat.Stat(ImageChops.difference(*scaled)).mean)


def press(page: Page, key: str, times: int) -> None:
    for _ in range(times):
        page.keyboard.press(key)


def test_what_is_served_is_what_the_editor_showed(page: Page, client: ApiClient) -> None:
    image_id = client.upload(photograph(41, 1200, 800))
    before = client.finished(image_id)
    open_picture(page, image_id).get_by_role("button", name="Edit", exact=True).click()
    editor = page.get_by_role("dialog", name="Edit photo.jpg")
    editor.get_by_role("button", name="Redact").click()
    editor.get_by_role("button", name="Add box").click()
    editor.get_by_role("button", name="Straighten").click()
    editor.get_by_label("Angle").fill("3.4")
    editor.get_by_role("button", name="Rotate left").click()
    editor.get_by_role("button", name="Crop", exact=True).click()
    editor.get_by_role("slider", name="Crop, top left corner").focus()
    press(page, "Shift+ArrowRight", 3)
    press(page, "Shift+ArrowDown", 2)
    preview = preview_of(editor)
    assert max(preview.getpixel((preview.width // 3, preview.height // 2))) == 0
    editor.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("status").filter(has_text="Processed again.")).to_be_visible()
    image = client.image(image_id)
    assert [edit["action"] for edit in image["edits"]] == ["redact", "rotate", "straighten", "crop"]
    rendition = served(image, "1080p")
    assert rendition.size == (image["width"], image["height"])
    assert difference(preview, rendition) < 4
    middle = rendition.getpixel((rendition.width // 3, rendition.height // 2))
    assert max(middle) <= BLACK
    # What the box hides is in no file any more.
    old = requests.get(before["renditions"][0]["immutable_url"], timeout=GENEROUS)
    now = Image.open(BytesIO(old.content)).convert("RGB")
    assert difference(rendition, now) < 4


def test_edits_are_changed_on_the_original_and_restored(page: Page, client: ApiClient) -> None:
    crop = {"action": "crop", "x": 0.5, "y": 0, "width": 0.5, "height": 1}
    image_id = client.upload(photograph(42, 900, 600), edits=[crop])
    client.finished(image_id)
    dialog = open_picture(page, image_id)
    dialog.get_by_role("button", name="Edit", exact=True).click()
    editor = page.get_by_role("dialog", name="Edit photo.jpg")
    expect(editor.get_by_text("450 × 600 px")).to_be_visible()
    editor.get_by_role("slider", name="Crop, left edge").focus()
    press(page, "Shift+ArrowLeft", 5)
    preview = preview_of(editor)
    editor.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("status").filter(has_text="Processed again.")).to_be_visible()
    image = client.image(image_id)
    assert image["edits"] == [crop | {"x": 0.25, "width": 0.75}]
    assert difference(preview, served(image, "1080p")) < 4
    dialog.get_by_role("button", name="Restore original").click()
    dialog.get_by_role("group").get_by_role("button", name="Restore original").click()
    expect(page.get_by_role("status").filter(has_text="Processed again.")).to_be_visible()
    image = client.image(image_id)
    assert (image["edits"], image["width"], image["height"]) == ([], 900, 600)
