"""Buckets and objects on S3."""

from collections.abc import Collection, Iterator

from botocore.exceptions import ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of, passing_faults_renamed
from chalicelib.errors import ObjectMissing, Oversized, ReadRefused
from chalicelib.ports import Listed, StoredObject

_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Objects:
    """The ObjectStore that S3 is."""

    def read(self, bucket: str, key: str, at_most: int) -> StoredObject:
        """The object, in one answer; no more than `at_most` bytes are ever read."""
        with passing_faults_renamed("S3"):
            try:
                answer = clients.s3().get_object(Bucket=bucket, Key=key)
            except ClientError as reason:
                if code_of(reason) in _ABSENT:
                    raise ObjectMissing(key) from reason
                if code_of(reason) == "AccessDenied":
                    raise ReadRefused(key) from reason
                raise
            with answer["Body"] as body:
                if answer["ContentLength"] > at_most:
                    size, etag = answer["ContentLength"], answer["ETag"].strip('"')
                    sentence = f"The file has {size} bytes; the most is {at_most}."
                    raise Oversized(sentence, etag, size)
                data = body.read()
        version = answer.get("VersionId")
        return StoredObject(
            data=data,
            etag=answer["ETag"].strip('"'),
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
        """Store `data` under `key`, as it is to be served: its ETag."""
        with passing_faults_renamed("S3"):
            answer = clients.s3().put_object(
                Bucket=bucket,
                Key=key,
                Body=data,
                ContentType=content_type,
                CacheControl=cache_control,
                ContentDisposition=content_disposition,
            )
        return answer["ETag"].strip('"')

    def exists(self, bucket: str, key: str) -> bool:
        """Whether there is such an object now."""
        with passing_faults_renamed("S3"):
            try:
                clients.s3().head_object(Bucket=bucket, Key=key)
            except ClientError as reason:
                if code_of(reason) in _ABSENT:
                    return False
                if code_of(reason) == "400":  # HEAD tells no more
                    raise ReadRefused(key) from reason
                raise
        return True

    def list_keys(self, bucket: str, prefix: str) -> Iterator[str]:
        """All keys below `prefix`, a page of 1,000 at a time."""
        pages = clients.s3().get_paginator("list_objects_v2")
        with passing_faults_renamed("S3"):
            for page in pages.paginate(Bucket=bucket, Prefix=prefix):
                yield from (found["Key"] for found in page.get("Contents", ()))

    def page(self, bucket: str, after: str, limit: int) -> list[Listed]:
        """The next objects behind `after`, in the order of the keys' UTF-8; at most 1,000."""
        with passing_faults_renamed("S3"):
            found = clients.s3().list_objects_v2(Bucket=bucket, StartAfter=after, MaxKeys=limit)
        return [
            Listed(
                key=item["Key"],
                bytes=item["Size"],
                etag=item["ETag"].strip('"'),
                modified=item["LastModified"],
            )
            for item in found.get("Contents", ())
        ]

    def erase(self, bucket: str, key: str, versions: Collection[str] | None = None) -> None:
        """Remove the versions and delete markers of exactly `key`, all or those named."""
        with passing_faults_renamed("S3"):
            for version in self._versions(bucket, key):
                if versions is None or version in versions:
                    clients.s3().delete_object(Bucket=bucket, Key=key, VersionId=version)

    def versions(self, bucket: str, key: str) -> list[str]:
        """The ids of all versions and delete markers of exactly `key`."""
        with passing_faults_renamed("S3"):
            return list(self._versions(bucket, key))

    def _versions(self, bucket: str, key: str) -> Iterator[str]:
        pages = clients.s3().get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=bucket, Prefix=key):
            for found in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                if found["Key"] == key:
                    yield found["VersionId"]
