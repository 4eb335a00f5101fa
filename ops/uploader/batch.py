"""Uploads many files concurrently, with an outcome for each."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue

from ops.client.errors import ApiFault, Refused
from ops.render.outcomes import FileFault
from ops.retry import Stopped
from ops.uploader.delivery import Arrived, Delivery, Means
from ops.uploader.files import Source
from ops.uploader.outcomes import FAILED, REJECTED, SENT, Outcome, outcome_of
from ops.uploader.progress import Bars

_FILE_AT_FAULT = (413, 415, 422)
_IN_WORK = ("pending", "processing")
_FIRST_POLL, _SLOWEST_POLL = 0.25, 2.0  # seconds between polls of an image
_TIMEOUT = 600.0  # seconds that processing an image may take
_WAITERS = 3  # per sender: images are processed while further files are sent
_TICK = 0.2  # seconds until Ctrl-C is noticed at the latest
_GRACE = 2.0  # seconds for files in progress to stop


class Batch:
    """Sends files, `concurrency` at once; with `wait`, also waits until images are processed."""

    def __init__(self, means: Means, concurrency: int, *, wait: bool) -> None:
        self._means = means
        self._delivery = Delivery(means)
        self._waits = wait
        self._turn = threading.Semaphore(concurrency)
        self._pool = ThreadPoolExecutor(concurrency * (1 + _WAITERS if wait else 1))
        self.fault: ApiFault | None = None  # an error that every further file would have, too
        self.is_busy = False  # whether a thread is still running after the end

    def run(self, sources: Sequence[Source], bars: Bars) -> Iterator[Outcome]:
        """Yield an outcome for each file as it ends; fewer if stopped or unable to continue."""
        ended: SimpleQueue[Future[Outcome | None]] = SimpleQueue()
        for source in sources:
            self._pool.submit(self._process, source, bars).add_done_callback(ended.put)
        left, end = len(sources), None
        while left and (end is None or time.monotonic() < end):
            if end is None and self._means.stopping.is_set():
                self._pool.shutdown(wait=False, cancel_futures=True)
                end = time.monotonic() + _GRACE
            with suppress(Empty):
                future = ended.get(timeout=_TICK)
                left -= 1
                if not future.cancelled() and (outcome := future.result()):
                    yield outcome
        self.is_busy = left > 0
        if not self.is_busy:
            self._means.tickets.close()

    def _process(self, source: Source, bars: Bars) -> Outcome | None:
        try:
            outcome = self._outcome(source, bars)
        except Stopped:
            return None
        except ApiFault as fault:
            self.fault = self.fault or fault
            self._means.stopping.set()
            return None
        except BaseException:
            self._means.stopping.set()
            raise
        bars.finish()
        return outcome

    def _outcome(self, source: Source, bars: Bars) -> Outcome:
        try:
            arrived = self._bring(source, bars)
            if self._waits:
                return self._await(source, arrived)
        except FileFault as fault:
            return Outcome(source.path, FAILED, source.size, reason="unreadable", detail=str(fault))
        except ApiFault as fault:
            if fault.concerns_all:
                raise
            return _refused(source, fault)
        return Outcome(
            source.path, SENT, source.size, arrived.image_id, arrived.sha256, arrived.duplicate
        )

    def _bring(self, source: Source, bars: Bars) -> Arrived:
        with self._turn:
            row = bars.row(source)
            try:
                self._means.api.retry.check()
                if source.size == 0:
                    raise Refused(_FILE_AT_FAULT[-1], "empty_file", "The file is empty.")
                return self._delivery.bring(source, row)
            finally:
                row.end()

    def _await(self, source: Source, arrived: Arrived) -> Outcome:
        """Wait until the image is done; return its outcome."""
        end, pause = time.monotonic() + _TIMEOUT, _FIRST_POLL
        while True:
            image = self._means.api.image(arrived.image_id)
            if image["status"] not in _IN_WORK:
                self._means.tickets.forget(arrived.sha256)
                return outcome_of(image, source.path, source.size, duplicate=arrived.duplicate)
            if time.monotonic() > end:
                late = f"It is not finished after {_TIMEOUT / 60:g} minutes; `show` tells more."
                return Outcome(
                    *(source.path, FAILED, source.size, arrived.image_id, arrived.sha256),
                    reason="unfinished",
                    detail=late,
                )
            self._means.api.retry.pause(pause)
            pause = min(pause * 1.5, _SLOWEST_POLL)


def _refused(source: Source, fault: ApiFault) -> Outcome:
    code = fault.code if isinstance(fault, Refused) else "unreachable"
    status = FAILED
    if isinstance(fault, Refused) and (fault.status in _FILE_AT_FAULT or code == "EntityTooLarge"):
        status = REJECTED
    return Outcome(source.path, status, source.size, reason=code or None, detail=str(fault))
