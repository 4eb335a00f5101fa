"""Damaged files are detected at the start, and reported with a remedy."""

import sqlite3
from pathlib import Path

import pytest

from ops.local.stack.damage import TABLE, check_files, damage
from ops.local.stack.options import StackError
from ops.local.storage.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A SQLite file of several pages, closed."""
    return written(tmp_path / "some.sqlite")


def written(file: Path) -> Path:
    file.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, value TEXT)")
    connection.executemany("INSERT INTO rows (value) VALUES (?)", [("x" * 500,)] * 200)
    connection.commit()
    connection.close()
    return file


def test_an_intact_file_has_no_damage(database: Path) -> None:
    assert damage(database) == ""


def test_a_missing_file_has_no_damage(tmp_path: Path) -> None:
    assert damage(tmp_path / "none.sqlite") == ""


@pytest.mark.parametrize("left", [0, 50, 1000, 4096, 20_000])
def test_a_truncated_file_is_damaged(database: Path, left: int) -> None:
    with database.open("r+b") as file:
        file.truncate(left)
    assert damage(database)


def test_a_page_of_nul_bytes_is_damage(database: Path) -> None:
    with database.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(bytes(4096))
    assert damage(database)


@pytest.mark.parametrize("name", ["events.sqlite", "queues.sqlite"])
def test_a_file_that_can_be_recreated_is_set_aside_with_a_message(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(b"")
    messages: list[str] = []
    check_files(tmp_path, messages.append)
    assert name in messages[0]
    assert (tmp_path / f"{name}.damaged").exists()
    Database(tmp_path / name).close()
    check_files(tmp_path, messages.append)
    assert len(messages) == 1


def test_a_damaged_table_stops_the_start_with_a_remedy(tmp_path: Path) -> None:
    with written(tmp_path / TABLE).open("r+b") as file:
        file.truncate(5000)
    with pytest.raises(StackError) as refused:
        check_files(tmp_path, print)
    sentence = str(refused.value)
    assert str(tmp_path / TABLE) in sentence
    assert "rebuild-table" in sentence
