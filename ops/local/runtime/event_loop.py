"""The event loop: turns SeaweedFS's change log, queue messages and the schedule into tasks."""

import functools
import logging
import os
import sqlite3
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
from ops.local.runtime.change_log import StoredState, changes, documents, timestamps
from ops.local.runtime.inventory import Inventory
from ops.local.runtime.polling import start_polling
from ops.local.runtime.schedule import start_schedule
from ops.local.stack.options import Options, read_options
from ops.local.stack.processes import dying_with_us
from ops.local.stack.timeouts import PART_TIMEOUT_SECONDS, PROBE_TIMEOUT_SECONDS
from ops.local.storage.database import Database, set_mark
from ops.local.storage.seaweed import weed_program

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_OVERLAP = 10.0  # seconds of the log that are read twice: the inventory drops duplicates
_LONGEST_AGO = 86_400.0
_PAUSE = 0.2
_S3 = Config(signature_version="s3v4", s3={"addressing_style": "path"})
_log = logging.getLogger("event loop")


def main() -> None:
    """Run until the process is stopped."""
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
            _log.exception("S3 does not respond.")
        except sqlite3.OperationalError:
            _log.exception("The events cannot be recorded yet.")
        time.sleep(_PAUSE)


def _follow(inventory: Inventory) -> None:
    """Read the log until the stream ends; changes it may have missed are reconciled first."""
    with _tail(inventory.cursor()) as tail:
        try:
            made = inventory.reconcile(_listed(), time.time_ns())
            _log.info("Following the change log; %d changes were missing from it.", made)
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
    """Upload a probe as a browser would, wait until the log has it, and mark the loop as ready."""
    database = Database(options.data / "events.sqlite")
    key = f"{names.PROBES}{uuid.uuid4()}"
    target = {"Bucket": names.UPLOADS_BUCKET, "Key": key}
    url = _s3().generate_presigned_url("put_object", target, ExpiresIn=round(PART_TIMEOUT_SECONDS))
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
        urllib.request.urlopen(request, timeout=PROBE_TIMEOUT_SECONDS).close()  # noqa: S310
    except OSError as reason:
        _log.warning("S3 does not accept the probe: %s", reason)
        return False
    return True


@functools.cache
def _s3() -> "S3Client":
    return boto3.session.Session().client("s3", config=_S3)


if __name__ == "__main__":
    main()
