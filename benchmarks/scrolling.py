"""Scrolls a gallery of thousands of images in a throttled browser, and counts long tasks."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route, ViewportSize, sync_playwright

Json = dict[str, Any]

SLOWDOWN = 4  # of the processor
WINDOW = (1440, 900)  # CSS pixels
LONG = 50  # milliseconds; as the browser's own Long Tasks
_SPEED = 6_000  # CSS pixels a second: a flick of a wheel every few frames
_DISTANCE = 90_000
_JUMPS = (0.9, 0.2, 0.6, 0.0)  # of the list's height, by the scrollbar
_SETTLING = 1.5  # seconds after a jump

_OBSERVE = """() => {
    globalThis.tasks = [];
    globalThis.most = 0;
    new PerformanceObserver((list) => {
        tasks.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: "longtask" });
    const count = () => {
        most = Math.max(most, document.querySelectorAll(".thumbnail").length);
    };
    const watched = document.querySelector("#gallery") ?? document.body;
    new MutationObserver(count).observe(watched, { childList: true, subtree: true });
}"""
_READ_ALL = """async (count) => {
    const names = () => [...document.querySelectorAll(".thumbnail-name")];
    while (names().at(-1)?.textContent !== `photo-${count - 1}.jpg`) {
        scrollTo(0, document.body.scrollHeight);
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return document.body.scrollHeight;
}"""


# Boxes without scripts or pictures: their long tasks are those of the machine.
_STATIC = "<style>i { display: inline-block; width: 15rem; height: 12rem; margin: 4px;"
_STATIC += " background: #ddd }</style>" + "<i></i>" * 10_000


@dataclass(frozen=True)
class Scrolling:
    """Long tasks in milliseconds, the list's height, and the most tiles in the document.

    `control` has the long tasks of the same movements on a static page.
    """

    images: int
    tasks: Sequence[float]
    control: Sequence[float]
    height: int
    most: int


def scrolled(site: str, executable: str, views: Sequence[Json], images: int) -> Scrolling:
    """Scroll a list of `images` copies of the `views` to its end, to other places, up and down.

    The list's responses are made here; pictures come from the `site`.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        viewport: ViewportSize = {"width": WINDOW[0], "height": WINDOW[1]}
        page = browser.new_page(viewport=viewport)
        page.set_content(_STATIC)
        page.evaluate(_OBSERVE)
        control = _moved(page)
        page = browser.new_page(viewport=viewport)
        page.route("**/images?*", lambda route: _answer(route, views, images))
        page.goto(site)
        page.locator(".thumbnail[data-image-id]").first.wait_for()
        page.wait_for_load_state("networkidle")
        page.evaluate(_OBSERVE)
        tasks = _moved(page, lambda: page.evaluate(_READ_ALL, images))
        height, most = page.evaluate("[document.body.scrollHeight, most]")
        browser.close()
    return Scrolling(images, tasks, control, height, most)


def _moved(page: Page, first: Callable[[], object] = lambda: None) -> list[float]:
    """The long tasks of `first`, four jumps, and scrolling up and down."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    first()
    for share in _JUMPS:
        page.evaluate("share => scrollTo(0, share * document.body.scrollHeight)", share)
        time.sleep(_SETTLING)
    for sign in (-1, 1):
        _scroll(page, session, sign * _DISTANCE)
    tasks: list[float] = page.evaluate("tasks")
    return tasks


def _scroll(page: Page, session: Any, distance: int) -> None:
    middle = {"x": WINDOW[0] // 2, "y": WINDOW[1] // 2}
    gesture = {**middle, "yDistance": distance, "speed": _SPEED, "gestureSourceType": "mouse"}
    session.send("Input.synthesizeScrollGesture", gesture)
    page.wait_for_load_state("networkidle")


def _answer(route: Route, views: Sequence[Json], images: int) -> None:
    query = parse_qs(urlsplit(route.request.url).query)
    start = int(query.get("cursor", ["0"])[0])
    end = min(images, start + int(query["limit"][0]))
    body = {
        "images": [_copy(views[number % len(views)], number) for number in range(start, end)],
        "next_cursor": str(end) if end < images else None,
    }
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}
    route.fulfill(status=200, headers=headers, body=json.dumps(body))


def _copy(view: Mapping[str, Any], number: int) -> Json:
    return {**view, "id": f"{number:026}", "filename": f"photo-{number}.jpg"}
