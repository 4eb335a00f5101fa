"""Uploads small pictures through tickets, as the page does, and waits until they are processed."""

import hashlib
import io
import os
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from statistics import fmean

import requests
from PIL import Image

from benchmarks.library.memory import part, peaks
from benchmarks.library.queues import drain
from benchmarks.library.results import Upload
from benchmarks.load.pictures import numbered
from benchmarks.load.watching import watching
from benchmarks.stack import Stack
from ops.local.database import Database
from ops.local.names import CREATED

Say = Callable[[str], None]

SIDES = (320, 240)  # pixels
_COLOURS = (16, 12)  # random colours, from which a picture is enlarged
_DIFFERENT = 24  # pictures that look different; the others differ from them by a comment
_QUALITY = 85
_THREADS = 8
_TRIES = 5
_TIMEOUT = 60  # seconds for one request
_LOOK = 0.05  # seconds between two looks at what has been processed
_TELL = 10.0  # seconds between two lines of progress
_PATIENCE = 120.0  # seconds without any progress


def picture(number: int) -> bytes:
    """A JPEG: always the same for a number, and never the same for two."""
    looks = _looks()
    return numbered(looks[number % len(looks)], number)


def mean_bytes() -> int:
    """The mean size of a picture."""
    return round(fmean(len(picture(number)) for number in range(_DIFFERENT)))


def upload(stack: Stack, numbers: Sequence[int], say: Say) -> tuple[Upload, list[str]]:
    """Upload the pictures of some numbers: the figures, and the images' ids."""
    uploads = _Uploads(stack.options.api_url)
    with closing(Database(stack.memory)) as database, watching(stack, part) as watch:
        before = _processed(database)
        started = time.monotonic()
        with ThreadPoolExecutor(_THREADS) as threads:
            for number in numbers:
                threads.submit(uploads.add, number)
            try:
                _wait(uploads, lambda: _processed(database) - before, len(numbers), say)
            finally:
                threads.shutdown(wait=False, cancel_futures=True)
        ended = time.monotonic()
        drained = drain(stack, database)
    return Upload(
        before=before,
        images=len(numbers),
        repeated=uploads.repeated,
        uploading=round(uploads.stored_at - started, 2),
        seconds=round(ended - started, 2),
        waiting=drained.waiting,
        left=drained.left,
        drained=drained.seconds,
        memory=peaks(watch),
        others=round(watch.others() / watch.samples[-1].second / (os.cpu_count() or 1), 3),
    ), uploads.ids


class _Uploads:
    """What the threads have uploaded: each keeps connections of its own."""

    def __init__(self, api: str) -> None:
        self.ids: list[str] = []
        self.repeated = 0
        self.stored_at = 0.0
        self.error: requests.RequestException | None = None
        self._api = api
        self._thread = threading.local()
        self._lock = threading.Lock()

    def add(self, number: int) -> None:
        """Upload one picture, with a new ticket where the stack did not take it."""
        for _ in range(_TRIES):
            try:
                image_id = self._upload(f"{number:06}.jpg", picture(number))
            except requests.RequestException as error:
                with self._lock:
                    self.repeated += 1
                last = error
            else:
                with self._lock:
                    self.ids.append(image_id)
                    self.stored_at = time.monotonic()
                return
        self.error = last

    def _upload(self, name: str, data: bytes) -> str:
        order: dict[str, str | int] = {
            "filename": name,
            "content_type": "image/jpeg",
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        answer = self._session.post(f"{self._api}/uploads", json=order, timeout=_TIMEOUT)
        answer.raise_for_status()
        ticket = answer.json()
        self._session.post(
            ticket["url"], data=ticket["fields"], files={"file": (name, data)}, timeout=_TIMEOUT
        ).raise_for_status()
        return str(ticket["image_id"])

    @property
    def _session(self) -> requests.Session:
        if not hasattr(self._thread, "session"):
            self._thread.session = requests.Session()
        session: requests.Session = self._thread.session
        return session


def _wait(uploads: _Uploads, processed: Callable[[], int], number: int, say: Say) -> None:
    """Return once so many are uploaded and processed; RuntimeError where nothing moves any more."""
    moved = told = time.monotonic()
    last = (0, 0)
    while min(last) < number:
        time.sleep(_LOOK)
        if uploads.error:
            raise RuntimeError(f"A picture was refused {_TRIES} times.") from uploads.error
        found, now = (len(uploads.ids), processed()), time.monotonic()
        if found != last:
            last, moved = found, now
        if now - moved > _PATIENCE:
            raise RuntimeError(f"{last[0]} of {number} are uploaded, {last[1]} processed: no more.")
        if now - told > _TELL:
            told = now
            say(f"    {last[0]:,} uploaded, {last[1]:,} processed, of {number:,}")


def _processed(database: Database) -> int:
    """How many of the bucket's objects are no task any more."""
    query = "SELECT (SELECT count(*) FROM objects) - count(*) FROM tasks WHERE function = ?"
    return int(str(database.look(query, CREATED)[0][0]))


@cache
def _looks() -> list[bytes]:
    return [_jpeg(random.Random(number)) for number in range(_DIFFERENT)]  # noqa: S311 - no secret


def _jpeg(chance: random.Random) -> bytes:
    file = io.BytesIO()
    colours = Image.frombytes("RGB", _COLOURS, chance.randbytes(3 * _COLOURS[0] * _COLOURS[1]))
    colours.resize(SIDES, Image.Resampling.BICUBIC).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
