"""Publishes the page: its files in the site bucket, and their invalidation in the CDN."""

<<<<<<< HEAD
=======
import base64
import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from chalicelib import __version__
>>>>>>> main
from ops.account import Account
from ops.aws_errors import explained
from ops.deploy import publication
from ops.deploy.publication import File, Publication
from ops.project import FRONTEND
from ops.site_folder import page

__all__ = ["File", "Publication", "compare", "page_files", "publish"]


def page_files(site: str) -> list[File]:
<<<<<<< HEAD
    """The files of `frontend/` with the user's texts, and config.json with the API's address."""
    return [*static_files(), publication.addresses_file(site)]


def static_files() -> list[File]:
    """The page's files that are the same for every stage."""
=======
    """The files of `frontend/` with the user's texts, and config.json: addresses and version."""
>>>>>>> main
    paths = [path.relative_to(FRONTEND) for path in sorted(FRONTEND.rglob("*")) if path.is_file()]
    return [
        File(path.as_posix(), page.customized(path.as_posix(), (FRONTEND / path).read_bytes()))
        for path in paths
        if not any(part.startswith(".") for part in path.parts)
    ]
<<<<<<< HEAD
=======
    config = {"api": f"{site}/api", "images": f"{site}/images", "version": __version__}
    return [*files, File("config.json", json.dumps(config).encode())]
>>>>>>> main


def compare(account: Account, bucket: str, files: list[File]) -> Publication:
    """Compare `files` with the bucket, by checksum and headers."""
    with explained():
        return publication.compare(account.client("s3"), bucket, files)


def publish(account: Account, bucket: str, distribution: str, changes: Publication) -> int:
    """Upload and delete files in the bucket and invalidate them: the number of paths.

    Files of an earlier update that was interrupted before their invalidation are included.
    """
    clients = account.client("s3"), account.client("cloudfront")
    with explained():
        return publication.publish(*clients, bucket, distribution, changes)
