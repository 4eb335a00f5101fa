"""A sweep over fakes, with its own clock and a worker that processes the requests."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import ModuleType

import pytest
from msgspec.structs import replace

from chalicelib import lambda_events
from chalicelib.model.image import Image, ObjectVersion
from chalicelib.model.variants import VariantsTable
from chalicelib.sweep import Report
from chalicelib.uploads.tickets import PostTicket
from chalicelib.wiring import Wiring
from tests.builders import NOON
from tests.fakes.objects import MemoryObjects
from tests.fakes.others import MemoryQueue, RecordingCdn
from tests.pictures import jpeg

UPLOADS, IMAGES = "test-uploads", "test-images"


@dataclass
class Harness:
    """The application over fakes, and the time."""

    wiring: Wiring
    objects: MemoryObjects
    work: MemoryQueue
    cdn: RecordingCdn
    now: datetime = field(default=NOON)

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def ticket(self) -> PostTicket:
        given = self.wiring.tickets.post("everyone", "cat.jpg", "image/jpeg", 9, None)
        assert isinstance(given, PostTicket)
        return given

    def put(self, key: str, data: bytes = b"", bucket: str = UPLOADS) -> None:
        self.objects.write(bucket, key, data or jpeg(), content_type="", cache_control="")

    def process(self, key: str, sequencer: str = "A1") -> Image:
        version = ObjectVersion(bucket=UPLOADS, key=key, sequencer=sequencer)
        done = self.wiring.processor.process(version)
        assert done is not None
        return done

    def ready(self, key: str = "photos/cat.jpg", data: bytes = b"") -> Image:
        self.put(key, data)
        return self.process(key)

    def image(self, image_id: str) -> Image:
        found = self.wiring.images.get(image_id)
        assert found is not None
        return found

    def events(self, image_id: str) -> list[str]:
        return [line.event for line in self.wiring.images.history(image_id)]

    def interrupt_erasure(self, image: Image) -> None:
        """Write the tombstone, but delete nothing."""
        versions = self.wiring.deleter._existing_versions(image)
        self.wiring.deleter._entomb(image.id, "", "on request", permanent=True, versions=versions)

    def files(self) -> list[str]:
        return list(self.objects.list_keys(IMAGES, ""))

    def sweep(self) -> Report:
        """A complete run, including the work that it requested."""
        report = self.wiring.sweeper.run(lambda: 60.0)
        requests, self.work.bodies = self.work.bodies, []
        for body in requests:
            self.wiring.processor.reprocess(lambda_events.reprocess_request(body))
        return report


@pytest.fixture
def harness(application: ModuleType) -> Harness:
    """A grace period of 15 minutes; files are orphans after a week."""
    wiring: Wiring = application.wiring
    objects, work = MemoryObjects(), MemoryQueue()
    wiring.objects, wiring.work = objects, work
    wiring.cdn = cdn = RecordingCdn()
    wiring.settings = replace(wiring.settings, sweep_rest_seconds=1)
    harness = Harness(wiring, objects, work, cdn)
    wiring.clock = objects.clock = lambda: harness.now
    return harness


def changed_variants(harness: Harness) -> None:
    """Make the table's `mobile` smaller; existing renditions stay unchanged."""
    wiring = harness.wiring
    smaller = tuple(
        replace(v, width=320, height=320) if v.name == "mobile" else v for v in wiring.variants
    )
    for name in ("renderer", "processor", "deleter", "sweeper", "library", "failures"):
        wiring.__dict__.pop(name, None)
    wiring.table = VariantsTable(variants=smaller)
