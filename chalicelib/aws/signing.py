"""Presigned URLs for the uploads bucket, SigV4."""

import base64

from chalicelib.aws import clients
from chalicelib.ports.objects import PresignedPost, PresignedPut


class S3Signer:
    """S3 implementation of Signer, for one bucket. Signing makes no network call."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def presign_post(
        self, key: str, content_type: str, sha256: str | None, max_bytes: int, seconds: int
    ) -> PresignedPost:
        """A POST policy for exactly this key, type and checksum, and 1 to `max_bytes` bytes."""
        fields = {"Content-Type": content_type}
        if sha256:
            digest = base64.b64encode(bytes.fromhex(sha256)).decode()
            fields |= {
                "x-amz-checksum-algorithm": "SHA256",
                "x-amz-checksum-sha256": digest,
            }
        conditions: list[object] = [["content-length-range", 1, max_bytes]]
        conditions += [{name: value} for name, value in fields.items()]
        form = clients.s3().generate_presigned_post(
            self._bucket, key, Fields=fields, Conditions=conditions, ExpiresIn=seconds
        )
        return PresignedPost(url=form["url"], fields=form["fields"])

    def presign_put(
        self, key: str, content_type: str, size: int | None, seconds: int
    ) -> PresignedPut:
        """A PUT of a new object with signed type, and signed length if `size` is given."""
        parameters: dict[str, object] = {
            "Bucket": self._bucket,
            "Key": key,
            "ContentType": content_type,
            "IfNoneMatch": "*",
        }
        headers = {"Content-Type": content_type, "If-None-Match": "*"}
        if size is not None:
            parameters["ContentLength"] = size
            headers["Content-Length"] = str(size)
        url = clients.s3().generate_presigned_url("put_object", parameters, ExpiresIn=seconds)
        return PresignedPut(url=url, headers=headers)

    def presign_get(
        self, key: str, version_id: str | None, content_type: str, disposition: str, seconds: int
    ) -> str:
        """A GET of the object, or of this version of it, with these response headers."""
        parameters: dict[str, object] = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentType": content_type,
            "ResponseContentDisposition": disposition,
        }
        if version_id:
            parameters["VersionId"] = version_id
        return clients.s3().generate_presigned_url("get_object", parameters, ExpiresIn=seconds)
