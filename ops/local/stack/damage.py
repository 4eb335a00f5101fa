"""Checks the stack's SQLite files before anything is read from them."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from ops.local.stack.options import StackError
from ops.local.stack.timeouts import PART_TIMEOUT_SECONDS

TABLE = Path("dynamodb") / "shared-local-instance.db"  # DynamoDB Local's own name
_HEADER = b"SQLite format 3\0"
_LOSSES = {
    "events.sqlite": "The bucket is listed again to find out which files have been processed.",
    "queues.sqlite": "The sweep queues waiting work again; waiting webhooks are lost.",
}
_REMEDY = """\
{file} is damaged ({reason}). It is the table of all records. The images' files and manifests in
{s3} are not affected. Set the damaged file aside and rebuild the table from the manifests:
    mv {file} {file}.damaged
    make run                      # and, while it runs:
    ./darkroom rebuild-table
Manifests don't include API tokens, quotas, unused tickets and the tombstones of deleted images;
these are lost unless you have a copy of the file."""


def check_databases(data: Path, note: Callable[[str], None]) -> None:
    """Set aside damaged files that can be recreated, with a note; StackError for the table."""
    for name, loss in _LOSSES.items():
        file = data / name
        if reason := damage(file):
            for part in (file, *(file.with_name(f"{name}-{s}") for s in ("wal", "shm", "journal"))):
                if part.exists():
                    part.rename(part.with_name(f"{part.name}.damaged"))
            note(f"{file} is damaged ({reason}); it is kept as {name}.damaged. {loss}")
    table = data / TABLE
    if reason := damage(table):
        raise StackError(_REMEDY.format(file=table, reason=reason, s3=data / "s3"))


def damage(file: Path) -> str:
    """What is wrong with a SQLite file; empty if it is intact or missing."""
    if not file.exists():
        return ""
    with file.open("rb") as stream:
        if stream.read(len(_HEADER)) != _HEADER:
            return "it is not a SQLite file"
    connection = sqlite3.connect(file, timeout=PART_TIMEOUT_SECONDS)
    try:
        found: list[tuple[str]] = connection.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.Error as reason:
        return str(reason)
    finally:
        connection.close()
    return "" if found == [("ok",)] else found[0][0]
