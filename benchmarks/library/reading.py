"""Times of the API's answers: lists of 100 images at three places, and single images."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import requests

LIMIT = 100  # images of a list
LISTS = ("list: first page", "list: middle page", "list: last page")
ONE = "one image"

_TIMEOUT = 60  # seconds

Addresses = Mapping[str, Sequence[str]]  # by the kind of request, to be asked in turn


class Times:
    """The seconds of the answers by kind of request, and how many requests had none."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.refused = 0

    def read(self, api: str, number: int, longest: float) -> None:
        """Ask all kinds in turn, so often, or until `longest` seconds are over."""
        with requests.Session() as session:
            deadline = time.monotonic() + longest
            addresses = _addresses(session, f"{api}/images")
            for place in range(number):
                for kind, known in addresses.items():
                    self._ask(session, kind, known[place % len(known)])
                if time.monotonic() > deadline:
                    return

    def _ask(self, session: requests.Session, kind: str, address: str) -> None:
        started = time.perf_counter()
        if _answer(session, address) is None:
            self.refused += 1
        else:
            self.seconds[kind].append(time.perf_counter() - started)


def _addresses(session: requests.Session, images: str) -> Addresses:
    """What to ask: of the middle and the last page only where all pages have been answered."""
    pages = [f"{images}?limit={LIMIT}"]
    ids: list[str] = []
    while page := _answer(session, pages[-1]):
        ids += [image["id"] for image in page["images"]]
        if page["next_cursor"] is None:
            break
        pages.append(f"{pages[0]}&cursor={page['next_cursor']}")
    places = (0, len(pages) // 2, len(pages) - 1) if page else (0,)
    lists = {kind: [pages[place]] for kind, place in zip(LISTS, places, strict=False)}
    return lists | ({ONE: [f"{images}/{image_id}" for image_id in ids]} if ids else {})


def _answer(session: requests.Session, address: str) -> dict[str, Any] | None:
    """The whole answer; None for any status but 200, and where there was none."""
    try:
        answer = session.get(address, timeout=_TIMEOUT)
    except requests.RequestException:
        return None
    found: dict[str, Any] | None = answer.json() if answer.ok else None
    return found
