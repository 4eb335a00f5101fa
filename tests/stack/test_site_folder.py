"""`make run` with a site folder: its variants, settings, texts and colours."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.e2e.client import ApiClient
from tests.pictures import encoded, jpeg, photo
from tests.stack.running import Stack, running_stack, starting_stack
from tests.stack.signals import has_printed, servers_over
from tests.waiting import GENEROUS, until

FILES = {
    "variants.toml": b"""
[square]
width = 64
height = 64
fit = "cover"
formats = ["png"]
watermark = { file = "mark.png", width = 1.0, position = "center", margin = 0.0 }
""",
    "mark.png": encoded(photo(64, 64).point(lambda _value: 255), "PNG"),
    "stages.toml": b"[local.environment_variables]\nMAX_UPLOAD_BYTES = 777_777\n",
    "strings.js": "Object.assign(strings, { addTitle: 'Fotos hinzufügen' });".encode(),
    "theme.css": b":root { --paper: rgb(1, 2, 3); }",
}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("own") / "site", FILES)


@pytest.fixture(scope="module")
def stack(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack"), DARKROOM_SITE=str(site)) as stack:
        yield stack


@pytest.fixture(scope="module")
def image(stack: Stack) -> dict[str, Any]:
    client = ApiClient(stack.api)
    return client.finished(client.upload(jpeg(400, 300)))


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """The page, which must not log anything."""
    lines: list[str] = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("console", lambda message: lines.append(message.text))
        page.goto(stack.site)
        yield page
    assert lines == []


def test_an_uploaded_image_has_its_variants_with_their_watermark(image: dict[str, Any]) -> None:
    [rendition] = image["renditions"]
    assert (rendition["variant"], rendition["format"]) == ("square", "png")
    whole_white = encoded(photo(64, 64).point(lambda _value: 255), "PNG")
    assert rendition["bytes"] < 2 * len(whole_white)  # the photograph's grain would take 8 KB


def test_a_size_on_demand_and_the_stable_address_are_served(
    stack: Stack, image: dict[str, Any]
) -> None:
    for path in (f"/i/{image['id']}/square", f"/i/{image['id']}?w=320"):
        answer = requests.get(f"{stack.site}{path}", timeout=GENEROUS)
        assert (answer.status_code, answer.headers["Content-Type"][:6]) == (200, "image/")


def test_its_settings_apply(stack: Stack) -> None:
    ticket = {"filename": "a.jpg", "content_type": "image/jpeg", "size": 700_000}
    issued = requests.post(f"{stack.api}/uploads", json=ticket, timeout=GENEROUS).json()
    assert issued["max_bytes"] == 777_777


def test_its_texts_are_painted_before_the_scripts_and_after_them(stack: Stack, page: Page) -> None:
    painted = requests.get(stack.site, timeout=GENEROUS).text
    assert 'data-text="addTitle">Fotos hinzufügen<' in painted
    heading = page.get_by_role("heading", name="Fotos hinzufügen")
    expect(heading).to_be_visible()
    expect(page.locator("darkroom-uploader:defined")).to_be_visible()
    expect(heading).to_be_visible()


def test_the_bundled_uploader_has_its_texts(stack: Stack, browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(stack.site)
        title = page.evaluate("async () => (await import('/bundle/uploader.js')).strings.addTitle")
    assert title == "Fotos hinzufügen"


def test_its_colours_apply(page: Page) -> None:
    expect(page.locator("body")).to_have_css("background-color", "rgb(1, 2, 3)")


def test_texts_and_colours_change_with_a_reload_and_errors_are_reported(
    stack: Stack, site: Path, browser: Browser
) -> None:
    lines: list[str] = []
    try:
        (site / "theme.css").write_text(":root { --paper: rgb(4, 5, 6); }")
        (site / "strings.js").write_text("Object.assign(strings, {")
        with browser.new_context() as context:
            page = context.new_page()
            page.on("console", lambda message: lines.append(message.text))
            page.goto(stack.site)
            expect(page.locator("body")).to_have_css("background-color", "rgb(4, 5, 6)")
            expect(page.get_by_role("heading", name="Add photos")).to_be_visible()
            until(lambda: any("strings.js is wrong: SyntaxError" in line for line in lines))
    finally:
        for name in ("theme.css", "strings.js"):
            (site / name).write_bytes(FILES[name])


@pytest.mark.usefixtures("image")
def test_maintenance_verbs_use_its_variants(stack: Stack, site: Path) -> None:
    shown = stack.ops("reprocess", "--only-missing", "--dry-run")
    assert "queued" in shown.stdout  # by the default table, its renditions are missing
    shown = stack.ops("reprocess", "--only-missing", "--dry-run", DARKROOM_SITE=str(site))
    assert "up to date" in shown.stdout
    assert "queued" not in shown.stdout


def test_the_files_in_use_are_named(stack: Stack, site: Path) -> None:
    names = ("variants.toml", "stages.toml", "strings.js", "theme.css")
    assert f"Using {', '.join(str(site / name) for name in names)}" in stack.lines


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("variants.toml", "[a]\nwidht = 1\n", "variants.toml: The variant a in variants.toml is"),
        ("stages.toml", "[local.environment_variables]\nMAX_PIXELS = 'x'\n", "It is set in "),
        ("stages.toml", "[local.environment_variables]\nMAX_PIXEL = 1\n", "Is it MAX_PIXELS?"),
        ("strings.js", "strings.addTitle = 1;", "strings.js is wrong: addTitle must be a text."),
    ],
)
def test_a_wrong_file_is_named_before_anything_starts(
    tmp_path: Path, name: str, content: str, sentence: str
) -> None:
    site = write(tmp_path / "site", {name: content.encode()})
    data = tmp_path / "data"
    with starting_stack(data, DARKROOM_SITE=str(site)) as stack:
        assert stack.process.wait(GENEROUS) == 1
        until(lambda: has_printed(stack, sentence))
        assert next(line for line in stack.lines if line).startswith("Darkroom cannot run. ")
        assert (servers_over(data), data.exists()) == ([], False)


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with starting_stack(tmp_path / "data", DARKROOM_SITE=str(tmp_path / "none")) as stack:
        assert stack.process.wait(GENEROUS) == 1
        until(lambda: has_printed(stack, "none, which is not a folder"))
