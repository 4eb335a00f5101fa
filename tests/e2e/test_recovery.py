"""Large files, and pages that are closed while they are sent, on the whole stack."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.e2e.client import ApiClient
from tests.e2e.photographs import unique
from tests.frontend.actions import items, pick
from tests.frontend.firefox import Firefox
from tests.pictures import jpeg
from tests.stack.running import Stack
from tests.waiting import GENEROUS, until


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        context.set_default_timeout(GENEROUS * 1000)
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        yield page


def large(folder: Path, name: str) -> Path:
    """A picture that is sent in three parts."""
    file = folder / name
    file.write_bytes(unique(jpeg()).ljust(20_000_000, b"\0"))
    return file


def named(client: ApiClient, name: str) -> list[str]:
    """The statuses of all images of a file."""
    return [image["status"] for image in client.all_images() if image["filename"] == name]


def arrived(client: ApiClient, name: str) -> list[int]:
    """The parts that have arrived of a file that is being sent."""
    ids = [image["id"] for image in client.all_images() if image["filename"] == name]
    shown = [client.get(f"/uploads/{image_id}/parts").json()["parts"] for image_id in ids]
    return [part["number"] for parts in shown for part in parts]


def test_a_large_file_continues_after_a_reload(
    page: Page, stack: Stack, client: ApiClient, tmp_path: Path
) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.extend(re.findall(r"partNumber=(\d)", request.url)))
    page.goto(stack.site)
    page.route("**/*partNumber=3*", lambda _: None)
    pick(page, large(tmp_path, "continued.jpg"))
    until(lambda: arrived(client, "continued.jpg") == [1, 2])
    page.unroute("**/*partNumber=3*")
    page.reload()
    expect(items(page)).to_have_attribute("data-state", "ready")
    assert (sent.count("1"), sent.count("2")) == (1, 1)
    assert named(client, "continued.jpg") == ["ready"]


def test_a_large_file_continues_after_the_tab_has_crashed(
    page: Page, stack: Stack, client: ApiClient, tmp_path: Path
) -> None:
    page.goto(stack.site)
    page.route("**/*partNumber=3*", lambda _: None)
    pick(page, large(tmp_path, "crashed.jpg"))
    until(lambda: arrived(client, "crashed.jpg") == [1, 2])
    with suppress(Error):
        page.goto("chrome://crash")
    other = page.context.new_page()
    other.goto(stack.site)
    expect(items(other)).to_have_attribute("data-state", "ready")
    assert named(client, "crashed.jpg") == ["ready"]


def test_a_large_file_continues_in_firefox(
    firefox: Firefox, stack: Stack, client: ApiClient, tmp_path: Path
) -> None:
    with firefox.watched_tab() as tab:
        tab.open(stack.site)
        tab.pick(large(tmp_path, "firefox.jpg"))
        until(lambda: tab.texts("[part=label]") == ["Uploading"])
        tab.open("about:blank")
        tab.open(stack.site)
        tab.expect("[part=label]", "Ready")
    assert named(client, "firefox.jpg") == ["ready"]
