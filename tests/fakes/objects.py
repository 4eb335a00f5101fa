"""Buckets and objects in memory."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from chalicelib.errors import ObjectMissing, OriginalTooLarge
from chalicelib.ports.clock import Clock
from chalicelib.ports.objects import ListedObject, ListedVersion, StoredObject


class StoredFile(Struct, frozen=True):
    data: bytes
    content_type: str
    cache_control: str
    modified: datetime
    content_disposition: str = "inline"

    @property
    def etag(self) -> str:
        return hashlib.md5(self.data, usedforsecurity=False).hexdigest()


class MemoryObjects:
    """In-memory ObjectStore without versions."""

    def __init__(self, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.clock = clock
        self.kept: dict[tuple[str, str], StoredFile] = {}

    def read(
        self, bucket: str, key: str, at_most: int, version_id: str | None = None
    ) -> StoredObject:
        if version_id not in (None, "null"):
            raise ObjectMissing(key)
        kept = self.kept.get((bucket, key))
        if kept is None:
            raise ObjectMissing(key)
        if len(kept.data) > at_most:
            raise OriginalTooLarge(
                f"The file has {len(kept.data)} bytes.", kept.etag, len(kept.data), None
            )
        return StoredObject(data=kept.data, etag=kept.etag, version_id=None)

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
        now = self.clock()
        kept = StoredFile(data, content_type, cache_control, now, content_disposition)
        self.kept[bucket, key] = kept
        return kept.etag

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
        kept = self.kept.get((bucket, source))
        if kept is None:
            raise ObjectMissing(source)
        self.write(
            bucket,
            key,
            kept.data,
            content_type=content_type,
            cache_control=cache_control,
            content_disposition=content_disposition,
        )

    def exists(self, bucket: str, key: str) -> bool:
        return (bucket, key) in self.kept

    def list_keys(self, bucket: str, prefix: str) -> Iterator[str]:
        yield from sorted(k for b, k in list(self.kept) if b == bucket and k.startswith(prefix))

    def page(self, bucket: str, after: str, limit: int) -> list[ListedObject]:
        keys = sorted((k for b, k in list(self.kept) if b == bucket), key=str.encode)
        found = [(key, self.kept[bucket, key]) for key in keys if key.encode() > after.encode()]
        return [
            ListedObject(key=key, bytes=len(kept.data), etag=kept.etag, modified=kept.modified)
            for key, kept in found[:limit]
        ]

    def erase_version(self, bucket: str, key: str, version_id: str) -> None:
        if version_id == "null":
            self.erase(bucket, key)

    def versions(self, bucket: str, key: str) -> Iterator[Sequence[ListedVersion]]:
        kept = self.kept.get((bucket, key))
        if kept:
            modified = kept.modified.replace(microsecond=0)
            yield [ListedVersion(key=key, id="null", modified=modified, latest=True)]

    def versions_below(self, bucket: str, prefix: str) -> Iterator[Sequence[ListedVersion]]:
        found = [
            page for key in self.list_keys(bucket, prefix) for page in self.versions(bucket, key)
        ]
        if found:
            yield [version for page in found for version in page]

    def erase(self, bucket: str, key: str) -> None:
        self.kept.pop((bucket, key), None)

    def erase_versions(self, bucket: str, versions: Sequence[ListedVersion]) -> None:
        for version in versions:
            self.erase(bucket, version.key)
