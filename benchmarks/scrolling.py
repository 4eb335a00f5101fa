"""Scrolls a gallery of thousands of images in a throttled browser, and counts long tasks."""

import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, Route, sync_playwright

Json = dict[str, Any]

SLOWDOWN = 4  # of the processor
WINDOW = (1440, 900)  # CSS pixels
LONG = 50  # milliseconds; as the browser's own Long Tasks
_SPEED = 6_000  # CSS pixels a second: a flick of a wheel every few frames
_DISTANCE = 90_000
_TASK = "ThreadControllerImpl::RunTask"  # in a trace
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
    const watched = document.querySelector("#gallery");
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


@dataclass(frozen=True)
class Scrolling:
    """Long tasks in milliseconds, the list's height, and the most tiles in the document.

    `tasks` are those of a throttled browser, as it measures them: with the time in which other
    processes had the processor. `busy` are those of an unthrottled one by processor time, times
    `SLOWDOWN`.
    """

    images: int
    tasks: Sequence[float]
    busy: Sequence[float]
    height: int
    most: int


def scrolled(site: str, executable: str, views: Sequence[Json], images: int) -> Scrolling:
    """Scroll a list of `images` copies of the `views` to its end, to other places, up and down.

    The list's responses are made here; pictures come from the `site`.
    """
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        trace = Path(scratch) / "trace.json"
        page = _opened(browser, site, views, images)
        browser.start_tracing(page=page, path=trace, categories=["toplevel"])
        _move(page, images)
        browser.stop_tracing()
        page.close()
        page = _opened(browser, site, views, images)
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        page.evaluate(_OBSERVE)
        _move(page, images)
        tasks, most, height = page.evaluate("[tasks, most, document.body.scrollHeight]")
        busy = _busy(json.loads(trace.read_text())["traceEvents"])
        browser.close()
    return Scrolling(images, tasks, busy, height, most)


def _opened(browser: Browser, site: str, views: Sequence[Json], images: int) -> Page:
    page = browser.new_page(viewport={"width": WINDOW[0], "height": WINDOW[1]})
    page.route("**/images?*", lambda route: _answer(route, views, images))
    page.goto(site)
    page.locator(".thumbnail[data-image-id]").first.wait_for()
    page.wait_for_load_state("networkidle")
    return page


def _move(page: Page, images: int) -> None:
    """Read the list to its end, jump, and scroll up and down."""
    page.evaluate(_READ_ALL, images)
    for share in _JUMPS:
        page.evaluate("share => scrollTo(0, share * document.body.scrollHeight)", share)
        time.sleep(_SETTLING)
    session = page.context.new_cdp_session(page)
    for sign in (-1, 1):
        _scroll(page, session, sign * _DISTANCE)


def _busy(events: Sequence[Json]) -> list[float]:
    """Milliseconds of long tasks of pages' main threads, from the processor time of each."""
    names = [event for event in events if event["name"] == "thread_name"]
    threads = {
        (event["pid"], event["tid"]) for event in names if event["args"]["name"] == "CrRendererMain"
    }
    times = [
        SLOWDOWN * event.get("tdur", 0) / 1000
        for event in events
        if event["name"] == _TASK and (event["pid"], event["tid"]) in threads
    ]
    if not times:
        raise ValueError("The trace has no tasks.")
    return [milliseconds for milliseconds in times if milliseconds > LONG]


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
