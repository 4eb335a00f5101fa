"""Buckets and objects on S3."""

from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of, translate_transient_errors
from chalicelib.errors import ObjectMissing, OriginalTooLarge, ReadRefused
from chalicelib.model import keys
from chalicelib.model.sizes import readable
from chalicelib.ports.objects import ListedObject, ListedVersion, StoredObject

_ABSENT = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})


class S3Objects:
    """S3 implementation of ObjectStore."""

    def read(
        self, bucket: str, key: str, at_most: int, version_id: str | None = None
    ) -> StoredObject:
        """The object or a version, in one call; never reads more than `at_most` bytes."""
        which: Any = {"VersionId": version_id} if version_id else {}
        with translate_transient_errors("S3"):
            try:
                response = clients.s3().get_object(Bucket=bucket, Key=key, **which)
            except ClientError as reason:
                if code_of(reason) in _ABSENT:
                    raise ObjectMissing(key) from reason
                if code_of(reason) == "AccessDenied":
                    raise ReadRefused(key) from reason
                raise
            etag, version = response["ETag"].strip('"'), response.get("VersionId")
            found = version if version != "null" else None
            with response["Body"] as body:
                if response["ContentLength"] > at_most:
                    sentence = f"The file is too large. The limit is {readable(at_most)}."
                    raise OriginalTooLarge(sentence, etag, response["ContentLength"], found)
                return StoredObject(data=body.read(), etag=etag, version_id=found)

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
        """Copy an object of at most 5 GB within the bucket, with other response headers."""
        with translate_transient_errors("S3"):
            try:
                clients.s3().copy_object(
                    Bucket=bucket,
                    Key=key,
                    CopySource={"Bucket": bucket, "Key": source},
                    MetadataDirective="REPLACE",
                    ContentType=content_type,
                    CacheControl=cache_control,
                    ContentDisposition=content_disposition,
                )
            except ClientError as reason:
                if code_of(reason) in _ABSENT:
                    raise ObjectMissing(source) from reason
                raise

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
            return self._is_exact(bucket, key)

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

    def versions(self, bucket: str, key: str) -> Iterator[Sequence[ListedVersion]]:
        """All versions and delete markers of exactly `key`, the newest on the first page."""
        for page in self.versions_below(bucket, key):
            own = [version for version in page if version.key == key]
            if own:
                yield own
            if len(own) < len(page):
                break  # keys that only begin with `key` follow it, and they may be millions

    def erase_version(self, bucket: str, key: str, version_id: str) -> None:
        """Delete this version of the object."""
        with translate_transient_errors("S3"):
            clients.s3().delete_object(Bucket=bucket, Key=key, VersionId=version_id)

    def versions_below(self, bucket: str, prefix: str) -> Iterator[Sequence[ListedVersion]]:
        """All versions and delete markers below `prefix`, in pages of at most 1,000."""
        pages = clients.s3().get_paginator("list_object_versions")
        with translate_transient_errors("S3"):
            for page in pages.paginate(Bucket=bucket, Prefix=prefix):
                found = (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
                if found:
                    yield [
                        ListedVersion(
                            key=item["Key"],
                            id=item["VersionId"],
                            modified=item["LastModified"],
                            latest=item["IsLatest"],
                        )
                        for item in found
                    ]

    def erase(self, bucket: str, key: str) -> None:
        """Delete all versions and delete markers of exactly `key`."""
        for page in self.versions(bucket, key):
            self.erase_versions(bucket, page)

    def erase_versions(self, bucket: str, versions: Sequence[ListedVersion]) -> None:
        """Delete these versions in one call, at most 1,000."""
        if len(versions) > 1:
            named = [{"Key": version.key, "VersionId": version.id} for version in versions]
            with translate_transient_errors("S3"):
                response = clients.s3().delete_objects(
                    Bucket=bucket,
                    Delete={"Objects": named, "Quiet": True},  # type: ignore[typeddict-item]
                )
            failed = {error.get("Key") for error in response.get("Errors", ())}
            versions = [version for version in versions if version.key in failed]
        # One by one, a refusal raises its error, and a transient one is retried.
        for version in versions:
            self.erase_version(bucket, version.key, version.id)

    def _is_exact(self, bucket: str, key: str) -> bool:
        """Whether the object that the server finds under `key` is stored under this very key.

        Otherwise `uploads//ann/...` would be Ann's object, and belong to whoever asked for it.
        """
        if not keys.is_ambiguous(key):
            return True
        # SeaweedFS's list of objects repeats the request's spelling, that of versions does not.
        found = clients.s3().list_object_versions(Bucket=bucket, Prefix=key, MaxKeys=1)
        return any(version["Key"] == key for version in found.get("Versions", ()))
