"""Damaged files are found at the start, and each is named with its remedy."""

import sqlite3
from pathlib import Path

import pytest

from ops.local.damage import TABLE, check_databases, damage
from ops.local.database import Database
from ops.local.options import StackError


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


def test_a_sound_file_has_no_damage(database: Path) -> None:
    assert damage(database) == ""


def test_a_file_that_is_not_there_has_no_damage(tmp_path: Path) -> None:
    assert damage(tmp_path / "none.sqlite") == ""


@pytest.mark.parametrize("left", [0, 50, 1000, 4096, 20_000])
def test_a_file_that_was_cut_short_is_damaged(database: Path, left: int) -> None:
    with database.open("r+b") as file:
        file.truncate(left)
    assert damage(database)


def test_a_page_of_nul_bytes_is_damage(database: Path) -> None:
    with database.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(bytes(4096))
    assert damage(database)


@pytest.mark.parametrize("name", ["events.sqlite", "queues.sqlite"])
def test_what_can_be_made_again_is_set_aside_with_a_note(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    notes: list[str] = []
    check_databases(tmp_path, notes.append)
    assert name in notes[0]
    assert (tmp_path / f"{name}.damaged").exists()
    Database(tmp_path / name).close()
    check_databases(tmp_path, notes.append)
    assert len(notes) == 1


def test_a_damaged_table_stops_the_start_and_the_remedy_is_named(tmp_path: Path) -> None:
    with written(tmp_path / TABLE).open("r+b") as file:
        file.truncate(5000)
    with pytest.raises(StackError) as refused:
        check_databases(tmp_path, print)
    sentence = str(refused.value)
    assert str(tmp_path / TABLE) in sentence
    assert "rebuild-table" in sentence
