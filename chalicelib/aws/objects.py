"""Buckets and objects on S3."""

from collections.abc import Collection, Iterator

from botocore.exceptions import ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of, translate_transient_errors
from chalicelib.errors import ObjectMissing, OriginalTooLarge, ReadRefused
from chalicelib.model.sizes import readable
from chalicelib.ports.objects import ListedObject, StoredObject

_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Objects:
    """S3 implementation of ObjectStore."""

    def read(self, bucket: str, key: str, at_most: int) -> StoredObject:
        """The object, in one call; never reads more than `at_most` bytes."""
        with translate_transient_errors("S3"):
            try:
                response = clients.s3().get_object(Bucket=bucket, Key=key)
            except ClientError as reason:
                if code_of(reason) in _ABSENT:
                    raise ObjectMissing(key) from reason
                if code_of(reason) == "AccessDenied":
                    raise ReadRefused(key) from reason
                raise
            with response["Body"] as body:
                if response["ContentLength"] > at_most:
                    size, etag = response["ContentLength"], response["ETag"].strip('"')
                    sentence = f"The file is too large. The limit is {readable(at_most)}."
                    raise OriginalTooLarge(sentence, etag, size)
                data = body.read()
        version = response.get("VersionId")
        return StoredObject(
            data=data,
            etag=response["ETag"].strip('"'),
            version_id=version if version != "null" else None,
        )

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
        """Store `data` under `key` with its response headers and return its ETag."""
        with translate_transient_errors("S3"):
            response = clients.s3().put_object(
                Bucket=bucket,
                Key=key,
                Body=data,
                ContentType=content_type,
                CacheControl=cache_control,
                ContentDisposition=content_disposition,
            )
        return response["ETag"].strip('"')

    def exists(self, bucket: str, key: str) -> bool:
        """Whether the object exists."""
        with translate_transient_errors("S3"):
            try:
                clients.s3().head_object(Bucket=bucket, Key=key)
            except ClientError as reason:
                if code_of(reason) in _ABSENT:
                    return False
                if code_of(reason) == "400":  # a HEAD response has no error code
                    raise ReadRefused(key) from reason
                raise
        return True

    def list_keys(self, bucket: str, prefix: str) -> Iterator[str]:
        """All keys below `prefix`, a page of 1,000 at a time."""
        pages = clients.s3().get_paginator("list_objects_v2")
        with translate_transient_errors("S3"):
            for page in pages.paginate(Bucket=bucket, Prefix=prefix):
                yield from (found["Key"] for found in page.get("Contents", ()))

    def page(self, bucket: str, after: str, limit: int) -> list[ListedObject]:
        """The next objects after `after`, in UTF-8 order of their keys; at most 1,000."""
        with translate_transient_errors("S3"):
            found = clients.s3().list_objects_v2(Bucket=bucket, StartAfter=after, MaxKeys=limit)
        return [
            ListedObject(
                key=item["Key"],
                bytes=item["Size"],
                etag=item["ETag"].strip('"'),
                modified=item["LastModified"],
            )
            for item in found.get("Contents", ())
        ]

    def erase(self, bucket: str, key: str, versions: Collection[str] | None = None) -> None:
        """Delete versions and delete markers of exactly `key`: all, or those named."""
        with translate_transient_errors("S3"):
            for version in self._versions(bucket, key):
                if versions is None or version in versions:
                    clients.s3().delete_object(Bucket=bucket, Key=key, VersionId=version)

    def versions(self, bucket: str, key: str) -> list[str]:
        """The ids of all versions and delete markers of exactly `key`."""
        with translate_transient_errors("S3"):
            return list(self._versions(bucket, key))

    def _versions(self, bucket: str, key: str) -> Iterator[str]:
        pages = clients.s3().get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=bucket, Prefix=key):
            for found in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                if found["Key"] == key:
                    yield found["VersionId"]
