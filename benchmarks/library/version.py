"""A version under test, whose stack restarts for each measurement."""

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.library.latency import Latency
from benchmarks.library.results import Figures
from benchmarks.load.monitoring import memory_of_stack, monitoring
from benchmarks.load.pictures import write_pictures
from benchmarks.load.results import Run
from benchmarks.load.running import loaded, spread
from benchmarks.stack import Checkout, Stack, running_stack
from tests.photographs import photographs

SIDE = 320  # pixels of a picture's longer side

_REQUESTS = 70  # of each kind in a round
_LONGEST = 300.0  # seconds for all of them: slow versions get fewer
_SETTLING = 3.0  # seconds until a ready stack is idle
_EMPTYING = 60.0  # seconds until queues must be empty
_INTERVAL = 0.2  # seconds between two checks of them
_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


@dataclass
class _Measured:
    """Measurements since the last figures."""

    latency: Latency = field(default_factory=Latency)
    restarts: list[float] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    queued: int = 0
    at_rest: int = 0
    listing: int = 0


class Version:
    """A version of Darkroom, with its data in its own folder."""

    def __init__(self, commit: str, checkout: Checkout, scratch: Path, workers: int) -> None:
        self.commit = commit
        self.images = 0
        self._checkout = checkout
        self._scratch = scratch
        self._workers = workers
        self._measured = _Measured()

    def upload(self, number: int) -> None:
        """Upload `number` more images and wait until they are processed."""
        pictures = self._scratch / "pictures"
        pictures.mkdir(parents=True)
        write_pictures(photographs(), number, pictures, sides=(SIDE,), first=self.images + 1)
        self._measured.runs.append(
            loaded(
                pictures,
                self._scratch,
                self._workers,
                extra=self._empty_queues,
                checkout=self._checkout,
            )
        )
        shutil.rmtree(pictures)
        self.images += number

    def read(self) -> None:
        """Restart, and time lists and single images."""
        found = self._measured
        started = time.perf_counter()
        with running_stack(self._scratch / "data", self._workers, self._checkout) as stack:
            found.restarts.append(round(time.perf_counter() - started, 2))
            time.sleep(_SETTLING)
            with monitoring(stack) as monitor:
                pass
            found.at_rest = max(found.at_rest, memory_of_stack(monitor.parts()))
            with monitoring(stack) as monitor:
                found.latency.measure(stack.options.api_url, _REQUESTS, _LONGEST)
            found.listing = max(found.listing, memory_of_stack(monitor.parts()))

    def figures(self, images: int) -> Figures:
        """The figures since the last ones, at `images` images and some more."""
        found, self._measured = self._measured, _Measured()
        uploading = max(memory_of_stack(run.parts) for run in found.runs)
        return Figures(
            commit=self.commit,
            images=images,
            p95={kind: spread(seconds).p95 for kind, seconds in found.latency.seconds.items()},
            refused=found.latency.refused,
            restarts=tuple(found.restarts),
            uploaded=tuple(round(run.pictures / run.uploading, 2) for run in found.runs),
            processed=tuple(round(run.per_second, 2) for run in found.runs),
            faults=sum(run.answers.lost + run.answers.wrong for run in found.runs),
            queued=found.queued,
            memory=(found.at_rest, found.listing, uploading),
        )

    def _empty_queues(self, stack: Stack) -> None:
        """Wait until the queues are empty, and count the messages that are left."""
        sqs, deadline = stack.client("sqs"), time.monotonic() + _EMPTYING
        urls = sqs.list_queues().get("QueueUrls", ())
        while left := sum(_depth(sqs, url) for url in urls):
            if time.monotonic() > deadline:
                break
            time.sleep(_INTERVAL)
        self._measured.queued += left


def _depth(sqs: Any, url: str) -> int:
    """Messages that are visible, delayed, or in flight."""
    response = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))
    return sum(int(response["Attributes"].get(count, 0)) for count in _COUNTS)
