"""The `<picture>` element by the judgement of an HTML validator and of axe-core."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from msgspec.structs import replace
from playwright.sync_api import Browser

from chalicelib.model.image import Image
from chalicelib.model.variants import VariantsTable
from chalicelib.views.addresses import unsigned
from chalicelib.views.markup import picture
from tests.html_validator import document, html_faults
from tests.views.test_markup import SHOWN, TABLE, hdr

_TEXT = 'A "red" door & <its> knob, 門'
_CONDITION = "(max-width: 20em) and (orientation: portrait)"
SHAPES: dict[str, tuple[Image, VariantsTable, str]] = {
    "without-alt": (SHOWN, TABLE, ""),
    "with-alt": (replace(SHOWN, alt={"zh-Hant": _TEXT, "en": "Door"}), TABLE, ""),
    "with-layout": (SHOWN, TABLE, "(min-width: 60em) calc(50vw - 2rem), 100vw"),
    "without-placeholder": (replace(SHOWN, placeholder=None), TABLE, ""),
    "with-conditions": (
        SHOWN,
        replace(TABLE, variants=tuple(replace(v, media=_CONDITION) for v in TABLE.variants)),
        "",
    ),
    # Apart, as the validator takes the sizes of a source for missing if one before it has none.
    "hdr": (
        hdr("1080p", "mobile"),
        replace(TABLE, variants=tuple(replace(v, media=None) for v in TABLE.variants)),
        "",
    ),
    "hdr-crop": (hdr("thumbnail"), TABLE, ""),
    "without-crops": (
        SHOWN,
        replace(TABLE, variants=tuple(replace(v, media=None) for v in TABLE.variants)),
        "",
    ),
}


def markup(shape: str, *, private: bool = False) -> str:
    image, table, layout = SHAPES[shape]
    urls = unsigned(image, "https://a.example/images")
    if private:
        query = "Policy=a_&Signature=b~-&Key-Pair-Id=K1"
        urls = replace(urls, private=True, stable_signature=query, file_signature=query)
    text = picture(image, urls, table, layout)
    assert text
    return text


def test_the_validator_finds_faults(tmp_path: Path) -> None:
    broken = markup("with-alt").replace(" 640w", " 640")
    assert html_faults(tmp_path, {"broken": broken}) != []


def test_it_is_valid_html(tmp_path: Path) -> None:
    public = {shape: markup(shape) for shape in SHAPES}
    private = {f"{shape}-private": markup(shape, private=True) for shape in SHAPES}
    assert html_faults(tmp_path, public | private) == []


def test_it_is_accessible(browser: Browser) -> None:
    pictures = "".join(markup(shape) for shape in SHAPES)
    page = browser.new_page()
    page.set_content(document(f"<main><h1>Doors</h1>{pictures}</main>"))
    found = Axe().run(page).response["violations"]
    page.close()
    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []
