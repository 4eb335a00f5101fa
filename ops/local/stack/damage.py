"""Checks the stack's files before anything is read from them."""

import configparser
import json
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chalicelib.errors import SettingsError
from chalicelib.webhooks.signing import read_secrets
from ops.local.stack.options import StackError
from ops.local.stack.timeouts import PART_TIMEOUT_SECONDS
from ops.local.storage.disk import is_disk_error

TABLE = Path("dynamodb") / "shared-local-instance.db"  # DynamoDB Local's own name
_FOLDERS = ("dynamodb", "s3", "logs")
_HEADER = b"SQLite format 3\0"
_OF_SQLITE = ("-wal", "-shm", "-journal")
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)
_PRIMARY = 0xFF  # SQLite's extended codes have the primary one in the lowest byte
_SHORT = 80  # characters

Note = Callable[[str], None]

_REMEDY = """\
{file} is damaged ({reason}). It is the table of all records. The images' files and manifests in
{s3} are not affected. Set the damaged file aside and rebuild the table from the manifests:
    mv {file} {file}.damaged
    make run                      # and, while it runs:
    ./darkroom rebuild-table
Manifests don't include API tokens, quotas, unused tickets and the tombstones of deleted images;
these are lost unless you have a copy of the file."""
_NO_TABLE = """\
There are images in {s3}, but no {file}, the table of all records. An empty one is made. To
rebuild it from the images' manifests, while Darkroom runs:
    ./darkroom rebuild-table"""


@dataclass(frozen=True)
class _File:
    """A file that can be made again: what is wrong with it ("" if nothing), and what is lost."""

    name: str
    damage: Callable[[Path], str]
    loss: str


def check_files(data: Path, note: Note) -> None:
    """Set aside damaged files that can be made again, with a note; StackError for all others.

    The lock must be held: the files of a running stack must not be moved.
    """
    for folder in (data, *(data / name for name in _FOLDERS)):
        _check_folder(folder)
    for kind in _FILES:
        _check_file(data / kind.name, kind, note)
    for log in sorted((data / "logs").glob("*")):
        _check_file(log, _File(log.name, _nothing, "A new log is begun."), note)
    _check_table(data, note)


def make_accessible(file: Path, note: Note) -> None:
    """Make a file readable and writable for this user; StackError says how if that fails."""
    try:
        file.open("r+b").close()
    except FileNotFoundError:
        return
    except PermissionError:
        try:
            file.chmod(0o600)
            file.open("r+b").close()
        except OSError as reason:
            raise StackError(_inaccessible(file, reason)) from reason
        note(f"{file} was not readable and writable; its mode is 600 again.")
    except OSError as reason:
        raise StackError(_inaccessible(file, reason)) from reason


def damage(file: Path) -> str:
    """What is wrong with a SQLite file; empty if it is intact or missing.

    StackError if it cannot be read for another reason, such as a full disk.
    """
    if not file.exists():
        return ""
    with file.open("rb") as stream:
        if stream.read(len(_HEADER)) != _HEADER:
            return "it is not a SQLite file"
    connection = sqlite3.connect(file, timeout=PART_TIMEOUT_SECONDS)
    try:
        found: list[tuple[str]] = connection.execute("PRAGMA quick_check(1)").fetchall()
        return _columns_missing(connection, file.name) if found == [("ok",)] else found[0][0]
    except sqlite3.DatabaseError as reason:
        if reason.sqlite_errorcode & _PRIMARY in _DAMAGED:
            return str(reason)
        raise StackError(_unreadable(file, reason)) from reason
    finally:
        connection.close()


def _check_folder(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise StackError(
            f"{folder} must be a folder. Move the file away: mv {folder} {folder}.damaged"
        )
    try:
        next(folder.iterdir(), None)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as reason:
        raise StackError(_inaccessible(folder, reason)) from reason


def _check_file(file: Path, kind: _File, note: Note) -> None:
    for part in _parts(file):
        if part.is_dir():
            _set_aside(part, note, "it is a folder", kind.loss)
        make_accessible(part, note)
    reason = kind.damage(file) if file.exists() else ""
    if reason:
        for part in _parts(file):
            if part.exists():
                _set_aside(part, note if part == file else _silent, reason, kind.loss)


def _check_table(data: Path, note: Note) -> None:
    table, journal = data / TABLE, data / "aws.journal"
    if journal.is_dir():
        raise StackError(f"{journal} must be a file. Move the folder away.")
    make_accessible(journal, note)
    reason = ""
    for part in _parts(table):
        if part.is_dir():
            reason = f"{part.name} is a folder"
        else:
            make_accessible(part, note)
    if reason := reason or damage(table):
        raise StackError(_REMEDY.format(file=table, reason=reason, s3=data / "s3"))
    stored = next((data / "s3").glob("darkroom-images_*.dat"), None)
    if stored and not table.exists() and not journal.exists():
        note(_NO_TABLE.format(file=table, s3=data / "s3"))


def _parts(file: Path) -> Iterator[Path]:
    """A file, its next version if the last start was interrupted, and SQLite's companions."""
    yield file
    yield file.with_name(f"{file.name}.new")
    for suffix in _OF_SQLITE:
        yield file.with_name(f"{file.name}{suffix}")


def _set_aside(file: Path, note: Note, reason: str, loss: str) -> None:
    target, number = file.with_name(f"{file.name}.damaged"), 1
    while target.exists():
        number += 1
        target = file.with_name(f"{file.name}.damaged-{number}")
    file.rename(target)
    note(f"{file} is damaged ({reason}); it is kept as {target.name}. {loss}")


def _inaccessible(path: Path, reason: OSError) -> str:
    text = f"{path} cannot be read and written: {reason.strerror}."
    if is_disk_error(reason):
        return f"{text} Free some space on its disk and start again."
    own = f"sudo chown -R $USER {path} && chmod -R u+rwX {path}"
    return f"{text} Make it yours, or give another DATA_DIR:\n    {own}"


def _unreadable(file: Path, reason: sqlite3.Error) -> str:
    text = f"{file} cannot be read ({reason})"
    if is_disk_error(reason):
        return f"{text}: its disk is full or does not work. Free some space and start again."
    return f"{text}. Nothing was changed; start again once the cause is removed."


def _columns_missing(connection: sqlite3.Connection, name: str) -> str:
    """How a database of ours differs from what it should be."""
    for table, columns in _COLUMNS.get(name, {}).items():
        found = {row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')}
        if found and not set(columns.split()) <= found:
            return f"its table {table} has other columns"
    if name == "events.sqlite" and "tasks" in _tables(connection):
        for number, payload in connection.execute("SELECT id, payload FROM tasks"):
            if not _is_json(payload):
                return f"the task {number} is not JSON"
    return ""


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


def _is_json(text: object) -> bool:
    try:
        json.loads(str(text))
    except ValueError:
        return False
    return True


def _profiles_damage(file: Path) -> str:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(file.read_bytes().decode())
    except (configparser.Error, ValueError) as reason:
        return f"{reason}".splitlines()[0][:_SHORT].replace("\0", "NUL")
    values = [v for name in parser.sections() for v in parser[name].values()]
    keys = {"aws_access_key_id", "aws_secret_access_key"}
    if not values or any(not re.fullmatch(r"[\w/+=-]+", value) for value in values):
        return "a key is missing or has other characters than keys have"
    if any(not keys <= set(parser[name]) for name in parser.sections()):
        return "a key is missing"
    return ""


def _identities_damage(file: Path) -> str:
    return _json_damage(file, lambda found: isinstance(found["identities"][0]["name"], str))


def _ports_damage(file: Path) -> str:
    return _json_damage(file, lambda found: all(type(port) is int for port in found.values()))


def _json_damage(file: Path, is_right: Callable[..., bool]) -> str:
    try:
        if is_right(json.loads(file.read_bytes())):
            return ""
    except ValueError:
        return "it is not JSON"
    except (LookupError, TypeError, AttributeError):
        pass
    return "its content is something else"


def _key_damage(file: Path) -> str:
    return "" if re.fullmatch(rb"[0-9a-f]{64}", file.read_bytes()) else "it is not a key"


def _secret_damage(file: Path) -> str:
    try:
        return "" if read_secrets(file.read_bytes().decode()) else "it is empty"
    except (SettingsError, ValueError):
        return "it is not a secret of the form whsec_..."


def _nothing(_: Path) -> str:
    return ""


def _silent(_: str) -> None:
    pass


_COLUMNS = {
    "events.sqlite": {
        "tasks": "id kind function payload request_id tries not_before worker taken_at",
        "objects": "key version ts_ns",
        "marks": "name value",
    },
    "queues.sqlite": {
        "queues": "name attributes",
        "messages": "number queue id body sent_at visible_at receives first_received_at receipt",
    },
}
_FILES = (
    _File(
        "events.sqlite",
        damage,
        "The bucket is listed again to find out which files have been processed.",
    ),
    _File(
        "queues.sqlite",
        damage,
        "The sweep queues waiting work again; waiting webhooks are lost.",
    ),
    _File(
        "credentials",
        _profiles_damage,
        "The keys are taken from identities.json, or new ones are made: `./darkroom credentials` "
        "prints them.",
    ),
    _File("identities.json", _identities_damage, "It is written again, from `credentials`."),
    _File(
        "encryption-key",
        _key_damage,
        "A new key is made. Darkroom's own objects do not need it; what you stored with "
        "server-side encryption needs the old one.",
    ),
    _File(
        "webhook-secret",
        _secret_damage,
        "A new secret is made, which your webhook's receiver needs.",
    ),
    _File("seaweed-ports.json", _ports_damage, "Other ports are chosen."),
)
