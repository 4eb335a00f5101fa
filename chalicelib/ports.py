"""What several use cases need of the world; `chalicelib.aws` provides it, tests have fakes of it.

What only one of them needs is beside it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from chalicelib.facts import Fact
from chalicelib.notices import Notice
from chalicelib.records import Event, Image, Status

Clock = Callable[[], datetime]


class StoredObject(Struct, frozen=True, kw_only=True):
    """An object as it was read: its bytes and what identifies exactly these bytes."""

    data: bytes
    etag: str
    version_id: str | None


class Listed(Struct, frozen=True, kw_only=True):
    """An object as a listing shows it."""

    key: str
    bytes: int
    etag: str
    modified: datetime


class ObjectStore(Protocol):
    """Buckets and objects."""

    def read(self, bucket: str, key: str, at_most: int) -> StoredObject:
        """The object; ObjectMissing for none, Oversized for over `at_most` bytes.

        ReadRefused where it may not be read.
        """

    def write(
        self,
        bucket: str,
        key: str,
        data: bytes,
        *,
        content_type: str,
        cache_control: str,
        content_disposition: str = "inline",
    ) -> str:
        """Store `data`; writing the same again changes nothing. Answers its ETag."""

    def exists(self, bucket: str, key: str) -> bool:
        """Whether there is such an object now; ReadRefused for what can be no key there."""

    def list_keys(self, bucket: str, prefix: str) -> Iterator[str]:
        """All keys below `prefix`."""

    def page(self, bucket: str, after: str, limit: int) -> list[Listed]:
        """The next objects behind the key `after`, in the keys' order; at most 1,000."""

    def erase(self, bucket: str, key: str, versions: Collection[str] | None = None) -> None:
        """Remove the object's versions, all or those named; no error where there is none."""

    def versions(self, bucket: str, key: str) -> list[str]:
        """The ids of all that is left of the object: versions, marks that it was deleted."""


class Page(Struct, frozen=True, kw_only=True):
    """Some images, newest first, and where the next ones begin (None at the end)."""

    images: tuple[Image, ...]
    next_cursor: str | None


class ImageTable(Protocol):
    """The records of all images and their histories."""

    def get(self, image_id: str) -> Image | None:
        """The current record, read consistently."""

    def history(self, image_id: str) -> tuple[Event, ...]:
        """All that happened to the image, oldest first."""

    def put(self, image: Image, event: Event, notice: Notice | None = None) -> Image:
        """Write record, history line and notice together; the answer bears the next revision.

        RecordChanged where the stored revision is no longer `image.revision`
        (0: where there is a record at all).
        """

    def newest(self, owner: str, status: Status | None, limit: int, cursor: str | None) -> Page:
        """At most `limit` images, newest first; InvalidRequest for a cursor that is not ours.

        Only a page whose `next_cursor` is None is the last; any may be short.
        """

    def find_ready(self, owner: str, sha256: str) -> Image | None:
        """The owner's ready image with these bytes, if there is one."""

    def get_many(self, image_ids: Collection[str]) -> dict[str, Image]:
        """The current records of those that have one, read consistently."""

    def unfinished(
        self, status: Status, after: datetime | None, before: datetime, limit: int
    ) -> tuple[Image, ...]:
        """At most `limit` unfinished images of `status`, last written between, oldest first."""

    def forget_bytes(self, image: Image) -> None:
        """Remove all ways from bytes that `image` has, or had, to it."""

    def restore(self, image: Image, history: Sequence[Event]) -> bool:
        """Write a record and its history as they were; False, and nothing, where there is one."""

    def bookmark(self, name: str) -> str:
        """The text that was kept under `name`; empty at first."""

    def set_bookmark(self, name: str, text: str) -> None:
        """Keep `text` under `name`."""

    def untold(self, before: datetime) -> Iterator[Sequence[Notice]]:
        """All notices from `before`, at most ten at a time; those of one image in order."""

    def told(self, notices: Sequence[Notice]) -> None:
        """Forget these notices; no error where they are forgotten already."""


class Bus(Protocol):
    """Whoever is told of images."""

    def publish(self, notices: Sequence[Notice]) -> None:
        """Hand over at most ten notices; PassingFault where it does not take them all."""


class Cdn(Protocol):
    """What serves the renditions."""

    def forget(self, image_id: str, files: Collection[str]) -> str | None:
        """Let all copies of an image's `files` (keys) go: the order's id, None where none are kept.

        PassingFault where there are too many orders at once.
        """


class Signer(Protocol):
    """Presigned addresses of the uploads bucket."""

    def presign_post(
        self, key: str, content_type: str, sha256: str | None, max_bytes: int, seconds: int
    ) -> "PresignedPost":
        """A POST that takes just this key, type and checksum (hex), and 1 to `max_bytes` bytes."""

    def presign_put(
        self, key: str, content_type: str, size: int | None, seconds: int
    ) -> "PresignedPut":
        """A PUT that takes exactly this key and type, and length where `size` is given."""


class PresignedPost(Struct, frozen=True, kw_only=True):
    """A form: its action and the fields that go before the file."""

    url: str
    fields: Mapping[str, str]


class PresignedPut(Struct, frozen=True, kw_only=True):
    """An address and the headers that must be sent with the file."""

    url: str
    headers: Mapping[str, str]


class Telemetry(Protocol):
    """Whoever watches; nothing that it is told may fail for it."""

    def about(self, image_id: str) -> None:
        """All that is said and logged from now on is about this image."""

    def say(self, fact: Fact) -> None:
        """Tell what has happened."""


class Queue(Protocol):
    """Work to be done later, at least once."""

    def send(self, body: str) -> None:
        """Put `body` into the queue."""
