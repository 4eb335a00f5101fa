"""Every state of the page, by name, shown with a fake Darkroom."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.frontend.actions import (
    data_transfer,
    items,
    open_picture,
    photo,
    pick,
    scroll_to_unread,
    thumbnails,
)
from tests.frontend.api import problem
from tests.frontend.darkroom import FakeDarkroom
from tests.imaging.samples import four_corners, saved
from tests.pictures import jpeg
from tests.waiting import until

State = Callable[[Page, FakeDarkroom], None]

_NAMES = ("harbour.jpg", "Sommerabend am Steg.jpeg", "IMG_20260501_204518_HDR.jpg", "pier.png")
_LONG_NAME = "a-name-without-any-space-" * 8 + ".jpg"
_NOTHING: dict[str, Any] = {
    "renditions": [],
    "savings": None,
    "markup": None,
    "placeholder": None,
    "width": None,
    "height": None,
    "bytes": None,
    "cost_usd_estimate": None,
    "storage_usd_month_estimate": None,
    "milliseconds": None,
}
_REJECTED = _NOTHING | {
    "status": "rejected",
    "reason": "corrupt_image",
    "detail": "The picture is damaged or incomplete and cannot be read.",
    "content_type": "image/jpeg",
    "bytes": 2_400_000,
}
_SHOP = '<meta name="viewport" content="width=device-width"><main><h1>Shop</h1>{}</main>'
_LIMIT = problem(HTTPStatus.TOO_MANY_REQUESTS, "The limit is 60 tickets per minute.")

_READ_SLOWLY = """() => {
    const file = { name: "IMG_1.jpg", file: () => {} };
    const folder = {
        isDirectory: true,
        name: "trip",
        createReader: () => ({ readEntries: (resolve) => resolve([file]) }),
    };
    const items = [{ kind: "file", webkitGetAsEntry: () => folder }];
    const event = new Event("drop", { bubbles: true });
    Object.assign(event, { dataTransfer: { types: ["Files"], items, files: [] } });
    document.body.dispatchEvent(event);
}"""
_READ_FOLDER = """() => {
    const entry = (name) => ({ name, file: (resolve) => resolve(new File(["x"], name)) });
    const broken = { name: "b.jpg", file: (_, reject) => reject(new Error()) };
    const rounds = [[entry("notes.txt"), entry("a.3fr"), broken], []];
    const folder = {
        isDirectory: true,
        name: "trip",
        createReader: () => ({ readEntries: (resolve) => resolve(rounds.shift()) }),
    };
    const items = [{ kind: "file", webkitGetAsEntry: () => folder }];
    const event = new Event("drop", { bubbles: true });
    Object.assign(event, { dataTransfer: { types: ["Files"], items, files: [] } });
    document.body.dispatchEvent(event);
}"""


def _fill(darkroom: FakeDarkroom, count: int = 8) -> None:
    for number in range(count):
        darkroom.add_image(f"ID{number:02}", _NAMES[number % len(_NAMES)])


def _open_gallery(page: Page, darkroom: FakeDarkroom) -> None:
    _fill(darkroom)
    page.goto(darkroom.site)
    expect(thumbnails(page)).to_have_count(8)
    expect(page.locator("#totals dd")).to_have_count(3)


def _gallery(page: Page, darkroom: FakeDarkroom) -> None:
    _open_gallery(page, darkroom)
    _wait_for_pictures(page.locator(".mat img"))


def _empty(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    expect(page.locator(".state-title")).to_have_text("Nothing here yet.")


def _loading(page: Page, darkroom: FakeDarkroom) -> None:
    """The list of pictures has not arrived."""
    darkroom.images_open.clear()
    page.goto(darkroom.site)
    expect(page.locator("#gallery")).to_have_attribute("aria-busy", "true")


def _pictures_loading(page: Page, darkroom: FakeDarkroom) -> None:
    """The list has arrived, and the pictures have not."""
    darkroom.media_open.clear()
    _fill(darkroom)
    page.goto(darkroom.site, wait_until="commit")
    expect(thumbnails(page)).to_have_count(8)


def _pictures_missing(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.has_media = False
    _fill(darkroom, 3)
    page.goto(darkroom.site)
    expect(page.locator(".frame.broken")).to_have_count(3)


def _tiles(page: Page, darkroom: FakeDarkroom) -> None:
    """One picture of each status, and one whose file is no smaller than its original."""
    darkroom.add_image("ID90", "ready.jpg")
    darkroom.add_image("ID89", "no savings.heic", savings=None, bytes=120_000)
    for number, (name, changes) in enumerate(
        {
            "not uploaded.jpg": {"status": "pending"},
            "processing.jpg": {"status": "processing"},
            "rejected.jpg": _REJECTED,
            "failed.jpg": {"status": "failed"},
            "never uploaded.jpg": {"status": "expired"},
            "deleted.jpg": {"status": "deleted"},
            _LONG_NAME: {"status": "pending"},
        }.items()
    ):
        darkroom.add_image(f"ID{80 - number}", name, **(_NOTHING | changes))
    page.goto(darkroom.site)
    page.get_by_label("Show").select_option("All")
    expect(thumbnails(page)).to_have_count(9)
    _wait_for_pictures(page.locator(".mat img[src]"))


def _none_with_status(page: Page, darkroom: FakeDarkroom) -> None:
    _open_gallery(page, darkroom)
    page.get_by_label("Show").select_option("Failed")
    expect(page.get_by_text("No pictures match.")).to_be_visible()


def _filters(page: Page, darkroom: FakeDarkroom) -> None:
    """The panel of further filters, with one of each."""
    _fill(darkroom)
    page.goto(f"{darkroom.site}/?q=har&visibility=public&tag=harbour&tag=evening&from=2026-01-01")
    expect(page.get_by_text("No pictures match.")).to_be_visible()


def _gallery_offline(page: Page, darkroom: FakeDarkroom) -> None:
    _later_page_failed(page, darkroom, "() => false")
    expect(page.get_by_text("You're offline.")).to_be_visible()


def _scrolled(page: Page, darkroom: FakeDarkroom) -> None:
    """Far down, where the next page has not arrived."""
    _fill(darkroom, 300)
    page.goto(darkroom.site)
    expect(thumbnails(page).first).to_be_visible()
    darkroom.images_open.clear()
    scroll_to_unread(page)


def _scrolling(page: Page, darkroom: FakeDarkroom) -> None:
    """The label of a long list's place."""
    _fill(darkroom, 300)
    page.goto(darkroom.site)
    expect(page.locator(".scroll-label")).to_be_attached()
    page.clock.install()

    def scroll() -> bool:
        page.evaluate("scrollBy(0, 20)")
        page.clock.run_for(50)
        return page.locator(".scroll-label").is_visible()

    until(scroll)


def _shortcuts(page: Page, darkroom: FakeDarkroom) -> None:
    _open_gallery(page, darkroom)
    expect(page.locator(".scroll-label")).to_be_attached()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def _selected(page: Page, darkroom: FakeDarkroom) -> None:
    """Two pictures are selected, one of which is private."""
    _fill(darkroom)
    darkroom.images["ID06"]["visibility"] = "private"
    page.goto(darkroom.site)
    for name in ("Select IMG_20260501_204518_HDR.jpg", "Select pier.png"):
        page.get_by_label(name).first.click()
    expect(_bar(page)).to_contain_text("2 selected")
    _wait_for_pictures(page.locator(".mat img"))


def _bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Selected pictures")


def _asked(name: str) -> State:
    """What an action asks for."""

    def show(page: Page, darkroom: FakeDarkroom) -> None:
        _selected(page, darkroom)
        _bar(page).get_by_role("button", name=name).click()
        expect(_bar(page).get_by_role("button", name="Cancel")).to_be_visible()

    return show


def _removing(page: Page, darkroom: FakeDarkroom) -> None:
    """The time to undo a deletion."""
    page.clock.install()
    _asked("Delete")(page, darkroom)
    _bar(page).get_by_role("button", name="Delete 2 pictures").click()
    expect(_bar(page).get_by_role("button", name="Undo")).to_be_visible()


def _running(page: Page, darkroom: FakeDarkroom) -> None:
    """An action waits, as the server has asked."""
    _selected(page, darkroom)
    page.clock.install()
    darkroom.retry_after = 30
    darkroom.change_faults = [HTTPStatus.TOO_MANY_REQUESTS] * 9
    _bar(page).get_by_role("button", name="Process again").click()
    expect(_bar(page)).to_contain_text("asked to wait")


def _reported(page: Page, darkroom: FakeDarkroom) -> None:
    _selected(page, darkroom)
    darkroom.change_faults = [HTTPStatus.FORBIDDEN]
    _bar(page).get_by_role("button", name="Process again").click()
    _bar(page).get_by_role("button", name="Report").click()
    expect(page.get_by_role("dialog", name="Report")).to_be_visible()


def _limited(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.read_faults = [HTTPStatus.TOO_MANY_REQUESTS] * 9
    page.goto(darkroom.site)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def _unreachable(page: Page, darkroom: FakeDarkroom) -> None:
    page.route("**/images?*", lambda route: route.abort())
    page.goto(darkroom.site)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def _later_page_failed(page: Page, darkroom: FakeDarkroom, online: str = "() => true") -> None:
    page.add_init_script(f"Object.defineProperty(navigator, 'onLine', {{ get: {online} }})")
    darkroom.page_size = 4
    page.route("**/images?*cursor=*", lambda route: route.abort())
    _fill(darkroom)
    page.goto(darkroom.site)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def _token(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.tokens = {"good"}
    page.goto(darkroom.site)
    expect(page.get_by_role("dialog", name="Enter your token")).to_be_visible()


def _token_refused(page: Page, darkroom: FakeDarkroom) -> None:
    _token(page, darkroom)
    field = page.get_by_label("Token", exact=True)
    field.fill("wrong")
    field.press("Enter")
    expect(page.get_by_role("alert")).not_to_be_empty()


def _token_declined(page: Page, darkroom: FakeDarkroom) -> None:
    _token(page, darkroom)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("You need a token")).to_be_visible()


def _uploads(page: Page, darkroom: FakeDarkroom) -> None:
    """Uploads in most of their states."""
    _open_gallery(page, darkroom)
    pick(page, photo("a photo that is ready.jpg"))
    expect(items(page, "ready")).to_have_count(1)
    darkroom.problem = problem(HTTPStatus.FORBIDDEN, "This token may not upload.")
    pick(page, photo("failed.jpg"))
    expect(items(page, "failed")).to_have_count(1)
    darkroom.problem = None
    darkroom.worker_open.clear()
    pick(page, photo("processing.jpg"), photo(_LONG_NAME, b""))
    expect(items(page, "processing")).to_have_count(1)
    darkroom.store_open.clear()
    waiting = (photo(f"{n}.jpg", bytes([n])) for n in range(5))
    pick(page, *waiting)
    expect(items(page, "uploading")).to_have_count(2)
    items(page, "waiting").first.get_by_role("button").click()
    expect(items(page, "cancelled")).to_have_count(1)


def _many_finished(page: Page, darkroom: FakeDarkroom) -> None:
    _open_gallery(page, darkroom)
    pick(page, *(photo(f"{n}.jpg", jpeg(32, 24, n)) for n in range(32)))
    expect(items(page, "ready")).to_have_count(32)


def _offline(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.store_open.clear()
    _open_gallery(page, darkroom)
    pick(page, photo())
    expect(items(page, "uploading")).to_have_count(1)
    page.context.set_offline(True)
    expect(items(page, "offline")).to_have_count(1)


def _convertible(page: Page, darkroom: FakeDarkroom) -> None:
    """A file whose format is off, which the browser can show."""
    sentence = "HEIC photos aren't accepted here. Please upload a JPEG, PNG or WebP."
    darkroom.problem = problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, sentence)
    page.goto(darkroom.site)
    item = pick(page, photo("IMG_20260501_204518.HEIC", saved(four_corners(), "jxl")))
    expect(item.get_by_role("button", name="Upload as JPEG")).to_be_visible()


def _retrying(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.busy = 1000
    _open_gallery(page, darkroom)
    page.clock.install()
    pick(page, photo())
    expect(items(page, "retrying")).to_have_count(1)


def _upload_limited(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.problem = _LIMIT
    page.clock.install()
    page.goto(darkroom.site)
    pick(page, photo())
    expect(items(page, "retrying")).to_have_count(1)


def _upload_too_large(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.embed('<darkroom-uploader max-bytes="2500000"></darkroom-uploader>', _SHOP)
    page.goto(darkroom.foreign)
    pick(page, photo("huge.jpg", b"\xff\xd8\xff" + bytes(3_000_000)))
    expect(items(page, "rejected")).to_have_count(1)


def _too_many(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.embed('<darkroom-uploader multiple max-files="2"></darkroom-uploader>', _SHOP)
    page.goto(darkroom.foreign)
    pick(page, *(photo(f"{n}.jpg", jpeg(32, 24, n)) for n in range(3)))
    expect(items(page, "ready")).to_have_count(2)


def _chosen(page: Page, darkroom: FakeDarkroom) -> None:
    """Files that wait, one of them edited."""
    darkroom.embed("<darkroom-uploader editor multiple></darkroom-uploader>", _SHOP)
    page.goto(darkroom.foreign)
    pick(page, photo("edited.jpg"), photo(_LONG_NAME))
    page.get_by_role("button", name="Edit edited.jpg").click()
    page.get_by_role("button", name="Mirror").click()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("Will be edited.")).to_be_visible()


def _chosen_editor(page: Page, darkroom: FakeDarkroom) -> None:
    """The editor of a page of another site."""
    _chosen(page, darkroom)
    page.get_by_role("button", name="Edit edited.jpg").click()
    expect(page.get_by_role("dialog", name="Edit edited.jpg")).to_be_visible()


def _dragging(page: Page, darkroom: FakeDarkroom) -> None:
    _open_gallery(page, darkroom)
    files = data_transfer(page, ("one.jpg", "image/jpeg", b"x"))
    page.locator("[part=area]").dispatch_event("dragover", {"dataTransfer": files})
    expect(page.locator("[part=area]")).to_contain_class("over")


def _folder_reading(page: Page, darkroom: FakeDarkroom) -> None:
    _open_gallery(page, darkroom)
    page.evaluate(_READ_SLOWLY)
    expect(page.get_by_text("Looking for photos in the folder.")).to_be_visible()


def _folder_note(page: Page, darkroom: FakeDarkroom) -> None:
    _open_gallery(page, darkroom)
    page.evaluate(_READ_FOLDER)
    expect(page.get_by_text("There are no photos in the folder.")).to_be_visible()


def _picture(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", "Sommerabend am Steg.jpeg", sha256="0123456789abcdef" * 4)
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    dialog.get_by_role("button", name="Show mobile").click()
    _wait_for_pictures(dialog.locator(".stage img"))
    _scroll_up(dialog)


def _picture_synthetic(page: Page, darkroom: FakeDarkroom) -> None:
    """A synthetic picture with Content Credentials, and renditions that have some, too."""
    signer = "Adobe Inc., Adobe C2PA for a Department with a very long Name"
    manifest = {
        "manifests": 2,
        "generator": "Adobe Photoshop 26.9.0",
        "claimed_signer": signer,
        "content_hash": "differs",
    }
    origin = {"digital_source_type": "trainedAlgorithmicMedia", "found_in": ["c2pa"]}
    shares = {"#6e9acd": 0.37, "#e6ebf0": 0.2, "#393319": 0.19, "#cec1aa": 0.13, "#fafafa": 0.06}
    colors = [{"color": color, "share": share} for color, share in shares.items()]
    facts = {"colors": colors, "perceptual_hash": "0" * 16, "sharpness": 0.33}
    provenance = origin | {"c2pa": manifest}
    image = darkroom.add_image("ID01", "Traumstadt.png", provenance=provenance, facts=facts)
    for rendition in image["renditions"]:
        rendition |= {"hdr": True, "signed": True}
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    _wait_for_pictures(dialog.locator(".stage img:visible"))


def _picture_cropped(page: Page, darkroom: FakeDarkroom) -> None:
    _picture(page, darkroom)
    page.get_by_role("button", name="Show thumbnail").click()
    _scroll_up(page.get_by_role("dialog"))


def _picture_with_long_name(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", _LONG_NAME, focal_point={"x": 0.2, "y": 0.7})
    page.goto(darkroom.site)
    open_picture(page, "ID01")


def _picture_loading(page: Page, darkroom: FakeDarkroom) -> None:
    _open_gallery(page, darkroom)
    darkroom.images_open.clear()
    thumbnails(page).first.get_by_role("link").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _picture_broken(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.has_media = False
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    open_picture(page, "ID01")
    expect(page.locator(".stage.broken")).to_be_visible()


def _focal_point(page: Page, darkroom: FakeDarkroom) -> None:
    _picture_with_long_name(page, darkroom)
    page.get_by_role("button", name="Set focal point").click()
    _scroll_up(page.get_by_role("dialog"))


def _suggested_focal_point(page: Page, darkroom: FakeDarkroom) -> None:
    suggestion = {"x": 0.5, "y": 0.25, "source": "saliency", "faces_sought": False}
    darkroom.add_image("ID01", suggested_focal_point=suggestion)
    page.goto(darkroom.site)
    open_picture(page, "ID01")
    page.get_by_role("button", name="Set focal point").click()
    _scroll_up(page.get_by_role("dialog"))


def _editor(page: Page, darkroom: FakeDarkroom) -> Locator:
    """The editor's dialog, of a picture without edits."""
    darkroom.add_image("ID01", "Sommerabend am Steg.jpeg")
    page.goto(darkroom.site)
    open_picture(page, "ID01").get_by_role("button", name="Edit", exact=True).click()
    editor = page.get_by_role("dialog", name="Edit Sommerabend am Steg.jpeg")
    expect(editor).to_be_visible()
    return editor


def _editor_crop(page: Page, darkroom: FakeDarkroom) -> None:
    editor = _editor(page, darkroom)
    editor.get_by_label("Ratio").select_option("3:2")
    editor.get_by_role("slider", name="Crop, bottom right corner").focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowLeft")


def _editor_straighten(page: Page, darkroom: FakeDarkroom) -> None:
    editor = _editor(page, darkroom)
    editor.get_by_role("button", name="Straighten").click()
    editor.get_by_label("Angle").fill("4.2")


def _editor_redact(page: Page, darkroom: FakeDarkroom) -> None:
    editor = _editor(page, darkroom)
    editor.get_by_role("button", name="Redact").click()
    editor.get_by_role("button", name="Add box").click()
    for _ in range(5):
        page.keyboard.press("Shift+ArrowLeft")
    editor.get_by_role("button", name="Add box").click()


def _editor_preview(page: Page, darkroom: FakeDarkroom) -> None:
    _editor_redact(page, darkroom)
    page.get_by_role("button", name="Rotate right").click()
    page.get_by_role("button", name="Preview").click()


def _editor_question(page: Page, darkroom: FakeDarkroom) -> None:
    _editor_crop(page, darkroom)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Keep editing")).to_be_focused()


def _deletion(page: Page, darkroom: FakeDarkroom) -> None:
    _picture(page, darkroom)
    page.get_by_role("button", name="Delete").click()
    _scroll_up(page.get_by_role("dialog"))


def _receipt(page: Page, darkroom: FakeDarkroom) -> None:
    _deletion(page, darkroom)
    page.get_by_role("button", name="Delete permanently").click()
    expect(page.locator(".receipt li")).to_have_count(5)


def _actual_size(page: Page, darkroom: FakeDarkroom) -> None:
    _picture(page, darkroom)
    page.get_by_role("button", name="Show 1080p").click()
    page.get_by_role("button", name="Actual size").click()
    _scroll_up(page.get_by_role("dialog"))


def _edited_by_two(page: Page, darkroom: FakeDarkroom) -> None:
    """Somebody else changed the same tags."""
    _picture(page, darkroom)
    darkroom.changes_before_patch = {"ID01": {"tags": ["lake", "evening"]}}
    page.get_by_label("Tags, separated by commas").fill("sea, pier")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    _scroll_up(page.get_by_role("dialog"))


def _copied(page: Page, darkroom: FakeDarkroom) -> None:
    _picture(page, darkroom)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(Error()); }")
    page.get_by_role("button", name="Copy <picture> markup").click()
    expect(page.get_by_role("dialog").get_by_role("status")).not_to_be_empty()


def _picture_of(status: str, **changes: Any) -> State:
    """A picture that is not ready."""

    def show(page: Page, darkroom: FakeDarkroom) -> None:
        darkroom.worker_open.clear()
        darkroom.add_image("ID01", **(_NOTHING | {"status": status} | changes))
        page.goto(darkroom.site)
        open_picture(page, "ID01")

    return show


def _picture_missing(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(f"{darkroom.site}/#picture/NOBODY")
    expect(page.get_by_text("There is no such image.")).to_be_visible()


def _embedded(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(f"{darkroom.site}/embed.html")
    pick(page, photo())
    expect(page.locator("#events strong").first).to_have_text("darkroom:idle")


STATES: dict[str, State] = {
    "gallery": _gallery,
    "gallery-empty": _empty,
    "gallery-loading": _loading,
    "gallery-pictures-loading": _pictures_loading,
    "gallery-pictures-missing": _pictures_missing,
    "gallery-tiles": _tiles,
    "gallery-none-with-status": _none_with_status,
    "gallery-limited": _limited,
    "gallery-unreachable": _unreachable,
    "gallery-later-page-failed": _later_page_failed,
    "gallery-filters": _filters,
    "gallery-offline": _gallery_offline,
    "gallery-scrolled": _scrolled,
    "gallery-scrolling": _scrolling,
    "shortcuts": _shortcuts,
    "selection": _selected,
    "selection-tags": _asked("Tags"),
    "selection-visibility": _asked("Visibility"),
    "selection-download": _asked("Download"),
    "selection-deletion": _asked("Delete"),
    "selection-removing": _removing,
    "selection-waiting": _running,
    "selection-report": _reported,
    "token": _token,
    "token-refused": _token_refused,
    "token-declined": _token_declined,
    "uploads": _uploads,
    "uploads-many-finished": _many_finished,
    "upload-offline": _offline,
    "upload-convertible": _convertible,
    "upload-retrying": _retrying,
    "upload-limited": _upload_limited,
    "upload-too-large": _upload_too_large,
    "uploads-too-many": _too_many,
    "uploads-chosen": _chosen,
    "uploads-chosen-editor": _chosen_editor,
    "dragging": _dragging,
    "folder-reading": _folder_reading,
    "folder-note": _folder_note,
    "picture": _picture,
    "picture-synthetic": _picture_synthetic,
    "picture-cropped": _picture_cropped,
    "picture-long-name": _picture_with_long_name,
    "picture-loading": _picture_loading,
    "picture-broken": _picture_broken,
    "picture-focal-point": _focal_point,
    "picture-suggested-focal-point": _suggested_focal_point,
    "editor-crop": _editor_crop,
    "editor-straighten": _editor_straighten,
    "editor-redact": _editor_redact,
    "editor-preview": _editor_preview,
    "editor-question": _editor_question,
    "picture-deletion": _deletion,
    "picture-receipt": _receipt,
    "picture-copied": _copied,
    "picture-actual-size": _actual_size,
    "picture-edited-by-two": _edited_by_two,
    "picture-pending": _picture_of("pending"),
    "picture-processing": _picture_of("processing"),
    "picture-rejected": _picture_of(**_REJECTED),
    "picture-failed": _picture_of("failed"),
    "picture-expired": _picture_of("expired"),
    "picture-deleted": _picture_of("deleted"),
    "picture-missing": _picture_missing,
    "embedded": _embedded,
}


def _wait_for_pictures(pictures: Locator) -> None:
    for picture in pictures.all():
        expect(picture).to_have_js_property("complete", value=True)
        expect(picture).not_to_have_js_property("naturalWidth", 0)


def _scroll_up(dialog: Locator) -> None:
    dialog.evaluate("dialog => dialog.scrollTo(0, 0)")
