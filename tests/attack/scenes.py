"""What is attacked: scenes that prepare an image, do something to it, and check the result."""

import json
import threading
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from PIL import Image as Pictures

from chalicelib.model.image import Status
from chalicelib.model.keys import derived_image_id, is_rendition_key
from tests.attack.lambdas import Lambda
from tests.attack.world import UPLOADS, VARIANTS, World, fresh_key
from tests.builders import s3_record
from tests.pictures import encoded

TEXTS: dict[str, Any] = {"alt": {"en": "A door", "de": "Eine Tür"}, "tags": ["door", "red"]}


def picture(shade: int = 90) -> bytes:
    """A small picture; each `shade` (0 to 255) makes another."""
    shades = (Pictures.linear_gradient("L"), Pictures.radial_gradient("L"))
    bands = [band.resize((24, 16)) for band in (*shades, Pictures.new("L", (8, 8), shade))]
    return encoded(Pictures.merge("RGB", bands), "PNG")


def event(key: str, sequencer: str, name: str = "ObjectCreated:Put") -> dict[str, Any]:
    """S3's event of one change of one object."""
    return {"Records": [s3_record(key, sequencer, name)]}


class Scene(ABC):
    """An image and what is done to it. `shown` are the sets of its keys that a reader saw."""

    serves: ClassVar[bool] = False  # whether a reader must find renditions all the time
    sequencer: ClassVar[str] = "A1"  # of the event that is disturbed
    content: ClassVar[bytes] = b""  # what the object holds then

    def __init__(self, world: World, function: Lambda) -> None:
        self.world = world
        self.function = function
        self.flaws: list[str] = []
        self.shown: list[frozenset[str]] = []
        self.acted = threading.Event()
        self.threads: list[threading.Thread] = []  # of others that ran in between
        self._waiting: list[tuple[str, dict[str, Any]]] = []

    @abstractmethod
    def prepare(self) -> None:
        """Do what comes before, without faults."""

    @abstractmethod
    def act(self) -> None:
        """Do what is attacked, and recover."""

    @abstractmethod
    def check(self) -> None:
        """Check what must be true at this scene's end, besides the usual end."""

    def read(self) -> None:
        """Read the image as a client would now."""
        record = self.world.record(self.image_id)
        if record is None:
            return
        sizes = {key: file.bytes for key, file in self.world.files(self.image_id).items()}
        wanted = {rendition.key: rendition.bytes for rendition in record.renditions}
        if lost := [key for key, size in wanted.items() if sizes.get(key) != size]:
            self.flaws.append(f"{record.status} shows {lost}, which are not there")
        if record.status is Status.READY and len(wanted) != len(VARIANTS):
            self.flaws.append(f"ready with {sorted(wanted)}")
        if self.serves and not wanted and record.status is not Status.DELETED:
            self.flaws.append(f"{record.status} serves nothing")
        self.shown.append(frozenset(wanted))

    def ticket(self, data: bytes) -> None:
        """Upload with a ticket."""
        body = {"filename": "a.png", "content_type": "image/png", "size": len(data)}
        ticket = self.function.request("POST", "/uploads", body)
        self.image_id, self.key = ticket["image_id"], ticket["fields"]["key"]
        self.world.put(self.key, data)

    def copy(self, data: bytes) -> None:
        """Write an object that no ticket announced."""
        self.key = fresh_key()
        self.image_id = derived_image_id(UPLOADS, self.key)
        self.world.put(self.key, data)

    def brought(self, function: str, happened: dict[str, Any]) -> None:
        """Deliver an event; if Lambda gives up, redrive the stored event."""
        self.function.deliver(function, happened)
        record = self.world.record(self.image_id)
        if record is not None and record.status is Status.FAILED:
            kept = json.loads(record.processing.lost_event or "{}")
            if kept != happened:
                self.flaws.append(f"What was kept for a redrive is {kept}")
            self.function.deliver(function, kept)

    def later(self, function: str, happened: dict[str, Any], other: Lambda) -> None:
        """Try an event once; if that fails, `deliver_waiting` tries again."""
        if not other.call(function, happened).done:
            self._waiting.append((function, happened))

    def deliver_waiting(self) -> None:
        """Deliver the events that are waiting."""
        for function, happened in self._waiting:
            self.function.deliver(function, happened)


class Upload(Scene):
    """An upload with a ticket is processed."""

    sequencer = "A1"
    content = picture()

    def prepare(self) -> None:
        self.ticket(self.content)

    def act(self) -> None:
        self.brought("process_upload", event(self.key, self.sequencer))

    def check(self) -> None:
        if len(set(self.shown)) > 2:
            self.flaws.append("A reader saw more than nothing and all")


class Arrival(Upload):
    """An object that came without a ticket is processed."""

    def prepare(self) -> None:
        self.copy(self.content)


class Overwrite(Scene):
    """Another tool overwrites a ready image's object."""

    serves = True
    sequencer = "A2"
    content = picture(10)

    def prepare(self) -> None:
        self.copy(picture(90))
        self.brought("process_upload", event(self.key, "A1"))
        self.old = frozenset(filter(is_rendition_key, self.world.files(self.image_id)))
        self.world.put(self.key, self.content)

    def act(self) -> None:
        self.brought("process_upload", event(self.key, self.sequencer))

    def check(self) -> None:
        record = self.world.record(self.image_id)
        assert record
        new = frozenset(record.processed_files)
        if not set(self.shown) <= {self.old, new} or self.old & new:
            self.flaws.append("A reader saw files of both originals")


class Change(Scene):
    """An owner changes a ready image."""

    serves = True

    def prepare(self) -> None:
        self.copy(picture())
        self.brought("process_upload", event(self.key, "A1"))
        # A process reads the key that signs URLs once: then each run makes the same calls.
        self.function.request("GET", f"/images/{self.image_id}")

    def act(self) -> None:
        self.function.request("PATCH", f"/images/{self.image_id}", TEXTS, 409)

    def check(self) -> None:
        record = self.world.record(self.image_id)
        assert record
        if (record.alt, record.tags) != (TEXTS["alt"], tuple(TEXTS["tags"])):
            self.flaws.append(f"The image has {record.alt} and {record.tags}")


class Erasure(Scene):
    """An owner deletes a ticket's image; a late event of its object arrives afterwards."""

    def prepare(self) -> None:
        self.ticket(picture())
        self.brought("process_upload", event(self.key, "A1"))

    def act(self) -> None:
        self._receipt = self.function.request("DELETE", f"/images/{self.image_id}")

    def check(self) -> None:
        if not self._receipt["verified"] or self._receipt["remaining"]:
            self.flaws.append(f"The receipt says {self._receipt}")
        before = self.world.record(self.image_id)
        self.function.deliver("process_upload", event(self.key, "A2"))
        if self.world.record(self.image_id) != before or self.world.files(self.image_id):
            self.flaws.append("A late event brought something back")


class Removal(Scene):
    """Another tool removes a ready image's object."""

    def prepare(self) -> None:
        self.copy(picture())
        self.brought("process_upload", event(self.key, "A1"))
        self.world.remove(self.key)

    def act(self) -> None:
        removed = event(self.key, "A2", "ObjectRemoved:DeleteMarkerCreated")
        self.brought("process_removal", removed)

    def check(self) -> None:
        if self.world.versions(self.key) != 1:
            self.flaws.append("The original is lost")
