"""The editor, opened on a picture of the gallery."""

import base64
import re
from io import BytesIO
from typing import Any

import msgspec
import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, Locator, Page, expect

from chalicelib.imaging.edits import edited
from chalicelib.model.edits import Edits
from tests.frontend.actions import open_picture
from tests.frontend.catalogue import rendition
from tests.frontend.conftest import watched_page
from tests.frontend.darkroom import FakeDarkroom
from tests.pictures import jpeg
from tests.waiting import until

Json = dict[str, Any]

BOX = {"action": "redact", "x": 0.1, "y": 0.2, "width": 0.3, "height": 0.4, "color": "#000000"}
HALF = {"action": "crop", "x": 0.25, "y": 0, "width": 0.5, "height": 1}
AFTER_CROP = [{"action": "crop", "x": 0, "y": 0, "width": 0.5, "height": 0.5}]
TURNED = {"action": "straighten", "degrees": 10}


@pytest.fixture(autouse=True)
def original(darkroom: FakeDarkroom) -> None:
    """A file of the ratio that pictures of the gallery have."""
    darkroom.original = jpeg(400, 300)


def open_editor(page: Page, darkroom: FakeDarkroom, **changes: Any) -> Locator:
    """Open the editor on a picture of 4000 x 3000."""
    darkroom.add_image("ID01", **changes)
    page.goto(darkroom.site)
    open_picture(page, "ID01").get_by_role("button", name="Edit", exact=True).click()
    editor = editor_of(page)
    expect(editor).to_be_visible()
    return editor


def editor_of(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Edit harbour.jpg")


def apply(page: Page, darkroom: FakeDarkroom) -> list[Json]:
    """Apply the changes, and return the recipe that was saved."""
    editor_of(page).get_by_role("button", name="Apply").click()
    expect(page.get_by_role("status").filter(has_text="Processed again.")).to_be_visible()
    [(image_id, changes)] = darkroom.changed
    assert image_id == "ID01"
    edits: list[Json] = changes["edits"]
    return edits


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def handle(editor: Locator, name: str) -> Locator:
    return editor.get_by_role("slider", name=name, exact=True)


def drag(page: Page, target: Locator, right: float, down: float) -> None:
    """Drag the middle of an element by fractions of the picture."""
    box, picture = target.bounding_box(), editor_of(page).locator("canvas").bounding_box()
    assert box
    assert picture
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right * picture["width"], y + down * picture["height"], steps=4)
    page.mouse.up()


def near(expected: Json) -> Any:
    """Equal, but for what a pixel on the screen is."""
    return {
        k: pytest.approx(v, abs=0.005) if isinstance(v, float) else v for k, v in expected.items()
    }


def test_it_is_fetched_when_it_is_opened(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    assert [path for path in darkroom.fetched if path.startswith("/editor/")] == []
    dialog.get_by_role("button", name="Edit", exact=True).click()
    expect(editor_of(page)).to_be_visible()
    assert "/editor/editor.js" in darkroom.fetched


def test_arrow_keys_move_a_handle_by_one_and_five_percent(
    page: Page, darkroom: FakeDarkroom
) -> None:
    editor = open_editor(page, darkroom)
    corner = handle(editor, "Crop, bottom right corner")
    corner.focus()
    press(page, "ArrowLeft", "Shift+ArrowUp")
    expect(corner).to_have_attribute("aria-valuetext", "99% from the left, 95% from the top")
    expect(editor.get_by_text("3960 × 2850 px")).to_be_visible()
    crop = {"action": "crop", "x": 0, "y": 0, "width": 0.99, "height": 0.95}
    assert apply(page, darkroom) == [crop]


def test_a_crop_is_moved_as_a_whole(page: Page, darkroom: FakeDarkroom) -> None:
    editor = open_editor(page, darkroom)
    handle(editor, "Crop, left edge").focus()
    press(page, *["Shift+ArrowRight"] * 4)
    handle(editor, "Crop").focus()
    press(page, "Shift+ArrowLeft")
    crop = {"action": "crop", "x": 0.15, "y": 0, "width": 0.8, "height": 1}
    assert apply(page, darkroom) == [crop]


def test_a_corner_is_dragged(page: Page, darkroom: FakeDarkroom) -> None:
    editor = open_editor(page, darkroom)
    drag(page, handle(editor, "Crop, top left corner"), 0.25, 0.5)
    drag(page, handle(editor, "Crop"), -0.125, -2)
    crop = {"action": "crop", "x": 0.125, "y": 0, "width": 0.75, "height": 0.5}
    assert apply(page, darkroom) == [near(crop)]


def test_a_finger_drags_a_handle(browser: Browser, darkroom: FakeDarkroom) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    complaints: list[str] = []
    with browser.new_context(reduced_motion="reduce", **phone) as context:
        page = watched_page(context, complaints)
        editor = open_editor(page, darkroom)
        box = handle(editor, "Crop, bottom right corner").bounding_box()
        picture = editor.locator("canvas").bounding_box()
        assert box
        assert picture
        assert min(box["width"], box["height"]) >= 44
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        session = context.new_cdp_session(page)
        ends = [(x, y), (x - 20, y - 20), (x - picture["width"] / 2, y - picture["height"] / 4)]
        for kind, points in zip(("touchStart", "touchMove", "touchMove"), ends, strict=True):
            touch = {"type": kind, "touchPoints": [{"x": points[0], "y": points[1]}]}
            session.send("Input.dispatchTouchEvent", touch)
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        crop = {"action": "crop", "x": 0, "y": 0, "width": 0.5, "height": 0.75}
        assert apply(page, darkroom) == [near(crop)]
    assert complaints == []


@pytest.mark.parametrize(
    ("ratio", "size"), [("1:1", "3000 × 3000"), ("16:9", "4000 × 2250"), ("2:3", "2000 × 3000")]
)
def test_a_ratio_is_kept(page: Page, darkroom: FakeDarkroom, ratio: str, size: str) -> None:
    editor = open_editor(page, darkroom)
    editor.get_by_label("Ratio").select_option(ratio)
    expect(editor.get_by_text(size)).to_be_visible()
    handle(editor, "Crop, right edge").focus()
    press(page, "Shift+ArrowLeft")
    width, height = (int(number) for number in size.split(" × "))
    [crop] = apply(page, darkroom)
    assert crop["width"] * 4000 / (crop["height"] * 3000) == pytest.approx(width / height, abs=1e-3)
    assert crop["width"] < width / 4000


def test_the_whole_picture_is_turned_and_mirrored(page: Page, darkroom: FakeDarkroom) -> None:
    editor = open_editor(page, darkroom)
    editor.get_by_role("button", name="Mirror").click()
    editor.get_by_role("button", name="Rotate left").click()
    expect(editor.get_by_text("3000 × 4000 px")).to_be_visible()
    flip = {"action": "flip", "axis": "horizontal"}
    assert apply(page, darkroom) == [flip, {"action": "rotate", "degrees": 270}]


def test_a_crop_turns_with_the_picture(page: Page, darkroom: FakeDarkroom) -> None:
    editor = open_editor(page, darkroom, edits=[HALF | {"x": 0.5}])
    editor.get_by_role("button", name="Rotate right").click()
    crop = {"action": "crop", "x": 0, "y": 0.5, "width": 1, "height": 0.5}
    assert apply(page, darkroom) == [{"action": "rotate", "degrees": 90}, crop]


def test_a_picture_is_straightened_by_tenths_of_a_degree(
    page: Page, darkroom: FakeDarkroom
) -> None:
    editor = open_editor(page, darkroom)
    editor.get_by_role("button", name="Straighten").click()
    editor.get_by_label("Angle").focus()
    press(page, *["ArrowRight"] * 12)
    expect(editor.get_by_text("1.2°")).to_be_visible()
    assert apply(page, darkroom) == [{"action": "straighten", "degrees": 1.2}]


def test_boxes_are_drawn_moved_resized_coloured_and_removed(
    page: Page, darkroom: FakeDarkroom
) -> None:
    editor = open_editor(page, darkroom)
    editor.get_by_role("button", name="Redact").click()
    editor.get_by_role("button", name="Add box").click()
    expect(handle(editor, "Box 1")).to_be_focused()
    press(page, "Shift+ArrowRight")
    handle(editor, "Box 1, bottom edge").focus()
    press(page, "ArrowDown")
    editor.get_by_label("Colour").fill("#102030")
    picture = editor.locator("canvas").bounding_box()
    assert picture
    page.mouse.move(picture["x"] + 4, picture["y"] + 4)
    page.mouse.down()
    page.mouse.move(picture["x"] + picture["width"] / 10, picture["y"] + 60, steps=3)
    page.mouse.up()
    expect(handle(editor, "Box 2")).to_be_visible()
    handle(editor, "Box 2").focus()
    press(page, "Delete")
    expect(handle(editor, "Box 2")).to_have_count(0)
    expect(editor.get_by_role("button", name="Add box")).to_be_focused()
    box = {"x": 0.4, "y": 0.35, "width": 0.3, "height": 0.31, "color": "#102030"}
    assert apply(page, darkroom) == [{"action": "redact", **box}]


def test_boxes_of_a_turned_picture_are_parts_of_the_original(
    page: Page, darkroom: FakeDarkroom
) -> None:
    """The upper edge of a picture turned to the right is the original's left one."""
    editor = open_editor(page, darkroom)
    editor.get_by_role("button", name="Rotate right").click()
    editor.get_by_role("button", name="Redact").click()
    editor.get_by_role("button", name="Add box").click()
    press(page, *["Shift+ArrowUp"] * 7)
    box = {"action": "redact", "x": 0, "y": 0.35, "width": 0.3, "height": 0.3, "color": "#000000"}
    assert apply(page, darkroom) == [box, {"action": "rotate", "degrees": 90}]


def test_changes_are_undone_and_redone(page: Page, darkroom: FakeDarkroom) -> None:
    editor = open_editor(page, darkroom)
    size = editor.locator(".size")
    drag(page, handle(editor, "Crop, right edge"), -0.5, 0)
    editor.get_by_role("button", name="Rotate left").click()
    expect(size).to_have_text("3000 × 2000 px")
    page.keyboard.press("Control+z")
    expect(size).to_have_text("2000 × 3000 px")
    editor.get_by_role("button", name="Undo").click()
    expect(size).to_have_text("4000 × 3000 px")
    expect(editor.get_by_role("button", name="Undo")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Control+Shift+Z")
    expect(size).to_have_text("2000 × 3000 px")
    editor.get_by_role("button", name="Reset").click()
    expect(size).to_have_text("4000 × 3000 px")


def test_escape_closes_it_and_asks_first_if_something_was_changed(
    page: Page, darkroom: FakeDarkroom
) -> None:
    editor = open_editor(page, darkroom)
    page.keyboard.press("Escape")
    expect(editor).to_have_count(0)
    button = page.get_by_role("button", name="Edit", exact=True)
    expect(button).to_be_focused()
    button.click()
    editor.get_by_role("button", name="Mirror").click()
    page.keyboard.press("Escape")
    expect(editor.get_by_role("button", name="Keep editing")).to_be_focused()
    page.keyboard.press("Escape")
    expect(editor.get_by_role("button", name="Mirror")).to_be_focused()
    page.keyboard.press("Escape")
    editor.get_by_role("button", name="Discard").click()
    expect(editor).to_have_count(0)
    expect(page.get_by_role("dialog", name="harbour.jpg")).to_be_visible()
    assert darkroom.changed == []


def test_enter_on_a_handle_applies(page: Page, darkroom: FakeDarkroom) -> None:
    editor = open_editor(page, darkroom)
    handle(editor, "Crop, top edge").focus()
    press(page, "Shift+ArrowDown", "Enter")
    until(lambda: darkroom.changed)
    expect(editor).to_have_count(0)


def test_applying_without_a_change_changes_nothing(page: Page, darkroom: FakeDarkroom) -> None:
    editor = open_editor(page, darkroom, edits=[BOX, TURNED, HALF])
    editor.get_by_role("button", name="Apply").click()
    expect(editor).to_have_count(0)
    assert darkroom.changed == []


def test_the_size_is_announced_after_a_pause(page: Page, darkroom: FakeDarkroom) -> None:
    editor = open_editor(page, darkroom)
    status = editor.get_by_role("status")
    expect(status).to_have_text("The picture will be 4000 by 3000 pixels.")
    handle(editor, "Crop, top edge").focus()
    press(page, *["ArrowDown"] * 10)
    expect(status).to_have_text("The picture will be 4000 by 2700 pixels.")


def test_a_picture_with_edits_is_edited_from_its_original(
    page: Page, darkroom: FakeDarkroom
) -> None:
    editor = open_editor(page, darkroom, edits=[BOX, HALF], width=2000)
    expect(handle(editor, "Crop")).to_have_attribute(
        "aria-valuetext", "25% from the left, 0% from the top, 50% wide, 100% high"
    )
    editor.get_by_role("button", name="Flip").click()
    flip = {"action": "flip", "axis": "vertical"}
    assert apply(page, darkroom) == [BOX, flip, HALF]


def test_edits_that_it_cannot_write_are_said_to_be_approximate(
    page: Page, darkroom: FakeDarkroom
) -> None:
    editor = open_editor(page, darkroom, edits=[*AFTER_CROP, TURNED, BOX])
    expect(editor.get_by_text("can only show approximately")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Loading")).to_have_count(0)


def test_edits_in_another_order_are_kept(page: Page, darkroom: FakeDarkroom) -> None:
    editor = open_editor(page, darkroom, edits=[HALF, {"action": "rotate", "degrees": 90}, HALF])
    expect(editor.get_by_text("can only show approximately")).to_be_hidden()
    expect(editor.get_by_text("1500 × 2000 px")).to_be_visible()


def test_an_original_that_the_browser_cannot_show_can_be_restored(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.original = b"II*\0"
    darkroom.add_image("ID01", edits=[HALF], content_type="image/tiff")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    dialog.get_by_role("button", name="Edit", exact=True).click()
    expect(dialog.get_by_text("can't show the original (image/tiff)")).to_be_visible()
    dialog.get_by_role("button", name="Restore original").click()
    expect(dialog.get_by_role("status")).to_have_text("Processed again.")
    assert darkroom.changed == [("ID01", {"edits": []})]


def test_the_original_is_restored_after_a_question(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", edits=[BOX])
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    expect(dialog.get_by_text("redacted")).to_be_visible()
    dialog.get_by_role("button", name="Restore original").click()
    expect(dialog.get_by_text("What the boxes hide will be visible")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    assert darkroom.changed == []
    dialog.get_by_role("button", name="Restore original").click()
    dialog.get_by_role("group").get_by_role("button", name="Restore original").click()
    expect(dialog.get_by_role("status")).to_have_text("Processed again.")
    assert darkroom.changed == [("ID01", {"edits": []})]
    expect(dialog.get_by_role("button", name="Restore original")).to_be_hidden()


def test_other_changes_meanwhile_do_not_matter(page: Page, darkroom: FakeDarkroom) -> None:
    editor = open_editor(page, darkroom)
    darkroom.changes_before_patch = {"ID01": {"tags": ["sea"]}}
    editor.get_by_role("button", name="Mirror").click()
    assert apply(page, darkroom) == [{"action": "flip", "axis": "horizontal"}]


def test_other_edits_meanwhile_are_replaced_only_if_the_user_says_so(
    page: Page, darkroom: FakeDarkroom
) -> None:
    editor = open_editor(page, darkroom)
    darkroom.changes_before_patch = {"ID01": {"edits": [HALF]}}
    editor.get_by_role("button", name="Mirror").click()
    editor.get_by_role("button", name="Apply").click()
    dialog = page.get_by_role("dialog", name="harbour.jpg")
    expect(dialog.get_by_text("Somebody else edited this picture")).to_be_visible()
    assert darkroom.changed == []
    dialog.get_by_role("button", name="Replace").click()
    expect(dialog.get_by_role("status")).to_have_text("Processed again.")
    assert darkroom.changed == [("ID01", {"edits": [{"action": "flip", "axis": "horizontal"}]})]


def test_a_refused_recipe_is_explained(page: Page, darkroom: FakeDarkroom) -> None:
    editor = open_editor(page, darkroom)
    darkroom.change_faults = [422]
    editor.get_by_role("button", name="Mirror").click()
    editor.get_by_role("button", name="Apply").click()
    status = page.get_by_role("dialog", name="harbour.jpg").get_by_role("status")
    expect(status).to_have_text(re.compile("status 422"))


@pytest.mark.parametrize(
    "edits",
    [
        [BOX, {"action": "rotate", "degrees": 90}],
        [BOX, TURNED, HALF],
        [{"action": "flip", "axis": "horizontal"}, {"action": "straighten", "degrees": -33.3}],
        [
            BOX | {"color": "#20a0f0"},
            {"action": "crop", "x": 0.05, "y": 0.1, "width": 0.6, "height": 0.7},
        ],
    ],
)
def test_the_preview_is_what_the_server_renders(
    page: Page, darkroom: FakeDarkroom, edits: list[Json]
) -> None:
    darkroom.original = rendition("1080p")
    size = {"original_width": 1920, "original_height": 1440}
    editor = open_editor(page, darkroom, edits=edits, **size)
    editor.get_by_role("button", name="Preview").click()
    preview = shown(editor)
    with Image.open(BytesIO(darkroom.original)) as picture:
        rendered = edited(picture.convert("RGB"), msgspec.convert(edits, Edits))
    assert editor.locator(".size").text_content() == f"{rendered.width} × {rendered.height} px"
    expected = rendered.resize(preview.size, Image.Resampling.LANCZOS)
    difference = ImageChops.difference(preview, expected)
    assert max(ImageStat.Stat(difference).mean) < 1.5
    # A pixel beside the true one differs at edges only.
    assert max(ImageStat.Stat(difference).rms) < 5


def shown(editor: Locator) -> Image.Image:
    """What the editor's canvas shows."""
    address: str = editor.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    data = base64.b64decode(address.partition(",")[2])
    return Image.open(BytesIO(data)).convert("RGB")
