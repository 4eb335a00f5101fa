"""Many files at once, with an outcome for each."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from ops.client.faults import ApiFault, Refused, Stopped
from ops.rendering.outcomes import FileFault
from ops.uploading.delivery import Arrived, Delivery, Means
from ops.uploading.files import Source
from ops.uploading.outcomes import FAILED, REJECTED, SENT, Outcome, outcome_of
from ops.uploading.progress import Bars

_FILE_AT_FAULT = (413, 415, 422)
_IN_WORK = ("pending", "processing")
_FIRST_LOOK, _SLOWEST = 0.25, 2.0  # seconds between two looks at an image
_PATIENCE = 600.0  # seconds that an image may be in work
_WAITERS = 3  # for each that sends: images are in work while further files are sent
_TICK = 0.2  # seconds until Ctrl-C is seen at the latest
_GRACE = 2.0  # seconds in which a stopped file ends


class Batch:
    """A run over files, `concurrency` of which are sent at once; images are awaited with `wait`."""

    def __init__(self, means: Means, concurrency: int, *, wait: bool) -> None:
        self._means = means
        self._delivery = Delivery(means)
        self._waits = wait
        self._turn = threading.Semaphore(concurrency)
        self._pool = ThreadPoolExecutor(concurrency * (1 + _WAITERS if wait else 1))
        self.fault: ApiFault | None = None  # what would be every further file's, too
        self.is_busy = False  # whether a thread goes on after the end

    def run(self, sources: Sequence[Source], bars: Bars) -> Iterator[Outcome]:
        """An outcome for each file, as it comes; fewer where it is stopped, or cannot go on."""
        left = {self._pool.submit(self._one, source, bars) for source in sources}
        while left and not self._means.stopping.is_set():
            done, left = wait(left, timeout=_TICK, return_when=FIRST_COMPLETED)
            yield from _outcomes(done)
        self._pool.shutdown(wait=False, cancel_futures=True)
        done, left = wait(left, timeout=_GRACE)
        yield from _outcomes(done)
        self.is_busy = bool(left)
        if not left:
            self._means.tickets.close()

    def _one(self, source: Source, bars: Bars) -> Outcome | None:
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
                self._means.api.patience.check()
                if source.size == 0:
                    raise Refused(_FILE_AT_FAULT[-1], "empty_file", "The file is empty.")
                return self._delivery.bring(source, row)
            finally:
                row.end()

    def _await(self, source: Source, arrived: Arrived) -> Outcome:
        """The outcome of its image, once that is done."""
        end, pause = time.monotonic() + _PATIENCE, _FIRST_LOOK
        while True:
            image = self._means.api.image(arrived.image_id)
            if image["status"] not in _IN_WORK:
                self._means.tickets.forget(arrived.sha256)
                return outcome_of(image, source.path, source.size, duplicate=arrived.duplicate)
            if time.monotonic() > end:
                late = f"It is still in work after {_PATIENCE / 60:g} minutes; `show` tells more."
                return Outcome(
                    *(source.path, FAILED, source.size, arrived.image_id, arrived.sha256),
                    reason="unfinished",
                    detail=late,
                )
            self._means.api.patience.pause(pause)
            pause = min(pause * 1.5, _SLOWEST)


def _refused(source: Source, fault: ApiFault) -> Outcome:
    code = fault.code if isinstance(fault, Refused) else "unreachable"
    status = FAILED
    if isinstance(fault, Refused) and (fault.status in _FILE_AT_FAULT or code == "EntityTooLarge"):
        status = REJECTED
    return Outcome(source.path, status, source.size, reason=code or None, detail=str(fault))


def _outcomes(done: set[Future[Outcome | None]]) -> Iterator[Outcome]:
    for future in done:
        if not future.cancelled() and (outcome := future.result()):
            yield outcome
