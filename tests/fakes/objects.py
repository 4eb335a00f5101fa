"""Buckets and objects in memory."""

import hashlib
from collections.abc import Iterator

from msgspec import Struct

from chalicelib.errors import ObjectMissing, Reason, Rejection
from chalicelib.ports import StoredObject


class Kept(Struct, frozen=True):
    data: bytes
    content_type: str
    cache_control: str


class MemoryObjects:
    """The ObjectStore that a dictionary is."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Kept] = {}

    def read(self, bucket: str, key: str, at_most: int) -> StoredObject:
        kept = self.kept.get((bucket, key))
        if kept is None:
            raise ObjectMissing(key)
        if len(kept.data) > at_most:
            raise Rejection(Reason.TOO_MANY_BYTES, f"The file has {len(kept.data)} bytes.")
        return StoredObject(
            data=kept.data,
            etag=hashlib.md5(kept.data, usedforsecurity=False).hexdigest(),
            version_id=None,
        )

    def write(
        self, bucket: str, key: str, data: bytes, *, content_type: str, cache_control: str
    ) -> None:
        self.kept[bucket, key] = Kept(data, content_type, cache_control)

    def exists(self, bucket: str, key: str) -> bool:
        return (bucket, key) in self.kept

    def list_keys(self, bucket: str, prefix: str) -> Iterator[str]:
        yield from sorted(k for b, k in list(self.kept) if b == bucket and k.startswith(prefix))

    def erase(self, bucket: str, key: str) -> None:
        self.kept.pop((bucket, key), None)
