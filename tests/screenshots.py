"""`python -m tests.screenshots`: every state of the page, at three widths, light and dark."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import click
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.frontend.darkroom import FakeDarkroom
from tests.frontend.states import STATES
from tests.photographs import photographs
from tests.system import CHROMIUM, program

_WIDTHS = (360, 768, 1440)
_SCHEMES = ("light", "dark")
_HEIGHT = 900
_MINUTE = 60_000
_PICTURE = "picosdeeuropa"  # shown in the dialog


@click.command()
@click.argument("states", nargs=-1, type=click.Choice([*STATES]), metavar="[STATE]...")
@click.option("--out", type=click.Path(path_type=Path), default=Path("dist/screenshots"))
@click.option(
    "--readme", type=click.Path(path_type=Path), help="Only write the README's two pictures here"
)
@click.option(
    "--site",
    default="http://127.0.0.1:8080",
    metavar="URL",
    help="A running page for the README's, which gets photographs",
)
def main(states: tuple[str, ...], out: Path, readme: Path | None, site: str) -> None:
    """Take screenshots of the page in each state, or in STATES.

        python -m tests.screenshots token token-refused
        python -m tests.screenshots --readme docs/pictures --site http://127.0.0.1:8080

    It needs `make setup`, and Chromium.
    """
    folder = readme or out
    folder.mkdir(parents=True, exist_ok=True)
    with _browser() as browser:
        if readme:
            _fill(browser, site)
            _photograph_gallery(browser, site, readme / "gallery.webp")
            _photograph_picture(browser, site, readme / "picture.webp")
            return
        for state in states or STATES:
            for width, scheme in product(_WIDTHS, _SCHEMES):
                target = out / f"{state}-{width}-{scheme}.png"
                with FakeDarkroom().running() as darkroom, _page(browser, width, scheme) as page:
                    STATES[state](page, darkroom)
                    page.screenshot(path=target)
                    darkroom.release()


@contextmanager
def _browser() -> Iterator[Browser]:
    expect.set_options(timeout=_MINUTE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program(CHROMIUM),
            args=["--no-sandbox"],
            # They take part in the layout.
            ignore_default_args=["--hide-scrollbars"],
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def _page(browser: Browser, width: int, scheme: Any) -> Iterator[Page]:
    phone = width == min(_WIDTHS)
    with browser.new_context(
        viewport={"width": width, "height": _HEIGHT},
        color_scheme=scheme,
        has_touch=phone,
        is_mobile=phone,
        reduced_motion="reduce",
    ) as context:
        context.set_default_timeout(_MINUTE)
        yield context.new_page()


def _fill(browser: Browser, site: str) -> None:
    with _page(browser, max(_WIDTHS), "light") as page:
        page.goto(site)
        chosen = photographs()
        page.get_by_label("Choose photos").set_input_files(chosen)
        ready = page.locator("[part=item][data-state=ready]")
        ready.nth(len(chosen) - 1).wait_for(timeout=len(chosen) * _MINUTE)


def _photograph_gallery(browser: Browser, site: str, target: Path) -> None:
    with _page(browser, 1440, "light") as page:
        _open_gallery(page, site)
        _save(page, target)


def _photograph_picture(browser: Browser, site: str, target: Path) -> None:
    with _page(browser, 1440, "dark") as page:
        _open_gallery(page, site)
        page.get_by_role("link", name=_PICTURE).first.click()
        page.get_by_role("button", name="Show mobile").click()
        page.get_by_role("dialog").evaluate("dialog => dialog.scrollTo(0, 0)")
        _save(page, target)


def _open_gallery(page: Page, site: str) -> None:
    page.goto(site)
    page.locator(".thumbnail[data-image-id] img[src]").nth(5).wait_for()


def _save(page: Page, target: Path) -> None:
    page.wait_for_load_state("networkidle")
    screenshot = target.with_suffix(".png")
    page.screenshot(path=screenshot)
    with Image.open(screenshot) as picture:
        picture.save(target, quality=82, method=6)
    screenshot.unlink()


if __name__ == "__main__":
    main()
