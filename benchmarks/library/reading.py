"""Times of the API's answers: lists of 100 images at several places, and single images."""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import requests
from msgspec import Struct

from benchmarks.library.memory import part, peaks
from benchmarks.library.results import Latency, Memory
from benchmarks.load.running import spread
from benchmarks.load.watching import watching
from benchmarks.stack import Stack

LIMIT = 100  # images of a list
FIRST, MIDDLE, LAST = "list: first page", "list: middle page", "list: last page"
READY = "list: `status=ready`"
ONE = "one image"
LISTS = (FIRST, MIDDLE, LAST, READY)

_TRIES = 3  # of a page while the list is walked
_TIMEOUT = 60  # seconds
_LISTED = 5  # lists of each kind while memory is watched

Addresses = Mapping[str, Sequence[str]]  # by the kind of request, to be asked in turn


class Pages(Struct, frozen=True):
    """A walk through the list: the cursors of its pages, its images by status, and its end."""

    cursors: tuple[str, ...]
    statuses: dict[str, int]
    whole: bool


class Times:
    """The requests of several rounds."""

    def __init__(self) -> None:
        self._seconds: dict[str, list[float]] = defaultdict(list)
        self._failed: Counter[str] = Counter()

    def add(self, kind: str, seconds: float, status: int) -> None:
        """Note one request; all but status 200 are failures."""
        if status == requests.codes.ok:
            self._seconds[kind].append(seconds)
        else:
            self._failed[kind] += 1

    def requests(self, kind: str) -> int:
        """How many there were of a kind."""
        return len(self._seconds[kind]) + self._failed[kind]

    def latencies(self) -> tuple[Latency, ...]:
        """The figures of each kind, also of one that was never asked or answered."""
        return tuple(
            Latency(
                kind=kind,
                requests=self.requests(kind),
                failed=self._failed[kind],
                spread=spread(self._seconds[kind]) if self._seconds[kind] else None,
            )
            for kind in (*LISTS, ONE)
        )


class Reader:
    """Asks one stack, one request after another, over a connection that is kept."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._images = f"{stack.options.api_url}/images"
        self._session = requests.Session()

    def walk(self) -> Pages:
        """All pages of the list, as far as they are answered."""
        cursors: list[str] = [""]
        statuses: Counter[str] = Counter()
        while page := self._page(cursors[-1]):
            statuses.update(image["status"] for image in page["images"])
            if page["next_cursor"] is None:
                return Pages(tuple(cursors), dict(statuses), whole=True)
            cursors.append(page["next_cursor"])
        return Pages(tuple(cursors), dict(statuses), whole=False)

    def addresses(self, pages: Pages, ids: Sequence[str]) -> Addresses:
        """What to ask; middle and last page only where the walk has found them."""
        found = {
            FIRST: [self._list()],
            READY: [self._list(status="ready")],
            ONE: [f"{self._images}/{image_id}" for image_id in ids],
        }
        if pages.whole:
            found[MIDDLE] = [self._list(cursor=pages.cursors[len(pages.cursors) // 2])]
            found[LAST] = [self._list(cursor=pages.cursors[-1])]
        return found

    def time(self, times: Times, addresses: Addresses, number: int, seconds: float) -> None:
        """So many requests of each kind, all kinds in turn, or as many as `seconds` allow."""
        deadline = time.monotonic() + seconds
        for _ in range(number):
            for kind, known in addresses.items():
                address = known[times.requests(kind) % len(known)]
                started = time.perf_counter()
                status = self._status(address)
                times.add(kind, time.perf_counter() - started, status)
            if time.monotonic() > deadline:
                return

    def memory(self, addresses: Addresses) -> Memory:
        """The most that each part holds while lists are read."""
        with watching(self._stack, part) as watch:
            for kind in LISTS * _LISTED:
                for address in addresses.get(kind, ()):
                    self._status(address)
        return peaks(watch)

    def _list(self, **query: str) -> str:
        further = "".join(f"&{name}={value}" for name, value in query.items() if value)
        return f"{self._images}?limit={LIMIT}{further}"

    def _page(self, cursor: str) -> dict[str, Any] | None:
        for _ in range(_TRIES):
            answer = self._answer(self._list(cursor=cursor))
            if answer is not None and answer.ok:
                page: dict[str, Any] = answer.json()
                return page
        return None

    def _status(self, address: str) -> int:
        answer = self._answer(address)
        return 0 if answer is None else answer.status_code

    def _answer(self, address: str) -> requests.Response | None:
        """The whole answer; None where there was none."""
        try:
            return self._session.get(address, timeout=_TIMEOUT)
        except requests.RequestException:
            return None
