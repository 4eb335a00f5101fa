"""Makes the site bucket hold exactly the page's files, and the CDN forget what changed.

`make deploy` does this with the user's credentials, the setup function of a stage with its own. It
needs only the standard library and the clients that it is given.
"""

import base64
import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ops.content_types import content_type

# Browsers revalidate each time; the CDN keeps a file for an hour, or until it is invalidated.
_CACHE_CONTROL = "public, max-age=0, s-maxage=3600, must-revalidate"
# The keys that an update changes, in the site bucket itself until they have been invalidated.
_JOURNAL = ".to-invalidate.json"


@dataclass(frozen=True)
class File:
    """One file of the page, as it should be in the bucket."""

    key: str
    content: bytes

    @property
    def headers(self) -> dict[str, str]:
        """Headers that S3 serves with the content."""
        return {"ContentType": content_type(self.key), "CacheControl": _CACHE_CONTROL}

    @property
    def checksum(self) -> str:
        """The SHA-256 in S3's format, base64."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()


@dataclass(frozen=True)
class Publication:
    """The changes that make the bucket hold exactly the page."""

    changed: tuple[File, ...]
    removed: tuple[str, ...]


def addresses_file(site: str, version: str) -> File:
    """The page's config.json: where API and images of the page at `site` are, and its version."""
    config = {"api": f"{site}/api", "images": f"{site}/images", "version": version}
    return File("config.json", json.dumps(config).encode())


def compare(s3: Any, bucket: str, files: list[File]) -> Publication:
    """Compare `files` with the bucket, by checksum and headers."""
    there = set(keys(s3, bucket)) - {_JOURNAL}
    changed = [f for f in files if f.key not in there or not _is_there(s3, bucket, f)]
    return Publication(tuple(changed), tuple(sorted(there - {file.key for file in files})))


def publish(s3: Any, cloudfront: Any, bucket: str, distribution: str, changes: Publication) -> int:
    """Upload and delete files in the bucket and invalidate them: the number of paths.

    Files of an earlier update that was interrupted before their invalidation are included.
    """
    touched = {file.key for file in changes.changed} | {*changes.removed}
    touched |= _interrupted(s3, bucket)
    paths = sorted(_paths(touched))
    if not paths:
        return 0
    _note(s3, bucket, touched)
    for file in changes.changed:
        s3.put_object(
            Bucket=bucket,
            Key=file.key,
            Body=file.content,
            ChecksumAlgorithm="SHA256",
            **file.headers,
        )
    for key in changes.removed:
        s3.delete_object(Bucket=bucket, Key=key)
    _invalidate(cloudfront, distribution, paths)
    s3.delete_object(Bucket=bucket, Key=_JOURNAL)
    return len(paths)


def _is_there(s3: Any, bucket: str, file: File) -> bool:
    found = s3.head_object(Bucket=bucket, Key=file.key, ChecksumMode="ENABLED")
    wanted = {**file.headers, "ChecksumSHA256": file.checksum}
    return all(found.get(name) == value for name, value in wanted.items())


def keys(s3: Any, bucket: str) -> Iterator[str]:
    """The keys of all objects; none if there is no such bucket."""
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            yield from (item["Key"] for item in page.get("Contents", ()))
    except s3.exceptions.NoSuchBucket:
        return


def _interrupted(s3: Any, bucket: str) -> set[str]:
    """The keys that an interrupted update changed, or was about to."""
    try:
        return set(json.load(s3.get_object(Bucket=bucket, Key=_JOURNAL)["Body"]))
    except s3.exceptions.NoSuchKey:
        return set()


def _note(s3: Any, bucket: str, changed: Iterable[str]) -> None:
    body = json.dumps(sorted(changed)).encode()
    s3.put_object(Bucket=bucket, Key=_JOURNAL, Body=body, ContentType="application/json")


def _paths(changed: set[str]) -> Iterator[str]:
    for key in changed:
        yield f"/{quote(key)}"
        if key == "index.html":
            yield "/"


def _invalidate(cloudfront: Any, distribution: str, paths: list[str]) -> None:
    # A wildcard would be one path, but it would invalidate every picture, too.
    cloudfront.create_invalidation(
        DistributionId=distribution,
        InvalidationBatch={
            "Paths": {"Quantity": len(paths), "Items": paths},
            "CallerReference": str(time.time_ns()),
        },
    )
