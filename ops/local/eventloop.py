"""The event loop's source: SeaweedFS's log of changes, queues and the clock become tasks."""

import functools
import logging
import os
import subprocess
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ops.local import names
from ops.local.changes import StoredState, changes, documents, timestamps
from ops.local.database import Database, set_mark
from ops.local.inventory import Inventory
from ops.local.options import Options, read_options
from ops.local.patience import LOOK, PATIENCE
from ops.local.polling import start_polling
from ops.local.processes import dying_with_us
from ops.local.schedule import start_schedule
from ops.local.seaweed import weed_program

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_OVERLAP = 10.0  # seconds of the log that are read twice: the inventory knows them
_LONGEST_AGO = 86_400.0
_PAUSE = 0.2
_S3 = Config(signature_version="s3v4", s3={"addressing_style": "path"})
_log = logging.getLogger("event loop")


def main() -> None:
    """Run until the process is ended."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    options = read_options(os.environ)
    database = Database(options.data / "events.sqlite")
    inventory = Inventory(database)
    inventory.forget_removed(time.time_ns())
    start_polling(options)
    start_schedule(options)
    threading.Thread(target=_prove, args=(options,), daemon=True).start()
    while True:
        try:
            _follow(inventory)
        except (BotoCoreError, ClientError):
            _log.exception("S3 does not answer.")
        time.sleep(_PAUSE)


def _follow(inventory: Inventory) -> None:
    """Read the log until it breaks off; what it may have missed is looked up at its beginning."""
    with _tail(inventory.cursor()) as tail:
        try:
            made = inventory.reconcile(_listed(), time.time_ns())
            _log.info("The log is read on; %d changes were not in it.", made)
            for document in documents(tail.stdout or ()):
                inventory.record(changes(document), timestamps(document))
        finally:
            tail.kill()


def _tail(cursor: int) -> subprocess.Popen[str]:
    ago = min(max(time.time() - cursor / 1e9, 0.0), _LONGEST_AGO) + _OVERLAP
    command = [
        weed_program(),
        "filer.meta.tail",
        f"-filer={os.environ[names.FILER]}",
        f"-pathPrefix=/buckets/{names.UPLOADS_BUCKET}/",
        f"-timeAgo={ago:.3f}s",
    ]
    return subprocess.Popen(
        dying_with_us(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env={**os.environ, "GOMEMLIMIT": "64MiB"},
        encoding="utf-8",
    )


def _listed() -> Iterator[StoredState]:
    pages = _s3().get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=names.UPLOADS_BUCKET):
        for found in page.get("Contents", ()):
            if not found["Key"].startswith(names.PROBES):
                etag = found["ETag"].strip('"')
                written = int(found["LastModified"].timestamp())
                version = f"{etag}/{written}"
                yield StoredState(found["Key"], etag, found["Size"], version, "-" in etag)


def _prove(options: Options) -> None:
    """Upload something as a browser would, see it arrive in the log, and say so."""
    database = Database(options.data / "events.sqlite")
    key = f"{names.PROBES}{uuid.uuid4()}"
    target = {"Bucket": names.UPLOADS_BUCKET, "Key": key}
    url = _s3().generate_presigned_url("put_object", target, ExpiresIn=round(PATIENCE))
    request = urllib.request.Request(url, data=b"probe", method="PUT")  # noqa: S310 - our own S3
    while not _is_taken(request):
        time.sleep(_PAUSE)
    while database.mark("probe") != key:
        time.sleep(0.02)
    _s3().delete_object(Bucket=names.UPLOADS_BUCKET, Key=key)
    with database.change() as connection:
        set_mark(connection, names.EVENT_LOOP, str(os.getpid()))


def _is_taken(request: urllib.request.Request) -> bool:
    try:
        urllib.request.urlopen(request, timeout=LOOK).close()  # noqa: S310
    except OSError as reason:
        _log.warning("S3 does not take the probe: %s", reason)
        return False
    return True


@functools.cache
def _s3() -> "S3Client":
    return boto3.session.Session().client("s3", config=_S3)


if __name__ == "__main__":
    main()
