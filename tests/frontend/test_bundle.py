"""The uploader as one file, `frontend/bundle/uploader.js`, in pages of another origin."""

import gzip
import hashlib
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from ops.project import FRONTEND, PROJECT
from tests.frontend.actions import items, photo, pick
from tests.frontend.darkroom import FakeDarkroom
from tests.waiting import until

BUNDLE = FRONTEND / "bundle"
NAMES = ["editor.js", "uploader.js"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what `make bundle` writes."""
    folder = tmp_path_factory.mktemp("bundle")
    command = ["node", str(PROJECT / "packages/bundle-uploader.mjs"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder


def compressed(name: str) -> int:
    return len(gzip.compress((BUNDLE / name).read_bytes(), 9))


def imported(name: str) -> set[str]:
    code = (BUNDLE / name).read_text()
    return set(re.findall(r'(?:\bfrom|\bimport)\s*\(?"([^"]+)"', code))


@pytest.mark.parametrize("name", NAMES)
def test_the_bundle_is_that_of_the_modules(built: Path, name: str) -> None:
    assert (BUNDLE / name).read_text() == (built / name).read_text(), "run: make bundle"


def test_the_bundle_is_these_two_files(built: Path) -> None:
    assert sorted(path.name for path in BUNDLE.iterdir()) == NAMES
    assert sorted(path.name for path in built.iterdir()) == NAMES


def test_the_uploader_is_one_file_of_at_most_24_kilobytes() -> None:
    assert compressed("uploader.js") <= 24 * 1024
    assert imported("uploader.js") == {"./editor.js"}


def test_the_editor_is_one_file_more_of_at_most_12_kilobytes() -> None:
    assert compressed("editor.js") <= 12 * 1024
    assert imported("editor.js") == {"./uploader.js"}


def requested(page: Page) -> list[str]:
    """The paths of the scripts that are fetched from now on; a worker's blob is not."""
    scripts: list[str] = []

    def note(request: Request) -> None:
        if request.resource_type == "script" and request.url.startswith("http"):
            scripts.append(urlsplit(request.url).path)

    page.on("request", note)
    return scripts


def embed(page: Page, darkroom: FakeDarkroom, attributes: str = "") -> None:
    darkroom.embed(f"<darkroom-uploader {attributes}></darkroom-uploader>")
    page.goto(darkroom.foreign)


def test_nothing_else_is_fetched_to_send_a_file(page: Page, darkroom: FakeDarkroom) -> None:
    scripts, file = requested(page), photo()
    embed(page, darkroom)
    expect(pick(page, file)).to_have_attribute("data-state", "ready")
    assert scripts == ["/bundle/uploader.js"]
    assert darkroom.orders[0]["sha256"] == hashlib.sha256(file["buffer"]).hexdigest()


def test_the_editor_is_fetched_when_it_is_opened(page: Page, darkroom: FakeDarkroom) -> None:
    embed(page, darkroom, "editor")
    scripts = requested(page)
    pick(page, photo()).get_by_role("button", name="Edit harbour.jpg").click()
    page.get_by_role("button", name="Mirror").click()
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("button", name="Upload 1 photo").click()
    expect(items(page)).to_have_attribute("data-state", "ready")
    assert scripts == ["/bundle/editor.js"]
    assert darkroom.orders[0]["edits"] == [{"action": "flip", "axis": "horizontal"}]


def test_an_upload_continues_after_a_reload(
    page: Page, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    large = tmp_path / "harbour.jpg"
    large.write_bytes(bytes(range(256)) * 40_000)  # 10.24 MB: three parts
    embed(page, darkroom)
    held = "**/parts/NEW0001/3"
    page.route(held, lambda _: None)  # never answered
    pick(page, large)
    until(lambda: sorted(number for _, number in darkroom.sent) == [1, 2])
    page.unroute(held)
    page.reload()
    expect(items(page)).to_have_attribute("data-state", "ready")
    assert sorted(number for _, number in darkroom.sent) == [1, 2, 3]


def test_the_modules_themselves_work_on_a_foreign_page(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.embed("<darkroom-uploader></darkroom-uploader>", script="uploader.js")
    page.goto(darkroom.foreign)
    expect(pick(page, photo())).to_have_attribute("data-state", "ready")
    assert len(darkroom.orders[0]["sha256"]) == 64
