"""Races: eight workers at one object's events, which come again and again and in any order."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import imaging, keys
from chalicelib.records import Image
from chalicelib.variants import load_variants
from tests.attack.world import Worker, World
from tests.waiting import until

WORKERS = 8
_TRIES = 50  # of a call that a passing fault ends
_LIMITS = imaging.Limits(max_pixels=1_000_000, max_frames=1)

Call = tuple[str, Any]  # a function and its payload
Change = Callable[[], Call]  # does something to the object; the call is what tells of it


def renditions_of(image_id: str, data: bytes) -> frozenset[str]:
    """The keys that the renditions of `data` have."""
    made = imaging.render(data, load_variants(), _LIMITS, {}).renditions
    return frozenset(keys.rendition_key(image_id, r.data, r.variant, r.extension) for r in made)


class Race:
    """One race. `sets` are the renditions of each original; a reader looks on all the time."""

    def __init__(
        self, world: World, image_id: str, sets: Sequence[frozenset[str]], seed: int
    ) -> None:
        self.flaws: list[str] = []
        self.looks = 0
        self._world = world
        self._image_id = image_id
        self._sets = sets
        self._draw = Random(seed)
        self._happened: list[Call] = []
        self._calls = 0  # that have ended
        self._over = threading.Event()
        self._lock = threading.Lock()

    def run(self, changes: Sequence[Change]) -> None:
        """Make the changes in turn while their events arrive; each event once more at last."""
        workers = [self._world.hire() for _ in range(WORKERS)]
        with ThreadPoolExecutor(WORKERS + 1) as pool:
            reader = pool.submit(self._look_on)
            try:
                racing = [
                    pool.submit(self._work, worker, self._draw.random()) for worker in workers
                ]
                self._make(changes)
                for ran in racing:
                    ran.result()
                last = self._draw.sample(self._happened, len(self._happened))
                shares = [last[place::WORKERS] for place in range(WORKERS)]
                list(pool.map(self._bring_all, workers, shares))
            finally:
                self._over.set()
            reader.result()
        for worker in workers:
            worker.leave()

    def _make(self, changes: Sequence[Change]) -> None:
        try:
            for change in changes:
                call = change()
                with self._lock:
                    self._happened.append(call)
                    soon = self._calls + self._draw.randrange(WORKERS, 3 * WORKERS)
                until(lambda soon=soon: self._calls >= soon or self.flaws)
        finally:
            self._raced = True

    def _work(self, worker: Worker, seed: float) -> None:
        draw = Random(seed)
        until(lambda: self._happened)
        while not self._raced:
            with self._lock:
                call = draw.choice(self._happened)
            self._bring(worker, call)

    _raced = False

    def _bring_all(self, worker: Worker, calls: Sequence[Call]) -> None:
        for call in calls:
            self._bring(worker, call)

    def _bring(self, worker: Worker, call: Call) -> None:
        """Make a call until it succeeds, as Lambda does for six hours."""
        for _ in range(_TRIES):
            said = worker.call(*call)
            if said.done and not (call[0] == "http" and said.value[0] == 503):
                break
        else:
            self.flaws.append(f"{call} fails: {said}")
        with self._lock:
            self._calls += 1

    def _look_on(self) -> None:
        while not self._over.is_set():
            record = self._world.record(self._image_id)
            if record:
                self._look(record)
            self.looks += 1

    def _look(self, record: Image) -> None:
        shown = frozenset(record.processed_files)
        if shown and shown not in self._sets:
            self.flaws.append(f"A mixed set: {sorted(shown)}")
        lost = [key for key in shown if not self._is_whole(key)]
        now = self._world.record(self._image_id)
        if lost and now and now.revision == record.revision:
            self.flaws.append(f"{record.status} at revision {record.revision} shows {lost}")

    def _is_whole(self, key: str) -> bool:
        try:
            data = self._world.file(key)
        except ClientError:
            return False
        variant, _, extension = key.rpartition("/")[2].partition(".")
        return keys.rendition_key(self._image_id, data, variant, extension) == key
