"""Publishes the page: its files in the site bucket, and their invalidation in the CDN."""

from chalicelib import __version__
from ops.account import Account
from ops.aws_errors import explained
from ops.deploy import publication
from ops.deploy.publication import File, Publication
from ops.project import FRONTEND
from ops.site_folder import page

__all__ = ["File", "Publication", "compare", "page_files", "publish"]


def page_files(site: str) -> list[File]:
    """The files of `frontend/` with the user's texts, and config.json: addresses and version."""
    return [*static_files(), publication.addresses_file(site, __version__)]


def static_files() -> list[File]:
    """The page's files that are the same for every stage."""
    paths = [path.relative_to(FRONTEND) for path in sorted(FRONTEND.rglob("*")) if path.is_file()]
    return [
        File(path.as_posix(), page.customized(path.as_posix(), (FRONTEND / path).read_bytes()))
        for path in paths
        if not any(part.startswith(".") for part in path.parts)
    ]


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
