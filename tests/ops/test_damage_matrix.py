"""Every file of the data directory, damaged in every way: the next start repairs or names it."""

import errno
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ops.local.stack import credentials
from ops.local.stack.damage import TABLE, check_files
from ops.local.stack.lock import only_stack
from ops.local.stack.options import StackError
from ops.local.storage.database import Database, set_mark
from ops.local.storage.queues import Queues
from ops.local.storage.seaweed import inner_ports

NOBODY = 65_534  # a user whom modes of files concern, unlike root

REMADE = [
    "events.sqlite",
    "queues.sqlite",
    "credentials",
    "identities.json",
    "encryption-key",
    "webhook-secret",
    "seaweed-ports.json",
]
LOG = "logs/api.log"
EVERY = [*REMADE, LOG, str(TABLE), "lock"]


def empty(file: Path) -> None:
    file.write_bytes(b"")


def truncated(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def with_nul_bytes(file: Path) -> None:
    content = file.read_bytes()
    third = len(content) // 3
    file.write_bytes(content[:third] + bytes(third) + content[2 * third :])


def all_nul_bytes(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def unreadable(file: Path) -> None:
    file.chmod(0)


def read_only(file: Path) -> None:
    file.chmod(0o400)


DAMAGES = [empty, truncated, with_nul_bytes, all_nul_bytes, folder]
Damage = Callable[[Path], None]


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Act as a user whom modes of files concern."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def forbidden(file: Path, mode: int) -> None:
    raise PermissionError(errno.EPERM, f"mode {mode:o} not permitted", str(file))


@pytest.fixture
def data() -> Iterator[Path]:
    """An intact data directory, outside pytest's, which no other user may enter."""
    with tempfile.TemporaryDirectory() as name:
        if os.geteuid() == 0:
            os.chown(name, NOBODY, NOBODY)
        with ordinary_user():
            written(Path(name))
        yield Path(name)


def written(data: Path) -> None:
    use(data)
    (data / LOG).parent.mkdir()
    (data / LOG).write_text("started\n")
    with closing(Database(data / "events.sqlite")) as database, database.change() as connection:
        for number in range(500):
            set_mark(connection, f"mark-{number}", "x" * 100)
    with closing(sqlite3.connect(data / "queues.sqlite")) as connection:
        rows = [(f"queue-{number}", json.dumps({"Any": "x" * 100})) for number in range(200)]
        connection.executemany("INSERT INTO queues VALUES (?, ?)", rows)
        connection.commit()
    (data / TABLE).parent.mkdir()
    with closing(sqlite3.connect(data / TABLE)) as connection:
        connection.execute("CREATE TABLE images (id TEXT, item BLOB)")
        connection.executemany("INSERT INTO images VALUES (?, ?)", [("x", b"y" * 500)] * 200)
        connection.commit()


def use(data: Path) -> None:
    """Read and write each file as a start does."""
    credentials.make_credentials(data)
    assert len(credentials.encryption_key(data)) == 64
    assert credentials.webhook_secret(data).startswith("whsec_")
    assert len(credentials.secret_keys(data)) == 5
    inner_ports(data, ())
    Database(data / "events.sqlite").close()
    Queues(data / "queues.sqlite").close()


def checked(data: Path) -> list[str]:
    """The messages of a start."""
    messages: list[str] = []
    with ordinary_user(), only_stack(data, messages.append):
        check_files(data, messages.append)
        use(data)
    return messages


def test_intact_files_cause_no_message(data: Path) -> None:
    assert checked(data) == []


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", REMADE)
def test_a_file_that_can_be_made_again_is_set_aside_with_a_message(
    data: Path, name: str, damage: Damage
) -> None:
    with ordinary_user():
        damage(data / name)
    (message,) = checked(data)
    assert str(data / name) in message
    assert (data / f"{name}.damaged").exists()
    assert checked(data) == []


def test_a_second_damaged_file_does_not_replace_the_first(data: Path) -> None:
    for content in ("first", "second"):
        (data / "encryption-key").write_text(content)
        checked(data)
    assert (data / "encryption-key.damaged").read_text() == "first"
    assert (data / "encryption-key.damaged-2").read_text() == "second"


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_table_is_kept_and_named_with_a_remedy(data: Path, damage: Damage) -> None:
    with ordinary_user():
        damage(data / TABLE)
    with pytest.raises(StackError) as refused:
        checked(data)
    assert f"mv {data / TABLE} " in str(refused.value)
    assert "rebuild-table" in str(refused.value)
    assert (data / TABLE).exists()


def test_a_missing_table_is_reported_if_there_are_images(data: Path) -> None:
    (data / TABLE).unlink()
    assert checked(data) == []
    (data / "s3").mkdir()
    (data / "s3" / "darkroom-images_2.dat").touch()
    (data / "s3").chmod(0o777)
    (message,) = checked(data)
    assert "rebuild-table" in message


@pytest.mark.parametrize("damage", [unreadable, read_only])
@pytest.mark.parametrize("name", EVERY)
def test_a_file_without_permissions_gets_them_back_and_keeps_its_content(
    data: Path, name: str, damage: Damage
) -> None:
    with ordinary_user(), only_stack(data):
        content = (data / name).read_bytes()
        damage(data / name)
    (message,) = checked(data)
    assert str(data / name) in message
    if name != "lock":
        assert (data / name).read_bytes()[:100] == content[:100]


@pytest.mark.parametrize("name", EVERY)
def test_a_file_that_cannot_be_opened_is_named_with_a_remedy(
    data: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ordinary_user():
        (data / name).touch()
        (data / name).chmod(0)
    # As of another user's file.
    monkeypatch.setattr(Path, "chmod", forbidden)
    with pytest.raises(StackError) as refused:
        checked(data)
    assert str(data / name) in str(refused.value)
    assert "chown" in str(refused.value)


@pytest.mark.parametrize("name", ["dynamodb", "s3", "logs"])
def test_a_file_in_place_of_a_folder_is_named_with_a_remedy(data: Path, name: str) -> None:
    if (data / name).exists():
        (data / name).rename(data / "elsewhere")
    (data / name).touch()
    with pytest.raises(StackError, match=f"mv {data / name} "):
        checked(data)


@pytest.mark.parametrize("name", ["dynamodb", "logs"])
def test_a_folder_without_permissions_is_named_with_a_remedy(data: Path, name: str) -> None:
    (data / name).chmod(0o500)
    with pytest.raises(StackError, match=f"{data / name} .*(\n.*)*chmod"):
        checked(data)
    (data / name).chmod(0o700)


@pytest.mark.parametrize("damage", [empty, with_nul_bytes, all_nul_bytes])
def test_a_damaged_lock_is_used_as_it_is(data: Path, damage: Damage) -> None:
    (data / "lock").write_text("12345")
    damage(data / "lock")
    (data / "lock").chmod(0o666)
    assert checked(data) == []


def test_a_folder_in_place_of_the_lock_is_named_with_a_remedy(data: Path) -> None:
    (data / "lock").unlink(missing_ok=True)
    (data / "lock").mkdir()
    with pytest.raises(StackError, match=f"rm -r {data / 'lock'}"):
        checked(data)


@pytest.mark.parametrize("damage", [folder, unreadable, read_only])
def test_a_log_that_cannot_be_written_prevents_no_start(data: Path, damage: Damage) -> None:
    with ordinary_user():
        damage(data / LOG)
    (message,) = checked(data)
    assert str(data / LOG) in message


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal", ".new"])
@pytest.mark.parametrize("damage", [all_nul_bytes, folder])
@pytest.mark.parametrize("name", ["events.sqlite", "queues.sqlite"])
def test_damaged_companions_of_a_database_prevent_no_start(
    data: Path, name: str, suffix: str, damage: Damage
) -> None:
    companion = data / f"{name}{suffix}"
    with ordinary_user():
        companion.write_bytes(b"x" * 5000)
        damage(companion)
    checked(data)
    with closing(sqlite3.connect(data / "events.sqlite")) as connection:
        marks = connection.execute("SELECT count(*) FROM marks").fetchone()
    assert marks == (500,)


def test_keys_of_a_damaged_file_are_taken_from_the_other(data: Path) -> None:
    before = credentials.secret_keys(data)
    (data / "credentials").write_bytes(b"")
    checked(data)
    assert credentials.secret_keys(data) == before


def test_a_task_with_nul_bytes_is_damage(data: Path) -> None:
    with (
        closing(Database(data / "events.sqlite")) as database,
        database.change() as connection,
    ):
        connection.execute(
            "INSERT INTO tasks (kind, function, payload, request_id) VALUES (?, ?, ?, ?)",
            ("event", "process_upload", '{"Records"\0\0\0', "1"),
        )
    (message,) = checked(data)
    assert "the task 1 is not JSON" in message


def test_a_database_of_another_program_is_damage(data: Path) -> None:
    (data / "queues.sqlite").unlink()
    with closing(sqlite3.connect(data / "queues.sqlite")) as connection:
        connection.execute("CREATE TABLE messages (id TEXT)")
    (data / "queues.sqlite").chmod(0o666)
    (message,) = checked(data)
    assert "its table messages has other columns" in message
