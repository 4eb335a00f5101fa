"""A sweep over fakes, with a clock of its own and a worker that does what was asked for."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import ModuleType

import pytest
from msgspec.structs import replace

from chalicelib import notifications
from chalicelib.records import Image, ObjectVersion
from chalicelib.sweeping import Report
from chalicelib.uploads import PostTicket
from chalicelib.wiring import Wiring
from tests.builders import NOON
from tests.fakes.objects import MemoryObjects
from tests.fakes.others import ForgetfulCdn, MemoryQueue
from tests.pictures import jpeg

UPLOADS, IMAGES = "test-uploads", "test-images"


@dataclass
class House:
    """The application, and the time."""

    wiring: Wiring
    objects: MemoryObjects
    work: MemoryQueue
    cdn: ForgetfulCdn
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
        found = self.wiring.table.get(image_id)
        assert found is not None
        return found

    def events(self, image_id: str) -> list[str]:
        return [line.event for line in self.wiring.table.history(image_id)]

    def files(self) -> list[str]:
        return list(self.objects.list_keys(IMAGES, ""))

    def sweep(self) -> Report:
        """One whole run, and all that it asked for."""
        report = self.wiring.sweeper.run(lambda: 60.0)
        asked, self.work.bodies = self.work.bodies, []
        for body in asked:
            self.wiring.processor.again(notifications.request_to_process_again(body))
        return report


@pytest.fixture
def house(application: ModuleType) -> House:
    """Grace of 15 minutes, orphans after a week."""
    wiring: Wiring = application.wiring
    objects, work = MemoryObjects(), MemoryQueue()
    wiring.objects, wiring.work = objects, work
    wiring.cdn = cdn = ForgetfulCdn()
    wiring.settings = replace(wiring.settings, sweep_rest_seconds=1)
    house = House(wiring, objects, work, cdn)
    wiring.clock = objects.clock = lambda: house.now
    return house


def changed_variants(house: House) -> None:
    """The table's `mobile` becomes smaller: what was made before stays as it is."""
    wiring = house.wiring
    smaller = tuple(
        replace(v, width=320, height=320) if v.name == "mobile" else v for v in wiring.variants
    )
    for name in ("developer", "processor", "eraser", "sweeper", "library", "failures"):
        wiring.__dict__.pop(name, None)
    wiring.variants = smaller
