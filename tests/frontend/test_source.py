"""Rules for the page's source that no browser enforces everywhere."""

import re
from pathlib import Path

import pytest

from chalicelib.imaging.signatures import _SUPPORTED, HEAD_BYTES
from chalicelib.model.formats import FORMATS, MEDIA_TYPE_OF_SUFFIX, PREFERENCE, UNREAD_RAW_SUFFIXES
from chalicelib.model.search import SORTS
from tests.frontend.darkroom import FRONTEND

MODULES = sorted(path for path in FRONTEND.rglob("*.js") if path.parent.name != "bundle")
PAGES = {path.name: path.read_text() for path in FRONTEND.glob("*.html")}
NAMES = [path.relative_to(FRONTEND).as_posix() for path in MODULES]
# The page's three scripts, the live example's, and the worker; LATER are the modules that follow
# the first pictures, those that send files, and the one that prompts for a token.
SCRIPTS = {"first-page.js", "app.js", "uploader.js", "embed.js", "uploader/worker-script.js"}
LATER = {
    "token-dialog.js",
    "viewer.js",
    "view.js",
    "details.js",
    "origin.js",
    "compare-slider.js",
    "focal.js",
    "editing.js",
    "edits.js",
    "picture-actions.js",
    "question.js",
    "turning.js",
    "zoom.js",
    "library.js",
    "dialog.js",
    "shortcuts.js",
    "totals.js",
    "gallery/beside.js",
    "gallery/filters.js",
    "gallery/list-state.js",
    "gallery/long-press.js",
    "gallery/scroll-label.js",
    "gallery/selecting.js",
    "gallery/selection.js",
    "uploader/upload.js",
    "uploader/folders.js",
    "uploader/digest.js",
    "uploader/parts.js",
    "uploader/paths.js",
    "uploader/worker.js",
    "uploader/worker-address.js",
    "uploader/convert.js",
    "uploader/shrink.js",
    "uploader/jpeg.js",
    "uploader/recovery.js",
    "uploader/retry.js",
    "uploader/transfer.js",
    "uploader/admission.js",
    "bulk.js",
    *(name for name in NAMES if name.startswith(("bulk/", "editor/"))),
}


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_a_module_never_turns_text_into_markup(module: Path) -> None:
    sinks = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    assert not re.search(sinks, module.read_text())


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_a_module_has_fewer_than_200_lines(module: Path) -> None:
    # A table of sentences is as long as it is.
    assert module.name == "strings.js" or len(module.read_text().splitlines()) < 200


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_has_no_inline_script_style_or_handler(page: str) -> None:
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", page)


def test_no_file_names_another_host() -> None:
    sources = [path.read_text() for path in FRONTEND.rglob("*.*") if path.suffix != ".svg"]
    assert not re.search(r"https?://", "".join(sources))


def test_every_module_that_the_gallery_and_the_uploader_need_is_preloaded() -> None:
    preloaded = re.findall(r'rel="modulepreload" href="([^"]+)"', PAGES["index.html"])
    assert {*preloaded, *SCRIPTS, *LATER} == set(NAMES)


def test_every_string_that_a_page_names_exists() -> None:
    strings = (FRONTEND / "strings.js").read_text()
    missing = [
        name
        for name in re.findall(r'data-text="(\w+)"', "".join(PAGES.values()))
        if not re.search(rf"^  {name}: \"", strings, re.M)
    ]
    assert missing == []


def test_the_uploader_has_the_servers_suffixes_and_signatures() -> None:
    source = (FRONTEND / "uploader" / "formats.js").read_text()
    types = dict(re.findall(r'^  (\w+): "([a-z0-9/-]+)",$', source, re.M))
    assert {f".{suffix}": kind for suffix, kind in types.items()} == MEDIA_TYPE_OF_SUFFIX
    raw = source.partition("UNREAD_RAW_SUFFIXES = [")[2].partition("]")[0]
    assert {f".{suffix}" for suffix in re.findall(r'"(\w+)"', raw)} == UNREAD_RAW_SUFFIXES
    signatures = [
        (FORMATS[signature.kind].media_type, signature.pattern.pattern.decode())
        for signature in _SUPPORTED
    ]
    assert re.findall(r'^  \["([a-z0-9/-]+)", /\^(.+)/s\],$', source, re.M) == signatures
    assert f"HEAD_BYTES = {HEAD_BYTES};" in source


def test_the_page_prefers_the_servers_formats() -> None:
    source = (FRONTEND / "pictures.js").read_text()
    names = source.partition("PREFERENCE = [")[2].partition("]")[0]
    assert tuple(re.findall(r'"(\w+)"', names)) == PREFERENCE


def test_the_page_sorts_by_what_the_server_does() -> None:
    source = (FRONTEND / "gallery" / "address.js").read_text()
    names = source.partition("export const SORTS = [")[2].partition("]")[0]
    assert sorted(re.findall(r'"([\w-]+)"', names)) == sorted(SORTS)


def test_text_that_is_painted_before_the_scripts_load_equals_the_strings() -> None:
    strings = (FRONTEND / "strings.js").read_text()
    painted = re.findall(r'data-text="(\w+)">([^<]+)<', PAGES["index.html"])
    assert "addTitle" in dict(painted)
    assert [name for name, text in painted if f'  {name}: "{text}",' not in strings] == []


def test_the_uploader_imports_only_two_of_the_pages_modules() -> None:
    parts = [FRONTEND / "uploader.js", *(FRONTEND / "uploader").iterdir()]
    imported = {
        (part.parent / name).resolve()
        for part in parts
        for name in re.findall(r'(?:from|import) "([^"]+)"', part.read_text())
    }
    shared = {path.name for path in imported if path.parent == FRONTEND}
    assert shared == {"format.js", "strings.js"}
