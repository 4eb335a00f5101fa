"""Uploads in parts, on S3."""

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of, translate_transient_errors
from chalicelib.errors import UploadGone
from chalicelib.ports.objects import PresignedPut, StoredPart, UnfinishedUpload

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

# The second one: an object of this key exists.
_GONE = frozenset({"NoSuchUpload", "PreconditionFailed"})


class S3Multipart:
    """S3 implementation of MultipartStore, for one bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def begin(self, key: str, content_type: str) -> str:
        """Begin an upload whose parts have a SHA-256 each: its id."""
        with translate_transient_errors("S3"):
            response = clients.s3().create_multipart_upload(
                Bucket=self._bucket, Key=key, ContentType=content_type, ChecksumAlgorithm="SHA256"
            )
        return response["UploadId"]

    def presign_part(
        self, key: str, upload_id: str, number: int, size: int, sha256: str, seconds: int
    ) -> PresignedPut:
        """A PUT of this part; the server checks length and checksum. Makes no network call."""
        checksum = _encoded(sha256)
        url = clients.s3().generate_presigned_url(
            "upload_part",
            {
                "Bucket": self._bucket,
                "Key": key,
                "UploadId": upload_id,
                "PartNumber": number,
                "ContentLength": size,
                "ChecksumSHA256": checksum,
            },
            ExpiresIn=seconds,
        )
        headers = {"x-amz-checksum-sha256": checksum, "Content-Length": str(size)}
        return PresignedPut(url=url, headers=headers)

    def parts(self, key: str, upload_id: str) -> list[StoredPart]:
        """The parts that are there, 1,000 for each request."""
        found: dict[int, StoredPart] = {}
        pages = clients.s3().get_paginator("list_parts")
        with _translated(key):
            for page in pages.paginate(Bucket=self._bucket, Key=key, UploadId=upload_id):
                # SeaweedFS lists a part that was sent twice twice; the last one counts.
                for part in page.get("Parts", ()):
                    checksum = part.get("ChecksumSHA256")
                    found[part["PartNumber"]] = StoredPart(
                        number=part["PartNumber"],
                        bytes=part["Size"],
                        etag=part["ETag"],
                        sha256=base64.b64decode(checksum).hex() if checksum else None,
                    )
        return [found[number] for number in sorted(found)]

    def assemble(self, key: str, upload_id: str, parts: Sequence[StoredPart]) -> None:
        """Put the parts together, unless the key has an object."""
        with _translated(key):
            clients.s3().complete_multipart_upload(
                Bucket=self._bucket,
                Key=key,
                UploadId=upload_id,
                MultipartUpload={"Parts": [_completed(part) for part in parts]},
                IfNoneMatch="*",
            )

    def abort(self, key: str, upload_id: str) -> None:
        """Abort the upload and delete its parts."""
        with suppress(UploadGone), _translated(key):
            clients.s3().abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload_id)

    def unfinished(self) -> Iterator[UnfinishedUpload]:
        """All uploads that have begun, 1,000 for each request."""
        pages = clients.s3().get_paginator("list_multipart_uploads")
        with translate_transient_errors("S3"):
            for page in pages.paginate(Bucket=self._bucket):
                for upload in page.get("Uploads", ()):
                    yield UnfinishedUpload(
                        key=upload["Key"],
                        upload_id=upload["UploadId"],
                        began=upload["Initiated"],
                    )


@contextmanager
def _translated(key: str) -> Iterator[None]:
    with translate_transient_errors("S3"):
        try:
            yield
        except ClientError as reason:
            if code_of(reason) in _GONE:
                raise UploadGone(key) from reason
            raise


def _completed(part: StoredPart) -> "CompletedPartTypeDef":
    completed: CompletedPartTypeDef = {"PartNumber": part.number, "ETag": part.etag}
    if part.sha256:
        completed["ChecksumSHA256"] = _encoded(part.sha256)
    return completed


def _encoded(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode()
