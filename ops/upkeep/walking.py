"""Walking through a bucket: parts of its listing side by side, and a crew for all their objects."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TypeVar

from chalicelib.errors import PassingFault
from ops.upkeep.journal import Journal
from ops.upkeep.listing import Found, Part, page

Job = TypeVar("Job")
Handle = Callable[[list[Found]], Counter[str]]  # does all for a page: what it came to

_WAITS = (1.0, 3.0, 9.0)  # seconds before a store that is away is asked once more


class Stopped(Exception):
    """The crew was told to stop before its work was done."""


class Crew:
    """So many workers. Once `stopping` is set they bring the jobs in hand to their end, no more."""

    def __init__(self, concurrency: int) -> None:
        self.concurrency = concurrency
        self.stopping = threading.Event()
        self._pool = ThreadPoolExecutor(concurrency)

    @property
    def parts(self) -> int:
        """How many parts of a bucket keep every worker at work though some of them are small."""
        return 4 * self.concurrency

    def each(self, act: Callable[[Job], None], jobs: Sequence[Job]) -> None:
        """Do all jobs, in no order; Stopped where not all of them were begun."""
        self.settle([self._pool.submit(self._one, act, job) for job in jobs])
        if self.stopping.is_set():
            raise Stopped

    def settle(self, futures: Sequence[Future[None]]) -> None:
        """Wait for all. One that fails stops the crew, and its error is raised."""
        if any(future.exception() for future in wait(futures, return_when=FIRST_EXCEPTION).done):
            self.stopping.set()
        errors = [error for error in (future.exception() for future in futures) if error]
        # Whoever was only stopped would hide why.
        for error in sorted(errors, key=lambda error: isinstance(error, Stopped)):
            raise error

    def leave(self) -> None:
        """Nothing more is to come."""
        self._pool.shutdown()

    def patiently(self, call: Callable[[], Job]) -> Job:
        """What `call` answers, which is made again while a store is away; PassingFault at last."""
        for seconds in _WAITS:
            try:
                return call()
            except PassingFault:
                if self.stopping.wait(seconds):
                    raise Stopped from None
        return call()

    def _one(self, act: Callable[[Job], None], job: Job) -> None:
        if self.stopping.is_set():
            return
        try:
            self.patiently(partial(act, job))
        except BaseException:
            self.stopping.set()
            raise


def walk(bucket: str, journal: Journal, crew: Crew, handle: Handle) -> None:
    """Handle every page that the journal does not know as done; Stopped where the crew was."""
    with ThreadPoolExecutor(crew.concurrency) as listers:
        crew.settle(
            [
                listers.submit(_walk_part, bucket, part, token, journal, crew, handle)
                for part, token in journal.parts()
            ]
        )
    if crew.stopping.is_set():
        raise Stopped
    journal.finish()


def _walk_part(
    bucket: str, part: Part, token: str | None, journal: Journal, crew: Crew, handle: Handle
) -> None:
    while not crew.stopping.is_set():
        found, following = crew.patiently(partial(page, bucket, part, token))
        journal.turn(part, following, handle(found))
        if following is None:
            return
        token = following
