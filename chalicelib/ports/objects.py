"""Interfaces of object storage, the CDN and presigned uploads."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct


class StoredObject(Struct, frozen=True, kw_only=True):
    """An object as it was read: its bytes, and the ETag and version id that identify them."""

    data: bytes
    etag: str
    version_id: str | None


class ListedObject(Struct, frozen=True, kw_only=True):
    """An object as a listing shows it."""

    key: str
    bytes: int
    etag: str
    modified: datetime


class ListedVersion(Struct, frozen=True, kw_only=True):
    """A version or delete marker of an object as a listing shows it; times are in seconds.

    The `latest` version is the object that reading its key returns.
    """

    key: str
    id: str
    modified: datetime
    latest: bool = False


class ObjectStore(Protocol):
    """Buckets and objects."""

    def read(
        self, bucket: str, key: str, at_most: int, version_id: str | None = None
    ) -> StoredObject:
        """The object, or this version of it; ObjectMissing if there is none.

        ReadRefused if access is denied, OriginalTooLarge if it has more than `at_most` bytes.
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
        """Store `data` and return its ETag; idempotent."""

    def copy(
        self,
        bucket: str,
        source: str,
        key: str,
        *,
        content_type: str,
        cache_control: str,
        content_disposition: str,
    ) -> None:
        """Store the bytes of the object `source` also under `key`; ObjectMissing if it is gone."""

    def exists(self, bucket: str, key: str) -> bool:
        """Whether the object exists, under exactly this key; ReadRefused for an invalid key."""

    def list_keys(self, bucket: str, prefix: str) -> Iterator[str]:
        """All keys below `prefix`."""

    def page(self, bucket: str, after: str, limit: int) -> list[ListedObject]:
        """The next objects after the key `after`, in key order; at most 1,000."""

    def versions(self, bucket: str, key: str) -> Iterator[Sequence[ListedVersion]]:
        """All versions and delete markers of the object, the newest on the first page.

        A page has at most 1,000; those listed may be deleted before the next page is requested.
        """

    def versions_below(self, bucket: str, prefix: str) -> Iterator[Sequence[ListedVersion]]:
        """All versions and delete markers below `prefix`, in such pages."""

    def erase(self, bucket: str, key: str) -> None:
        """Delete all of the object's versions; no error if there are none."""

    def erase_version(self, bucket: str, key: str, version_id: str) -> None:
        """Delete this version of the object; no error if there is none."""

    def erase_versions(self, bucket: str, versions: Sequence[ListedVersion]) -> None:
        """Delete these versions, at most 1,000; no error for those that are gone."""


class Cdn(Protocol):
    """The CDN that serves the renditions."""

    def forget(self, image_id: str, files: Collection[str]) -> str | None:
        """Invalidate all copies of an image's files: the invalidation's id.

        `files` are the keys of all that were ever published, or empty if they are unknown. None
        if there is no CDN. TransientError if too many invalidations are in progress.
        """


class CdnSigner(Protocol):
    """Signatures that the CDN checks before it serves private files."""

    @property
    def is_ready(self) -> bool:
        """Whether there is a key."""

    def sign(self, resource: str, until: datetime) -> str:
        """The query with which the CDN serves `resource` until then; empty if there is no key.

        The resource is a URL, with wildcards for the URLs of several files.
        """

    def is_private_origin(self, secret: str) -> bool:
        """Whether the CDN sent this secret, with a request whose signature it has checked."""


class Signer(Protocol):
    """Presigned URLs for the uploads bucket."""

    def presign_post(
        self, key: str, content_type: str, sha256: str | None, max_bytes: int, seconds: int
    ) -> "PresignedPost":
        """A POST limited to this key, type and checksum (hex), and to 1 to `max_bytes` bytes."""

    def presign_put(
        self, key: str, content_type: str, size: int | None, seconds: int
    ) -> "PresignedPut":
        """A PUT limited to this key and type, and to this length if `size` (bytes) is given.

        The store refuses it if the key has an object.
        """

    def presign_get(
        self, key: str, version_id: str | None, content_type: str, disposition: str, seconds: int
    ) -> str:
        """The URL to download an object, or this version of it, with these response headers."""


class StoredPart(Struct, frozen=True, kw_only=True):
    """A part of an unfinished upload; `sha256` (hex) where the store lists it."""

    number: int
    bytes: int
    etag: str
    sha256: str | None = None


class UnfinishedUpload(Struct, frozen=True, kw_only=True):
    """An upload in parts that has begun, and is neither complete nor aborted."""

    key: str
    upload_id: str
    began: datetime


class MultipartStore(Protocol):
    """Uploads in parts to the uploads bucket.

    UploadGone if there is no such upload of this key; TransientError if the store is unavailable.
    """

    def begin(self, key: str, content_type: str) -> str:
        """Begin an upload: its id."""

    def presign_part(
        self, key: str, upload_id: str, number: int, size: int, sha256: str, seconds: int
    ) -> "PresignedPut":
        """A PUT limited to this part, this length (bytes) and this checksum (hex)."""

    def parts(self, key: str, upload_id: str) -> list[StoredPart]:
        """The parts that are there, by number."""

    def assemble(self, key: str, upload_id: str, parts: Sequence[StoredPart]) -> None:
        """Put the parts together in this order; UploadGone if the key already has an object."""

    def abort(self, key: str, upload_id: str) -> None:
        """Abort the upload and delete its parts; no error if it is gone."""

    def unfinished(self) -> Iterator[UnfinishedUpload]:
        """All uploads that have begun, those of other tools, too."""


class PresignedPost(Struct, frozen=True, kw_only=True):
    """A form: its URL and the fields that go before the file."""

    url: str
    fields: Mapping[str, str]


class PresignedPut(Struct, frozen=True, kw_only=True):
    """A URL and the headers that must be sent with the file."""

    url: str
    headers: Mapping[str, str]
