"""Times API responses: lists of 100 images at three places, and single images."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import requests

LIMIT = 100  # images of a list
LISTS = ("list: first page", "list: middle page", "list: last page")
SINGLE = "one image"

_TIMEOUT = 60  # seconds

Urls = Mapping[str, Sequence[str]]  # by the kind of request, to be requested in turn


class Latency:
    """Seconds of the responses by kind of request, and the number of failed requests."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.refused = 0

    def measure(self, api: str, number: int, longest: float) -> None:
        """Send `number` requests of each kind in turn; stop after `longest` seconds."""
        with requests.Session() as session:
            deadline = time.monotonic() + longest
            urls = _urls(session, f"{api}/images")
            for index in range(number):
                for kind, choices in urls.items():
                    self._time(session, kind, choices[index % len(choices)])
                if time.monotonic() > deadline:
                    return

    def _time(self, session: requests.Session, kind: str, url: str) -> None:
        started = time.perf_counter()
        if _get(session, url) is None:
            self.refused += 1
        else:
            self.seconds[kind].append(time.perf_counter() - started)


def _urls(session: requests.Session, images: str) -> Urls:
    """URLs to time; the middle and the last page only if all pages could be read."""
    pages = [f"{images}?limit={LIMIT}"]
    ids: list[str] = []
    while page := _get(session, pages[-1]):
        ids += [image["id"] for image in page["images"]]
        if page["next_cursor"] is None:
            break
        pages.append(f"{pages[0]}&cursor={page['next_cursor']}")
    chosen = (0, len(pages) // 2, len(pages) - 1) if page else (0,)
    lists = {kind: [pages[index]] for kind, index in zip(LISTS, chosen, strict=False)}
    return lists | ({SINGLE: [f"{images}/{image_id}" for image_id in ids]} if ids else {})


def _get(session: requests.Session, url: str) -> dict[str, Any] | None:
    """The response body; None for an error status and if there is no response."""
    try:
        response = session.get(url, timeout=_TIMEOUT)
    except requests.RequestException:
        return None
    body: dict[str, Any] | None = response.json() if response.ok else None
    return body
