"""Every state of the page follows the rules in layout.js, and axe-core finds no violation.

They are checked at three widths, light and dark, with a browser that shows its scrollbars.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright

from tests.frontend.conftest import watched_page
from tests.frontend.darkroom import FakeDarkroom
from tests.frontend.states import STATES
from tests.system import CHROMIUM, program
from tests.waiting import GENEROUS

Scheme = Literal["light", "dark"]

FAULTS = (Path(__file__).parent / "layout.js").read_text()
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
# The rule is experimental, so axe-core does not apply it by default.
OPTIONS = {"rules": {"label-content-name-mismatch": {"enabled": True}}}

NEXT_FRAME = """() => new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(resolve));
})"""

# What the check has to find: a state, a style sheet that breaks it, and the fault.
BREAKAGES = {
    "a dialog as tall as the window": (
        "token",
        "dialog.token { height: 100dvh } .token-form { height: 100% }",
        "a control of",
    ),
    "a dialog beside the middle": ("token", "dialog.token { left: -15px }", "beside the middle"),
    "empty space in a dialog": ("token", ".token-form { padding-top: 4rem }", "empty after"),
    "a page wider than the window": ("gallery", ".masthead { width: 101vw }", "in a window of"),
    "a low control": (
        "gallery",
        "#filter { height: 20px; min-height: 0; padding: 0 }",
        "a target of",
    ),
    "text under a control": ("gallery", ".gallery-head { margin-bottom: -3rem }", "lies over"),
    "text over text": ("gallery", ".thumbnail-details { margin-top: -1rem }", "lies over"),
    "a text cut off": (
        "gallery",
        ".masthead p { width: 4rem; overflow: hidden; white-space: nowrap }",
        "its text is cut off",
    ),
    "a button too small for its text": ("picture", ".plain { max-width: 3rem }", "sticks out"),
    "an icon of a broken picture": (
        "gallery-pictures-loading",
        ".frame img:not([src]) { visibility: visible }",
        "shows a broken picture",
    ),
}


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium with scrollbars, which Playwright hides; they take part in the layout."""
    with playwright.chromium.launch(
        executable_path=program(CHROMIUM),
        args=["--no-sandbox"],
        ignore_default_args=["--hide-scrollbars"],
        timeout=GENEROUS * 1000,
    ) as browser:
        yield browser


@contextmanager
def shown(browser: Browser, state: str, device: dict[str, Any]) -> Iterator[Page]:
    """The page in a state; afterwards it must have logged no error."""
    complaints: list[str] = []
    with (
        FakeDarkroom().running() as darkroom,
        browser.new_context(reduced_motion="reduce", **device) as context,
    ):
        page = watched_page(context, complaints)
        STATES[state](page, darkroom)
        yield page
        darkroom.release()
    assert complaints == []


def faults_of(page: Page, *widths: int) -> list[str]:
    """The faults of its layout in windows of these widths, light and dark."""
    found = []
    height = (page.viewport_size or {"height": 0})["height"]
    for width in widths:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(NEXT_FRAME)  # the gallery is laid out again in it
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [f"{width} {scheme} {fault}" for fault in page.evaluate(FAULTS)]
    return found


def violations(page: Page, scheme: Scheme) -> list[str]:
    """axe-core's violations: rule and elements."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{scheme} {rule['id']}: {[n['target'] for n in rule['nodes']]}" for rule in found]


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_laid_out_by_the_rules_on_a_phone(browser: Browser, state: str) -> None:
    with shown(browser, state, PHONE) as page:
        assert faults_of(page, 360) + violations(page, "dark") == []


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_laid_out_by_the_rules_on_a_desk(browser: Browser, state: str) -> None:
    with shown(browser, state, DESK) as page:
        assert faults_of(page, 768, 1440) + violations(page, "light") == []


@pytest.mark.parametrize(("state", "css", "fault"), BREAKAGES.values(), ids=BREAKAGES)
def test_the_check_of_the_layout_finds(browser: Browser, state: str, css: str, fault: str) -> None:
    with shown(browser, state, DESK) as page:
        page.evaluate(
            """(css) => {
                const styles = new CSSStyleSheet();
                styles.replaceSync(css);
                document.adoptedStyleSheets = [styles];
            }""",
            css,
        )
        assert any(fault in found for found in faults_of(page, 1440))


def test_the_check_of_the_layout_finds_a_name_that_lacks_the_text(browser: Browser) -> None:
    with shown(browser, "picture", DESK) as page:
        button = page.get_by_role("button", name="Copy URL").first
        button.evaluate("button => { button.ariaLabel = 'Copy the URL'; }")
        assert any("and shows" in found for found in faults_of(page, 1440))
