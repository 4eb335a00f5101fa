"""Uploads many files concurrently, with an outcome for each."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from darkroom_client.cli.outcomes import FAILED, REJECTED, SENT, Outcome, outcome_of
from darkroom_client.cli.progress import Bars
from darkroom_client.errors import ApiError, FileFault, Refused, Stopped, Unfinished
from darkroom_client.operations import UploadOptions
from darkroom_client.sources import FileSource, checksum
from darkroom_client.sync import Client
from darkroom_client.tickets import TicketJournal
from darkroom_client.uploads import Sent

_FILE_AT_FAULT = (413, 415, 422)
_TIMEOUT = 600.0  # seconds that processing an image may take
_WAITERS = 3  # per sender: images are processed while further files are sent
_TICK = 0.2  # seconds until Ctrl-C is noticed at the latest
_GRACE = 2.0  # seconds for files in progress to stop


@dataclass(frozen=True)
class Means:
    """What all files share; `options` are further fields of their tickets."""

    client: Client
    tickets: TicketJournal
    stopping: threading.Event
    options: UploadOptions = field(default_factory=UploadOptions)


class Batch:
    """Sends files, `concurrency` at once; with `wait`, also waits until images are processed."""

    def __init__(self, means: Means, concurrency: int, *, wait: bool) -> None:
        self._means = means
        self._turns: dict[str, threading.Lock] = {}
        self._waits = wait
        self._turn = threading.Semaphore(concurrency)
        self._pool = ThreadPoolExecutor(concurrency * (1 + _WAITERS if wait else 1))
        self.fault: ApiError | None = None  # an error that every further file would have, too
        self.is_busy = False  # whether a thread is still running after the end

    def run(self, sources: Sequence[FileSource], bars: Bars) -> Iterator[Outcome]:
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

    def _process(self, source: FileSource, bars: Bars) -> Outcome | None:
        try:
            outcome = self._outcome(source, bars)
        except Stopped:
            return None
        except ApiError as fault:
            self.fault = self.fault or fault
            self._means.stopping.set()
            return None
        except BaseException:
            self._means.stopping.set()
            raise
        bars.finish()
        return outcome

    def _outcome(self, source: FileSource, bars: Bars) -> Outcome:
        try:
            sent = self._bring(source, bars)
            if self._waits:
                return self._await(source, sent)
        except FileFault as fault:
            return Outcome(source.path, FAILED, source.size, reason="unreadable", detail=str(fault))
        except ApiError as fault:
            if fault.concerns_all:
                raise
            return _refused(source, fault)
        return Outcome(source.path, SENT, source.size, sent.image_id, sent.sha256, sent.duplicate)

    def _bring(self, source: FileSource, bars: Bars) -> Sent:
        with self._turn:
            row = bars.row(source, self._means.stopping)
            try:
                row.check()
                if source.size == 0:
                    raise Refused(_FILE_AT_FAULT[-1], "empty_file", "The file is empty.")
                sha256 = checksum(source, row.check)
                # Another file may have the same bytes.
                with self._turns.setdefault(sha256, threading.Lock()):
                    return self._means.client.send_file(
                        source,
                        sha256=sha256,
                        tickets=self._means.tickets,
                        progress=row,
                        **self._means.options,
                    )
            finally:
                row.end()

    def _await(self, source: FileSource, sent: Sent) -> Outcome:
        """Wait until the image is done; return its outcome."""
        try:
            image = self._means.client.wait(sent.image_id, _TIMEOUT)
        except Unfinished:
            late = f"It is not finished after {_TIMEOUT / 60:g} minutes; `show` tells more."
            return Outcome(
                *(source.path, FAILED, source.size, sent.image_id, sent.sha256),
                reason="unfinished",
                detail=late,
            )
        self._means.tickets.forget(sent.sha256)
        return outcome_of(image, source.path, source.size, duplicate=sent.duplicate)


def _refused(source: FileSource, fault: ApiError) -> Outcome:
    code = fault.code if isinstance(fault, Refused) else "unreachable"
    status = FAILED
    if isinstance(fault, Refused) and (fault.status in _FILE_AT_FAULT or code == "EntityTooLarge"):
        status = REJECTED
    return Outcome(source.path, status, source.size, reason=code or None, detail=str(fault))
