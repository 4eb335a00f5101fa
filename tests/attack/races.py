"""Races: eight workers process one object's events, which come repeatedly and in any order."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import imaging
from chalicelib.model import keys
from chalicelib.model.image import Image, Status
from tests.attack.scenes import event
from tests.attack.world import VARIANTS, Worker, World
from tests.waiting import until

_PAUSE = 0.02  # seconds between two reads of the reader
_LIMITS = imaging.Limits(max_pixels=1_000_000, max_frames=1)

Call = tuple[str, Any]  # a function and its payload
Change = Callable[[], Call]  # changes the object; returns the call with its event


def renditions_of(image_id: str, data: bytes) -> frozenset[str]:
    """The keys that the renditions of `data` have."""
    made = imaging.render(data, VARIANTS, _LIMITS, {}, suggest=True).renditions
    return frozenset(keys.rendition_key(image_id, r.data, r.variant, r.extension) for r in made)


class Race:
    """A race for the object `key`. A reader checks it all the time; `sets` are what it may see."""

    def __init__(self, world: World, workers: Sequence[Worker], key: str, image_id: str) -> None:
        self.flaws: list[str] = []
        self.sets: list[frozenset[str]] = []
        self._world = world
        self._workers = workers
        self._key = key
        self.image_id = image_id
        self._draw = Random(key)
        self._happened: list[Call] = []
        self._calls = 0  # that have ended
        self._raced = threading.Event()
        self._over = threading.Event()
        self._lock = threading.Lock()

    def put(self, data: bytes) -> Call:
        """Write the object."""
        self.sets.append(renditions_of(self.image_id, data))
        self._world.put(self._key, data)
        return "process_upload", event(self._key, self._sequencer())

    def remove(self) -> Call:
        """Remove the object."""
        self._world.remove(self._key)
        name = "ObjectRemoved:DeleteMarkerCreated"
        return "process_removal", event(self._key, self._sequencer(), name)

    def run(self, changes: Sequence[Change]) -> None:
        """Make the changes in turn while their events arrive; finally deliver each event again."""
        with ThreadPoolExecutor(len(self._workers) + 1) as pool:
            reader = pool.submit(self._read_repeatedly)
            try:
                racing = [pool.submit(self._work, w, self._draw.random()) for w in self._workers]
                self._make(changes)
                for raced in racing:
                    raced.result()
                last = self._draw.sample(self._happened, len(self._happened))
                shares = [last[place :: len(self._workers)] for place in range(len(self._workers))]
                list(pool.map(self._bring_all, self._workers, shares))
            finally:
                self._over.set()
            reader.result()

    def left(self) -> tuple[Status, frozenset[str]]:
        """The record's final status and renditions, all of which exist."""
        record = self._world.record(self.image_id)
        assert record
        shown = frozenset(record.processed_files)
        assert shown <= set(self._world.files(self.image_id))
        return record.status, shown

    def _sequencer(self) -> str:
        return f"A{len(self._happened):02X}"

    def _make(self, changes: Sequence[Change]) -> None:
        try:
            for change in changes:
                call = change()
                with self._lock:
                    self._happened.append(call)
                    soon = self._calls + self._draw.randrange(2, 2 * len(self._workers))
                until(lambda soon=soon: self._calls >= soon)
        finally:
            self._raced.set()

    def _work(self, worker: Worker, seed: float) -> None:
        draw = Random(seed)
        until(lambda: self._happened or self._raced.is_set())
        while not self._raced.is_set():
            with self._lock:
                call = draw.choice(self._happened)
            self._bring(worker, call)

    def _bring_all(self, worker: Worker, calls: Sequence[Call]) -> None:
        for call in calls:
            self._bring(worker, call)

    def _bring(self, worker: Worker, call: Call) -> None:
        """Make a call until it succeeds, as Lambda does for six hours."""
        until(lambda: worker.call(*call).done)
        with self._lock:
            self._calls += 1

    def _read_repeatedly(self) -> None:
        while not self._over.is_set():
            record = self._world.record(self.image_id)
            if record:
                self._check(record)
            self._over.wait(_PAUSE)

    def _check(self, record: Image) -> None:
        shown = frozenset(record.processed_files)
        if shown and shown not in self.sets:
            self.flaws.append(f"A mixed set: {sorted(shown)}")
        lost = [key for key in shown if not self._is_whole(key)]
        now = self._world.record(self.image_id)
        if lost and now and now.revision == record.revision:
            self.flaws.append(f"{record.status} at revision {record.revision} shows {lost}")

    def _is_whole(self, key: str) -> bool:
        try:
            data = self._world.file(key)
        except ClientError:
            return False
        variant, _, extension = key.rpartition("/")[2].partition(".")
        return keys.rendition_key(self.image_id, data, variant, extension) == key
