"""A page on which nothing may log an error, and a fake Darkroom behind it."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.frontend.darkroom import FakeDarkroom
from tests.waiting import GENEROUS

# The browser logs every refused request, and refusals at these paths are what is tested.
REFUSABLE = ("/api/", "/uploads", "/parts/", "/config.json")


@pytest.fixture
def darkroom() -> Iterator[FakeDarkroom]:
    with FakeDarkroom().running() as darkroom:
        yield darkroom


@pytest.fixture
def complaints() -> list[str]:
    """Console errors, uncaught exceptions and policy violations so far."""
    return []


@pytest.fixture
def page(browser: Browser, darkroom: FakeDarkroom, complaints: list[str]) -> Iterator[Page]:
    """A page that must not log errors; the test opens the address."""
    with browser.new_context(reduced_motion="reduce") as context:
        yield watched_page(context, complaints)
        darkroom.release()
    assert complaints == []


def watched_page(context: BrowserContext, complaints: list[str]) -> Page:
    """A page that adds console errors, exceptions and policy violations to `complaints`."""
    context.set_default_timeout(GENEROUS * 1000)
    page = context.new_page()
    page.on("console", lambda message: complaints.extend(faults_in(message)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.expose_function("reportViolation", lambda violation: complaints.append(violation))
    page.add_init_script(
        "addEventListener('securitypolicyviolation',"
        " (event) => reportViolation(`${event.violatedDirective} ${event.blockedURI}`))"
    )
    return page


def faults_in(message: ConsoleMessage) -> list[str]:
    if message.type not in ("error", "warning"):
        return []
    path = urlsplit(message.location["url"]).path
    if message.text.startswith("Failed to load resource") and path.startswith(REFUSABLE):
        return []
    return [f"{message.text} ({message.location['url']})"]
