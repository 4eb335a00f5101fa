"""`python -m tests.screenshots`: every state of the page, at three widths, light and dark."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from itertools import product
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import click
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from tests.photographs import photographs
from tests.system import CHROMIUM, program

_WIDTHS = (360, 768, 1440)
_SCHEMES = ("light", "dark")
_HEIGHT = 900
_SLOW = 150_000  # bytes a second, so that uploads are visible in progress
_MINUTE = 60_000
_PICTURE = "picosdeeuropa"  # shown in the dialog
_README = (("gallery", 1440, "light"), ("picture", 1440, "dark"))


@click.command()
@click.option(
    "--site", default="http://127.0.0.1:8080", metavar="URL", help="Address of a running page"
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("dist/screenshots"))
@click.option(
    "--readme", type=click.Path(path_type=Path), help="Also write the README's two screenshots here"
)
def main(site: str, out: Path, readme: Path | None) -> None:
    """Take screenshots of the page in each state; uploads photographs first.

        python -m tests.screenshots --site http://127.0.0.1:8080

    It needs `make setup`, and Chromium.
    """
    out.mkdir(parents=True, exist_ok=True)
    with _browser() as browser:
        _fill(browser, site)
        for state in _STATES:
            for width, scheme in product(_WIDTHS, _SCHEMES):
                _photograph(browser, site, state, width, scheme, out)
    if readme:
        readme.mkdir(parents=True, exist_ok=True)
        for state, width, scheme in _README:
            _shrink(out / f"{state}-{width}-{scheme}.png", readme / f"{state}.webp")


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = program(CHROMIUM)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def _fill(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(site)
    chosen = photographs()
    page.get_by_label("Choose photos").set_input_files(chosen)
    ready = page.locator("[part=item][data-state=ready]")
    ready.nth(len(chosen) - 1).wait_for(timeout=len(chosen) * _MINUTE)
    _pick(page, ("diary.jpg", b"Dear diary,"))
    page.locator("[part=item][data-state=rejected]").wait_for()
    page.close()


def _photograph(
    browser: Browser, site: str, state: str, width: int, scheme: Any, out: Path
) -> None:
    phone = width == min(_WIDTHS)
    context = browser.new_context(
        viewport={"width": width, "height": _HEIGHT},
        color_scheme=scheme,
        has_touch=phone,
        is_mobile=phone,
    )
    page = context.new_page()
    _STATES[state](page, site)
    if state != "busy":
        page.wait_for_load_state("networkidle")
    page.screenshot(path=out / f"{state}-{width}-{scheme}.png")
    context.close()


def _gallery(page: Page, site: str) -> None:
    page.goto(site)
    page.locator(".thumbnail[data-image-id] img[src]").nth(5).wait_for()


def _empty(page: Page, site: str) -> None:
    _replace_lists(page, site, HTTPStatus.OK, {"images": [], "next_cursor": None})
    page.goto(site)
    page.get_by_text("Nothing here yet").wait_for()


def _token(page: Page, site: str) -> None:
    _replace_lists(page, site, HTTPStatus.UNAUTHORIZED, {})
    page.goto(site)
    page.get_by_role("dialog", name="Enter your token").wait_for()


def _refused(page: Page, site: str) -> None:
    _token(page, site)
    field = page.get_by_label("Token", exact=True)
    field.fill("wrong")
    field.press("Enter")
    page.get_by_text("This token isn't valid.").wait_for()


def _busy(page: Page, site: str) -> None:
    _gallery(page, site)
    network = page.context.new_cdp_session(page)
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1}
    network.send("Network.emulateNetworkConditions", {**limits, "uploadThroughput": _SLOW})
    # Unique bytes: duplicates would not be sent.
    _pick(page, *((p.name, p.read_bytes() + os.urandom(4)) for p in photographs()[:6]))
    page.get_by_text("KB of").nth(2).wait_for()


def _errors(page: Page, site: str) -> None:
    _gallery(page, site)
    _pick(page, ("diary.jpg", b"Dear diary,"), ("notes.txt", b"x"), ("empty.jpg", b""))
    page.locator("[part=item][data-state=rejected]").nth(2).wait_for()


def _picture(page: Page, site: str) -> None:
    _gallery(page, site)
    page.get_by_role("link", name=_PICTURE).first.click()
    page.get_by_role("button", name="Show mobile").click()
    page.get_by_role("dialog").evaluate("dialog => dialog.scrollTo(0, 0)")


def _rejected(page: Page, site: str) -> None:
    page.goto(site)
    page.get_by_label("Show").select_option("Not accepted")
    page.locator(".thumbnail[data-state=rejected] a").first.click()
    page.get_by_text("Reason:").wait_for()


def _focal(page: Page, site: str) -> None:
    _picture(page, site)
    page.get_by_role("button", name="Set focal point").click()


def _delete(page: Page, site: str) -> None:
    _picture(page, site)
    page.get_by_role("button", name="Delete").click()


def _embedded(page: Page, site: str) -> None:
    page.goto(f"{site}/embed.html")
    page.locator("#snippet").wait_for()


# The last two upload pictures of their own.
_STATES: dict[str, Callable[[Page, str], None]] = {
    "gallery": _gallery,
    "empty": _empty,
    "token": _token,
    "token-refused": _refused,
    "picture": _picture,
    "focal": _focal,
    "delete": _delete,
    "rejected": _rejected,
    "embedded": _embedded,
    "errors": _errors,
    "busy": _busy,
}


def _pick(page: Page, *files: tuple[str, bytes]) -> None:
    kinds = {".txt": "text/plain"}
    page.get_by_label("Choose photos").set_input_files(
        [
            FilePayload(name=name, mimeType=kinds.get(name[-4:], "image/jpeg"), buffer=content)
            for name, content in files
        ]
    )


def _replace_lists(page: Page, site: str, status: HTTPStatus, body: dict[str, Any]) -> None:
    """Answer the requests of `page` for lists of images with this response."""
    api = urlopen(f"{site}/config.json").read().decode().split('"')[3]
    headers = {"Access-Control-Allow-Origin": site}
    page.route(
        f"{api}/images?*",
        lambda route: route.fulfill(status=status, json=body, headers=headers),
    )


def _shrink(source: Path, target: Path) -> None:
    with Image.open(source) as picture:
        picture.save(target, quality=82, method=6)


if __name__ == "__main__":
    main()
