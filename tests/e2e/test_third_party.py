"""The recipes of docs/third-party-uploaders.md, run in a browser on the whole stack."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.docs.markdown import PROJECT, read
from tests.e2e.client import ApiClient
from tests.e2e.photographs import unique
from tests.pictures import jpeg
from tests.stack.running import Stack
from tests.waiting import GENEROUS, until

DOCUMENT = read("docs/third-party-uploaders.md")
NODE_MODULES = PROJECT / "tests/node_modules"
Recipe = Callable[..., Page]
API = "https://api.photos.example"
PAGE = """<!doctype html><title>A page with another uploader</title>
<input type="file" multiple><div id="photos"></div>
<script type="module" src="/recipe.js"></script>"""
# What a page of Uppy's users does with what they choose.
PICK = """
document.querySelector("input").addEventListener("change", ({ target }) => {
  for (const data of target.files) uppy.addFile({ name: data.name, type: data.type, data });
  uppy.upload();
});
globalThis.uppy = uppy;
"""


def snippet(heading: str | None) -> str:
    """The program below a heading; the shared one, before all headings, without one."""
    headings = [h.text for h in DOCUMENT.headings]
    sections = re.split(r"^#+ .*$", DOCUMENT.text, flags=re.MULTILINE)[1:]
    section = sections[headings.index(heading) if heading else 0]
    (program,) = re.findall(r"```js\n(.*?)```", section, re.DOTALL)
    return program


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        context.set_default_timeout(GENEROUS * 1000)
        yield context.new_page()


def bundled(folder: Path, api: str, program: str) -> str:
    (folder / "darkroom.js").write_text(snippet(None).replace(API, api))
    (folder / "recipe.js").write_text(program)
    esbuild = str(PROJECT / "packages/node_modules/.bin/esbuild")
    command = [
        esbuild,
        str(folder / "recipe.js"),
        "--bundle",
        "--format=esm",
        "--log-level=warning",
    ]
    environment = {"NODE_PATH": str(NODE_MODULES), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture
def open_recipe(page: Page, stack: Stack, elsewhere: str, tmp_path: Path) -> Recipe:
    """Opens another site's page with the recipe below this heading, and further code."""

    def open_it(heading: str, more: str = "") -> Page:
        script = bundled(tmp_path, stack.api, snippet(heading) + more)
        page.route(
            f"{elsewhere}/recipe.js",
            lambda route: route.fulfill(content_type="text/javascript", body=script),
        )
        page.goto(f"{elsewhere}/?body={quote(PAGE)}")
        return page

    return open_it


def photo(folder: Path, name: str, size: int = 0) -> Path:
    file = folder / name
    file.write_bytes(unique(jpeg()).ljust(size, b"\0"))
    return file


def expect_ready(client: ApiClient, name: str) -> None:
    """Wait until the only image of this file is ready."""

    def found() -> list[str]:
        return [image["status"] for image in client.all_images() if image["filename"] == name]

    until(lambda: found() == ["ready"])


def expect_uploaded(page: Page) -> None:
    """Wait until Uppy reports success, and no error."""
    ended = "() => uppy.getFiles().every(({ error, progress }) => error || progress.uploadComplete)"
    page.wait_for_function(ended)
    assert page.evaluate("() => uppy.getFiles().map(({ error }) => error ?? null)") == [None]


@pytest.mark.parametrize("heading", ["Uppy, whole files", "Uppy's XHR upload"])
def test_uppy_sends_a_whole_file(
    open_recipe: Recipe, client: ApiClient, tmp_path: Path, heading: str
) -> None:
    name = f"{heading[-5:]}.jpg"
    page = open_recipe(heading, PICK)
    page.set_input_files("input", photo(tmp_path, name))
    expect_uploaded(page)
    expect_ready(client, name)


def test_uppy_sends_a_large_file_in_parts(
    open_recipe: Recipe, client: ApiClient, tmp_path: Path
) -> None:
    page = open_recipe("Uppy, large files in parts", PICK)
    sent: list[str] = []
    page.on("request", lambda request: sent.extend(re.findall(r"partNumber=(\d)", request.url)))
    page.set_input_files("input", photo(tmp_path, "parts.jpg", 20_000_000))
    expect_uploaded(page)
    expect_ready(client, "parts.jpg")
    assert sorted(set(sent)) == ["1", "2", "3"]


def test_uppy_continues_a_large_file_in_parts(
    open_recipe: Recipe, client: ApiClient, tmp_path: Path
) -> None:
    page = open_recipe("Uppy, large files in parts", PICK)
    page.route("**/*partNumber=3*", lambda route: route.abort())
    page.set_input_files("input", photo(tmp_path, "continued-parts.jpg", 20_000_000))
    page.wait_for_function("() => uppy.getFiles()[0]?.error")
    page.unroute("**/*partNumber=3*")
    page.evaluate("() => { uppy.retryAll(); }")
    expect_uploaded(page)
    expect_ready(client, "continued-parts.jpg")


def test_uppy_shows_why_the_api_refuses_a_file(open_recipe: Recipe, tmp_path: Path) -> None:
    page = open_recipe("Uppy, whole files", PICK)
    page.set_input_files("input", photo(tmp_path, "film.mp4"))
    page.wait_for_function("() => uppy.getFiles()[0]?.error")
    assert "content_type" in page.evaluate("() => uppy.getFiles()[0].error")


def test_filepond_sends_a_file_and_submits_its_id(
    open_recipe: Recipe, client: ApiClient, tmp_path: Path
) -> None:
    page = open_recipe("FilePond")
    page.set_input_files("input[type=file]", photo(tmp_path, "filepond.jpg"))
    done = page.locator("[data-filepond-item-state=processing-complete]")
    expect(done).to_be_attached()
    expect_ready(client, "filepond.jpg")
    (image_id,) = [i["id"] for i in client.all_images() if i["filename"] == "filepond.jpg"]
    assert page.locator("input[type=hidden]").input_value() == image_id


def test_dropzone_sends_a_file(open_recipe: Recipe, client: ApiClient, tmp_path: Path) -> None:
    page = open_recipe("Dropzone")
    page.set_input_files(".dz-hidden-input", photo(tmp_path, "dropzone.jpg"))
    expect(page.locator(".dz-success")).to_be_attached()
    expect_ready(client, "dropzone.jpg")


@pytest.mark.parametrize(
    "heading", ["Uppy, whole files", "Uppy's XHR upload", "FilePond", "Dropzone"]
)
def test_a_recipe_for_whole_files_has_at_most_twelve_lines(heading: str) -> None:
    lines = [line for line in snippet(heading).splitlines() if line and "import" not in line]
    assert 3 <= len(lines) <= 12
