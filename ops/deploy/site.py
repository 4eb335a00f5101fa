"""Publishes the page: its files in the site bucket, and their invalidation in the CDN."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops.account import Account
from ops.aws_errors import explained
from ops.local.http.pages import content_type
from ops.project import PROJECT

FRONTEND = PROJECT / "frontend"

# Browsers revalidate each time; the CDN keeps a file for an hour, or until it is invalidated.
_CACHE_CONTROL = "public, max-age=0, s-maxage=3600, must-revalidate"


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


def page_files(site: str) -> list[File]:
    """The files of `frontend/`, and config.json with the API's address."""
    paths = [path.relative_to(FRONTEND) for path in sorted(FRONTEND.rglob("*")) if path.is_file()]
    files = [
        File(path.as_posix(), (FRONTEND / path).read_bytes())
        for path in paths
        if not any(part.startswith(".") for part in path.parts)
    ]
    addresses = {"api": f"{site}/api", "images": f"{site}/images"}
    return [*files, File("config.json", json.dumps(addresses).encode())]


def compare(account: Account, bucket: str, files: list[File]) -> Publication:
    """Compare `files` with the bucket, by checksum and headers."""
    s3 = account.client("s3")
    with explained():
        there = {key for key, _ in _objects(s3, bucket)}
        changed = [f for f in files if f.key not in there or not _is_there(s3, bucket, f)]
    return Publication(tuple(changed), tuple(sorted(there - {file.key for file in files})))


def publish(account: Account, bucket: str, publication: Publication) -> None:
    """Upload and delete files in the bucket."""
    s3 = account.client("s3")
    with explained():
        for file in publication.changed:
            s3.put_object(
                Bucket=bucket,
                Key=file.key,
                Body=file.content,
                ChecksumAlgorithm="SHA256",
                **file.headers,
            )
        for key in publication.removed:
            s3.delete_object(Bucket=bucket, Key=key)


def invalidate(account: Account, distribution: str, bucket: str, removed: tuple[str, ...]) -> int:
    """Invalidate files that were removed, or written since the last invalidation.

    Returns the number of paths. The bucket's timestamps decide, so that an interruption before
    this step loses nothing.
    """
    cloudfront = account.client("cloudfront")
    with explained():
        last = _last_invalidation(cloudfront, distribution)
        written = [
            key
            for key, modified in _objects(account.client("s3"), bucket)
            if last is None or modified >= last
        ]
        paths = sorted(_paths({*written, *removed}))
        if paths:
            _invalidate(cloudfront, distribution, paths)
    return len(paths)


def _is_there(s3: Any, bucket: str, file: File) -> bool:
    found = s3.head_object(Bucket=bucket, Key=file.key, ChecksumMode="ENABLED")
    wanted = {**file.headers, "ChecksumSHA256": file.checksum}
    return all(found.get(name) == value for name, value in wanted.items())


def _objects(s3: Any, bucket: str) -> Iterator[tuple[str, datetime]]:
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for item in page.get("Contents", ()):
                yield item["Key"], item["LastModified"]
    except s3.exceptions.NoSuchBucket:
        return


def _last_invalidation(cloudfront: Any, distribution: str) -> datetime | None:
    listed = cloudfront.list_invalidations(DistributionId=distribution, MaxItems="1")
    items = listed["InvalidationList"].get("Items", ())
    return items[0]["CreateTime"] if items else None


def _paths(keys: set[str]) -> Iterator[str]:
    for key in keys:
        yield f"/{key}"
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
