"""Lists a bucket in parts side by side, with a worker pool for its objects."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TypeVar

from darkroom_client.errors import Stopped
from ops.maintenance.bucket_listing import Found, Part, page
from ops.maintenance.journal import Journal
from ops.retry import STORES, RetryPolicy

Job = TypeVar("Job")
Handle = Callable[[list[Found]], Counter[str]]  # handles a page, and returns its counts


class WorkerPool:
    """A thread pool. Once `stopping` is set, it finishes the running jobs and starts no others."""

    def __init__(self, concurrency: int, stopping: threading.Event) -> None:
        self.concurrency = concurrency
        self.stopping = stopping
        self.retry = RetryPolicy(STORES, self.stopping)
        self._pool = ThreadPoolExecutor(concurrency)

    @property
    def parts(self) -> int:
        """How many parts of a bucket keep all workers busy, even if some are small."""
        return 4 * self.concurrency

    def run(self, act: Callable[[Job], None], jobs: Sequence[Job]) -> None:
        """Do all jobs, in any order; Stopped if not all of them were started."""
        self.settle([self._pool.submit(self._run_job, act, job) for job in jobs])
        if self.stopping.is_set():
            raise Stopped("Stopped.")

    def settle(self, futures: Sequence[Future[None]]) -> None:
        """Wait for all futures. A failure stops the pool, and its error is raised."""
        if any(future.exception() for future in wait(futures, return_when=FIRST_EXCEPTION).done):
            self.stopping.set()
        errors = [error for error in (future.exception() for future in futures) if error]
        # Stopped would hide the cause.
        for error in sorted(errors, key=lambda error: isinstance(error, Stopped)):
            raise error

    def close(self) -> None:
        """Wait for the workers to end."""
        self._pool.shutdown()

    def _run_job(self, act: Callable[[Job], None], job: Job) -> None:
        if self.stopping.is_set():
            return
        try:
            self.retry(partial(act, job))
        except BaseException:
            self.stopping.set()
            raise


def scan(bucket: str, journal: Journal, pool: WorkerPool, handle: Handle) -> None:
    """Handle all pages that are not finished in the journal; Stopped if the pool was stopped."""
    with ThreadPoolExecutor(pool.concurrency) as listers:
        pool.settle(
            [
                listers.submit(_scan_part, bucket, part, token, journal, pool, handle)
                for part, token in journal.parts()
            ]
        )
    if pool.stopping.is_set():
        raise Stopped("Stopped.")
    journal.finish()


def _scan_part(
    bucket: str, part: Part, token: str | None, journal: Journal, pool: WorkerPool, handle: Handle
) -> None:
    while not pool.stopping.is_set():
        found, following = pool.retry(partial(page, bucket, part, token))
        journal.finish_page(part, following, handle(found))
        if following is None:
            return
        token = following
