"""Uploads in parts in memory."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from chalicelib.errors import UploadGone
from chalicelib.ports.objects import PresignedPut, StoredPart, UnfinishedUpload
from tests.fakes.objects import MemoryObjects


class MemoryMultipart:
    """In-memory MultipartStore, whose files arrive in a bucket of a MemoryObjects."""

    def __init__(self, objects: MemoryObjects, bucket: str) -> None:
        self._objects = objects
        self._bucket = bucket
        self.begun: dict[tuple[str, str], datetime] = {}
        self._parts: dict[tuple[str, str], dict[int, bytes]] = {}
        self._types: dict[tuple[str, str], str] = {}

    def begin(self, key: str, content_type: str) -> str:
        upload_id = f"upload-{len(self._types) + 1}"
        self.begun[key, upload_id] = self._objects.clock()
        self._parts[key, upload_id] = {}
        self._types[key, upload_id] = content_type
        return upload_id

    def presign_part(
        self, key: str, upload_id: str, number: int, size: int, sha256: str, seconds: int
    ) -> PresignedPut:
        url = f"https://uploads.example/{key}?{upload_id}&{number}&{seconds}"
        return PresignedPut(url=url, headers={"sha256": sha256, "Content-Length": str(size)})

    def receive(self, key: str, upload_id: str, number: int, data: bytes) -> None:
        """What a PUT to a part's URL does."""
        self._found(key, upload_id)[number] = data

    def parts(self, key: str, upload_id: str) -> list[StoredPart]:
        found = sorted(self._found(key, upload_id).items())
        return [_stored(number, data) for number, data in found]

    def assemble(self, key: str, upload_id: str, parts: Sequence[StoredPart]) -> None:
        found = self._found(key, upload_id)
        if self._objects.exists(self._bucket, key):
            raise UploadGone(key)
        data = b"".join(found[part.number] for part in parts)
        content_type = self._types[key, upload_id]
        self._objects.write(self._bucket, key, data, content_type=content_type, cache_control="")
        self.abort(key, upload_id)

    def abort(self, key: str, upload_id: str) -> None:
        self._parts.pop((key, upload_id), None)
        self.begun.pop((key, upload_id), None)

    def unfinished(self) -> Iterator[UnfinishedUpload]:
        for (key, upload_id), began in [*self.begun.items()]:
            yield UnfinishedUpload(key=key, upload_id=upload_id, began=began)

    def _found(self, key: str, upload_id: str) -> dict[int, bytes]:
        if (key, upload_id) not in self._parts:
            raise UploadGone(key)
        return self._parts[key, upload_id]


def _stored(number: int, data: bytes) -> StoredPart:
    etag, sha256 = hashlib.md5(data, usedforsecurity=False), hashlib.sha256(data)
    return StoredPart(
        number=number, bytes=len(data), etag=etag.hexdigest(), sha256=sha256.hexdigest()
    )
