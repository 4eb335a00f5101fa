"""One picture: its variants, the comparison, and its actions."""

import hashlib
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.frontend.actions import items, open_picture, photo, pick, thumbnails
from tests.frontend.darkroom import FakeDarkroom
from tests.pictures import jpeg

INK, RED = "rgb(26, 26, 26)", "rgb(179, 38, 30)"


def test_a_thumbnail_opens_its_picture_and_gets_the_focus_back(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    thumbnails(page).get_by_role("link").press("Enter")
    dialog = page.get_by_role("dialog", name="harbour.jpg")
    expect(dialog.get_by_role("heading", name="harbour.jpg")).to_be_focused()
    expect(page).to_have_url(f"{darkroom.site}/#picture/ID01")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(thumbnails(page).get_by_role("link")).to_be_focused()
    expect(page).to_have_url(f"{darkroom.site}/")


def test_variants_are_listed_with_what_each_saves(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    page.goto(f"{darkroom.site}/#picture/ID01")
    rows = page.get_by_role("dialog").locator("tbody tr")
    expect(rows).to_have_text(
        [
            re.compile(r"1080p\s+1920\s×\s1440 WebP\s+154\sKB\s+97%"),
            re.compile(r"720p\s+1280\s×\s960 WebP\s+68\sKB\s+98%"),
            re.compile(r"mobile\s+640\s×\s480 WebP\s+17\sKB\s+99\.6%"),
            re.compile(r"thumbnail\s+200\s×\s200 WebP\s+2\sKB\s+99\.9%"),
        ]
    )
    expect(page.get_by_text("97% smaller", exact=True)).to_be_visible()
    expect(page.get_by_text("Original: 4000 × 3000, 4.5 MB, image/jpeg")).to_be_visible()


def test_history_and_cost_are_shown(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    expect(dialog.locator(".history strong")).to_have_text(["ticket", "ready"])
    expect(dialog.locator("dd")).to_contain_text(["2026", "480 ms", "$0.00006", "$0.0001"])


MANIFEST = {
    "manifests": 1,
    "generator": "Camera 7",
    "claimed_signer": "Ann, Ltd",
    "content_hash": "matches",
}
AI = {"digital_source_type": "trainedAlgorithmicMedia", "found_in": ["c2pa"], "c2pa": MANIFEST}
SILENT = {"digital_source_type": None, "found_in": [], "c2pa": None}
FACTS = {
    "colors": [{"color": "#102030", "share": 0.61}, {"color": "#ff0000", "share": 0.2}],
    "perceptual_hash": "0" * 16,
    "sharpness": 0.4,
}


def detail(dialog: Locator, name: str) -> Locator:
    """The value of a detail."""
    return dialog.locator("dt", has_text=re.compile(f"^{name}$")).locator("xpath=following::dd[1]")


def test_a_synthetic_picture_is_declared_as_one(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", provenance=AI)
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    declared = "Declared as made by generative AI."
    expect(dialog.get_by_role("paragraph").filter(has_text=declared)).to_be_visible()
    expect(detail(dialog, "Origin")).to_have_text(declared)
    expect(detail(dialog, "Content Credentials")).to_have_text(
        "Claims to be signed by Ann, Ltd. The signature is not verified."
    )
    expect(detail(dialog, "Made with")).to_have_text("Camera 7")
    expect(detail(dialog, "Content hash")).to_have_text("Matches the file")


def test_a_file_that_says_nothing_of_its_origin_has_no_warning(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.add_image("ID01", provenance=SILENT)
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    expect(detail(dialog, "Origin")).to_have_text("The file does not say")
    expect(dialog.locator(".warning")).to_be_hidden()
    expect(dialog.get_by_text("Content Credentials")).to_have_count(0)


def test_the_origin_of_an_image_of_an_earlier_version_is_not_known(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.add_image("ID01", provenance=None, facts=None)
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    expect(detail(dialog, "Origin")).to_contain_text("Process the picture again")
    expect(dialog.get_by_text("Colours", exact=True)).to_have_count(0)


def test_an_api_of_an_earlier_version_has_neither_origin_nor_colours(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    expect(detail(dialog, "Cost")).to_be_visible()
    expect(dialog.get_by_text("Origin", exact=True)).to_have_count(0)
    expect(dialog.locator(".warning")).to_be_hidden()


def test_dominant_colours_and_sharpness_are_shown(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", facts=FACTS)
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    expect(dialog.locator(".swatches li")).to_have_text(["#102030 61%", "#ff0000 20%"])
    swatch = dialog.locator(".swatches span").first
    expect(swatch).to_have_css("background-color", "rgb(16, 32, 48)")
    expect(detail(dialog, "Sharpness")).to_have_text("0.40 (0 blurred, 1 very sharp)")


def test_a_smaller_variant_is_compared_with_the_largest(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    expect(dialog.get_by_role("slider")).to_be_hidden()
    dialog.get_by_role("button", name="Show mobile").click()
    slider = dialog.get_by_role("slider", name="Divider between 1080p and mobile")
    slider.focus()
    page.keyboard.press("Home")
    left = dialog.locator("[data-slot=left]")
    expect(left).to_have_css("clip-path", re.compile(r"^inset\(0px (calc\()?100%"))
    page.keyboard.press("End")
    expect(left).to_have_css("clip-path", re.compile(r"^inset\(0px (calc\()?0"))


def test_a_crop_is_shown_without_a_comparison(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    dialog.get_by_role("button", name="Show thumbnail").click()
    expect(dialog.locator("[data-slot=right]")).to_have_attribute("src", re.compile("thumbnail"))
    expect(dialog.get_by_role("slider")).to_be_hidden()


def test_a_just_uploaded_original_is_compared_at_once(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    pick(page, photo()).get_by_role("link").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("slider", name="Divider between Original and 1080p")).to_be_visible()
    expect(dialog.locator("[data-slot=left]")).to_have_attribute("src", re.compile("^blob:"))


def test_an_original_from_the_disk_must_be_the_same_file(
    page: Page, darkroom: FakeDarkroom
) -> None:
    content = jpeg(160, 120)
    darkroom.add_image("ID01", sha256=hashlib.sha256(content).hexdigest())
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    chooser = dialog.get_by_label("Compare with the original")
    chooser.set_input_files(photo(content=jpeg(160, 120, seed=2)))
    expect(dialog.get_by_role("status")).to_have_text("That isn't the original file.")
    chooser.set_input_files(photo(content=content))
    expect(dialog.get_by_role("slider", name="Divider between Original and 1080p")).to_be_visible()


def test_urls_and_markup_are_copied(page: Page, darkroom: FakeDarkroom) -> None:
    image = darkroom.add_image("ID01")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    dialog.get_by_role("button", name="Copy URL of 720p").click()
    expect(dialog.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == image["renditions"][1]["url"]
    dialog.get_by_role("button", name="Copy <picture> markup").click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('<pic')")
    assert page.evaluate("navigator.clipboard.readText()") == image["markup"]


def test_markup_that_may_not_be_copied_is_shown(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(Error()); }")
    dialog.get_by_role("button", name="Copy <picture> markup").click()
    expect(dialog.locator("pre")).to_be_visible()
    expect(dialog.get_by_role("status")).to_contain_text("doesn't let this page copy")


def test_a_focal_point_is_set_by_a_click(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    dialog.get_by_role("button", name="Set focal point").click()
    box = dialog.locator(".stage").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
    dialog.get_by_role("button", name="Save focal point").click()
    expect(dialog.get_by_role("status")).to_have_text("Processed again.")
    [(image_id, changes)] = darkroom.reprocessed
    assert image_id == "ID01"
    assert changes["focal_point"] == pytest.approx({"x": 0.25, "y": 0.75}, abs=0.01)


def test_a_focal_point_is_moved_by_keys_and_removed(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", focal_point={"x": 0.5, "y": 0.5})
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    dialog.get_by_role("button", name="Set focal point").click()
    marker = dialog.get_by_role("button", name="Focal point: 50% from the left, 50% from the top")
    expect(marker).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    expect(dialog.get_by_role("button", name="Focal point: 51% from the left, 40%")).to_be_visible()
    dialog.get_by_role("button", name="Remove focal point").click()
    expect(dialog.get_by_role("status")).to_have_text("Processed again.")
    assert darkroom.reprocessed == [("ID01", {"focal_point": None})]


_SUGGESTION = {"x": 0.4, "y": 0.2, "source": "saliency", "faces_sought": False}


def test_a_suggested_focal_point_is_where_the_marker_begins(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.add_image("ID01", suggested_focal_point=_SUGGESTION)
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    dialog.get_by_role("button", name="Set focal point").click()
    marker = dialog.get_by_role("button", name="Suggested focal point: 40% from the left, 20%")
    expect(marker).to_be_focused()
    expect(dialog.get_by_text("Crops are centred on the suggested spot.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Remove focal point")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("button", name="Focal point: 41% from the left, 20%")).to_be_visible()
    expect(dialog.locator(".focal")).not_to_have_class("focal suggested")
    dialog.get_by_role("button", name="Save focal point").click()
    expect(dialog.get_by_role("status")).to_have_text("Processed again.")
    assert darkroom.reprocessed == [("ID01", {"focal_point": {"x": 0.41, "y": 0.2}})]


def test_a_chosen_focal_point_is_shown_instead_of_the_suggested_one(
    page: Page, darkroom: FakeDarkroom
) -> None:
    point = {"x": 0.5, "y": 0.9}
    darkroom.add_image("ID01", focal_point=point, suggested_focal_point=_SUGGESTION)
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    dialog.get_by_role("button", name="Set focal point").click()
    expect(dialog.get_by_role("button", name="Focal point: 50% from the left, 90%")).to_be_focused()


def test_a_picture_is_processed_again(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    dialog.get_by_role("button", name="Process again").click()
    expect(dialog.get_by_role("status")).to_have_text("Processed again.")
    expect(dialog.locator(".history strong")).to_have_text(["ticket", "ready", "ready"])


def test_a_picture_is_made_private_with_a_switch(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    expect(dialog.get_by_role("switch", name="Private")).not_to_be_checked()
    dialog.get_by_role("switch", name="Private").press("Space")
    expect(dialog.get_by_text("The picture is private now.")).to_be_visible()
    expect(dialog.get_by_role("switch", name="Private")).to_be_checked()
    assert darkroom.changed == [("ID01", {"visibility": "private"})]


def test_a_private_picture_is_made_public(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", visibility="private")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    dialog.get_by_role("switch", name="Private").uncheck()
    expect(dialog.get_by_text("The picture is public now.")).to_be_visible()


def test_a_picture_whose_files_are_still_moving_says_so(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.moves_later = True
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    dialog.get_by_role("switch", name="Private").check()
    expect(dialog.get_by_text("The picture will be private in some minutes.")).to_be_visible()


def test_a_switch_that_was_refused_is_as_before(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    darkroom.change_faults = [409]
    dialog.get_by_role("switch", name="Private").press("Space")
    expect(dialog.get_by_text("Darkroom returned an error (status 409).")).to_be_visible()
    expect(dialog.get_by_role("switch", name="Private")).not_to_be_checked()


def test_a_picture_of_an_earlier_darkroom_has_no_switch(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", visibility=None)
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    expect(dialog.get_by_role("button", name="Delete")).to_be_visible()
    expect(dialog.get_by_role("switch", name="Private")).to_be_hidden()


def test_a_picture_is_deleted_only_after_confirmation(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Delete")).to_be_focused()
    assert "ID01" in darkroom.images
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Delete permanently").click()
    expect(dialog.get_by_role("status")).to_have_text(
        "5 files were deleted. A final check found nothing left."
    )
    expect(dialog.locator(".receipt li")).to_have_count(5)
    expect(page.locator(".thumbnail")).to_have_count(0)
    expect(page.locator("#totals")).to_be_empty()


def test_a_deleted_picture_offers_no_action(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    dialog.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete permanently").click()
    expect(dialog.locator(".receipt")).to_be_visible()
    expect(dialog.locator(".actions")).to_be_hidden()


@pytest.mark.parametrize("name", ["Set focal point", "Delete"])
def test_escape_ends_a_question_before_it_closes_the_picture(
    page: Page, darkroom: FakeDarkroom, name: str
) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    opener = dialog.get_by_role("button", name=name)
    opener.click()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(dialog.locator(".question")).to_be_hidden()
    expect(dialog.locator(".focal")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert darkroom.reprocessed == []


def test_deletion_does_not_look_like_any_other_button(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    delete = dialog.get_by_role("button", name="Delete")
    expect(dialog.get_by_role("button", name="Process again")).to_have_css("color", INK)
    expect(delete).to_have_css("color", RED)
    delete.click()
    expect(delete).to_have_text("Delete permanently")
    expect(delete).to_have_css("background-color", RED)
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Set focal point").click()
    save = dialog.get_by_role("button", name="Save focal point")
    expect(save).to_have_css("background-color", INK)


def test_a_picture_that_cannot_be_loaded_says_so(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.has_media = False
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    expect(dialog.get_by_role("status")).to_have_text(
        "This picture can't be loaded. Try again in a moment."
    )
    expect(dialog.locator("[data-slot=right]")).to_be_hidden()


def test_a_rejected_picture_says_why(page: Page, darkroom: FakeDarkroom) -> None:
    sentence = "The picture is damaged or incomplete and cannot be read."
    rejected = {"status": "rejected", "reason": "corrupt_image", "detail": sentence}
    darkroom.rejection = rejected | {"renditions": [], "savings": None, "markup": None}
    page.goto(darkroom.site)
    pick(page, photo())
    expect(items(page, "rejected")).to_have_count(1)
    items(page).get_by_role("link").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Not accepted")).to_be_visible()
    expect(dialog.get_by_text(f"{sentence} Reason: corrupt_image")).to_be_visible()
    expect(dialog.get_by_role("button", name="Copy <picture> markup")).to_be_hidden()


def test_a_picture_being_processed_is_shown_once_it_is_ready(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.worker_open.clear()
    darkroom.add_image("ID01", status="processing", renditions=[], savings=None)
    page.goto(f"{darkroom.site}/#picture/ID01")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Processing", exact=True)).to_be_visible()
    darkroom.worker_open.set()
    expect(dialog.locator(".outcome")).to_have_text("Ready")


def test_a_missing_picture_says_so(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(f"{darkroom.site}/#picture/NOBODY")
    expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("There is no such image.")
