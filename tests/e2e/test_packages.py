"""The npm packages in sample applications, in a browser on the whole stack."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Response, Route, expect

from tests.e2e.client import ApiClient
from tests.e2e.photographs import photograph, unique
from tests.frontend.actions import items, message
from tests.packages.npm import SAMPLES, Tarball, npm_packages, run, tool, unpacked
from tests.pictures import jpeg
from tests.stack.running import Stack
from tests.waiting import GENEROUS, until

__all__ = ["npm_packages"]

Open = Callable[[str], Page]

UPPY = """
import Uppy from "@uppy/core";
import Darkroom from "@darkroom/images/uppy";

globalThis.ready = [];
globalThis.uppy = new Uppy().use(Darkroom, { api: import.meta.env.VITE_API });
uppy.on("darkroom:ready", (file, image) => ready.push([file.name, image.status]));
document.querySelector("input").addEventListener("change", ({ target }) => {
  for (const data of target.files) uppy.addFile({ name: data.name, type: data.type, data });
  uppy.upload();
});
"""
UPPY_PAGE = """<!doctype html><title>A page with Uppy</title><link rel="icon" href="data:,">
<input type="file" multiple><script type="module" src="./main.js"></script>"""


@pytest.fixture(scope="module")
def samples(
    npm_packages: dict[str, Tarball], tmp_path_factory: pytest.TempPathFactory, stack: Stack
) -> Path:
    """The folder with the built samples, whose API is that of the stack."""
    folder = unpacked(tmp_path_factory.mktemp("samples"), npm_packages)
    for source in [SAMPLES / "vite.config.js", *SAMPLES.glob("*/*.*")]:
        if "node_modules" not in source.parts and "dist" not in source.parts:
            copy = folder / source.relative_to(SAMPLES)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(source.read_bytes())
    (folder / "uppy").mkdir()
    (folder / "uppy/main.js").write_text(UPPY)
    (folder / "uppy/index.html").write_text(UPPY_PAGE)
    for name in ("react", "vue", "svelte", "uppy"):
        run([tool("vite"), "build", name, "--config", "vite.config.js"], folder, VITE_API=stack.api)
    return folder


@pytest.fixture
def complaints() -> list[str]:
    """What the page logs as errors."""
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 600, "height": 900}) as context:
        context.set_default_timeout(GENEROUS * 1000)
        page = context.new_page()
        page.on("console", lambda it: complaints.append(it.text) if it.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page


@pytest.fixture
def open_sample(page: Page, samples: Path, elsewhere: str) -> Open:
    """Opens a sample as a page of another site, whose origin the API allows."""

    def open_it(name: str) -> Page:
        folder = samples / name / "dist"

        def answer(route: Route) -> None:
            file = folder / urlsplit(route.request.url).path.lstrip("/")
            route.fulfill(content_type="text/javascript", body=file.read_bytes())

        # Not the document: browsers keep pages without an address from those of this machine.
        page.route(f"{elsewhere}/assets/*", answer)
        page.goto(f"{elsewhere}/?body={quote((folder / 'index.html').read_text())}")
        return page

    return open_it


def transfers(page: Page) -> list[tuple[str, int]]:
    """The variant and the bytes of each picture that the page fetches from now on."""
    found: list[tuple[str, int]] = []

    def note(response: Response) -> None:
        variant = re.search(r"/i/\w{26}/(\w+)$", urlsplit(response.url).path)
        if variant and response.status == 200:
            found.append((variant[1], int(response.headers["content-length"])))

    page.on("response", note)
    return found


@pytest.mark.parametrize("framework", ["react", "vue", "svelte"])
def test_a_sample_application_uploads_a_photograph_and_shows_it_in_the_size_it_needs(
    open_sample: Open, client: ApiClient, complaints: list[str], framework: str
) -> None:
    page = open_sample(framework)
    fetched = transfers(page)
    file = {"name": f"{framework}.jpg", "mimeType": "image/jpeg"}
    content = photograph(10, 2400, 1600)
    page.get_by_label("Choose photos").set_input_files({**file, "buffer": content})  # type: ignore[typeddict-item]
    expect(items(page)).to_have_attribute("data-state", "ready")
    picture = page.locator("img[srcset]")
    until(lambda: picture.evaluate("img => img.complete && img.naturalWidth > 0"))
    image_id = re.search(r"/i/(\w{26})", picture.get_attribute("src") or "")
    assert image_id
    sizes = {r["variant"]: r["bytes"] for r in client.image(image_id[1])["renditions"]}

    # 300 pixels are needed, then 900, then 300 again: no more is fetched than that takes.
    assert fetched == [("mobile", sizes["mobile"])]
    page.set_viewport_size({"width": 1800, "height": 900})
    until(lambda: picture.evaluate("img => img.currentSrc.endsWith('/720p') && img.complete"))
    page.set_viewport_size({"width": 600, "height": 900})
    expect(picture).to_have_js_property("width", 300)
    assert fetched == [("mobile", sizes["mobile"]), ("720p", sizes["720p"])]
    assert sum(size for _, size in fetched) < len(content)
    assert complaints == []


@pytest.mark.parametrize("framework", ["react", "vue", "svelte"])
def test_a_component_takes_its_properties_as_attributes(
    open_sample: Open, stack: Stack, framework: str
) -> None:
    uploader = open_sample(framework).locator("darkroom-uploader")
    expect(uploader).to_have_attribute("api", stack.api)
    expect(uploader).to_have_attribute("multiple", "")
    expect(uploader).to_have_attribute("max-files", "5")


def test_the_editor_is_fetched_by_a_built_application_when_it_is_opened(open_sample: Open) -> None:
    page = open_sample("react")
    scripts: list[str] = []
    page.on("request", lambda it: scripts.append(it.url) if "editor" in it.url else None)
    page.locator("darkroom-uploader").evaluate("it => { it.toggleAttribute('editor', true); }")
    picture = {"name": "edited.jpg", "mimeType": "image/jpeg", "buffer": unique(jpeg())}
    page.get_by_label("Choose photos").set_input_files(picture)  # type: ignore[arg-type]
    assert scripts == []
    page.get_by_role("button", name="Edit edited.jpg").click()
    page.get_by_role("button", name="Mirror").click()
    page.get_by_role("button", name="Apply").click()
    assert len(scripts) == 1
    page.get_by_role("button", name="Upload 1 photo").click()
    expect(items(page)).to_have_attribute("data-state", "ready")


def test_without_an_address_of_the_api_the_element_says_so(open_sample: Open) -> None:
    page = open_sample("svelte")
    page.locator("darkroom-uploader").evaluate("it => { it.removeAttribute('api'); }")
    picture = {"name": "lost.jpg", "mimeType": "image/jpeg", "buffer": unique(jpeg())}
    page.get_by_label("Choose photos").set_input_files(picture)  # type: ignore[arg-type]
    expect(message(items(page))).to_contain_text("the uploader needs the attribute `api`")


def send_with_uppy(page: Page, path: Path) -> None:
    page.set_input_files("input", path)
    page.wait_for_function("() => uppy.getFiles()[0]?.error || ready.length")


@pytest.mark.parametrize("size", [0, 20_000_000], ids=["whole", "in parts"])
def test_uppy_sends_a_file_and_waits_for_its_image(
    open_sample: Open, client: ApiClient, tmp_path: Path, size: int
) -> None:
    page = open_sample("uppy")
    path = tmp_path / f"uppy-{size}.jpg"
    path.write_bytes(unique(jpeg()).ljust(size, b"\0"))
    parts: list[str] = []
    page.on("request", lambda it: parts.extend(re.findall(r"partNumber=(\d)", it.url)))
    send_with_uppy(page, path)
    assert page.evaluate("() => ready") == [[path.name, "ready"]]
    assert sorted(set(parts)) == (["1", "2", "3"] if size else [])
    found = [it["status"] for it in client.all_images() if it["filename"] == path.name]
    assert found == ["ready"]


def test_uppy_shows_why_an_image_was_rejected(open_sample: Open, tmp_path: Path) -> None:
    page = open_sample("uppy")
    path = tmp_path / "diary.jpg"
    path.write_bytes(b"Dear diary, today I was sent as a photograph.\n")
    send_with_uppy(page, path)
    assert page.evaluate("() => uppy.getFiles()[0].error") == "This file isn't an image."
    assert page.evaluate("() => ready") == []
