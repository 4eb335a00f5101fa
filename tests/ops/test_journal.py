from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.local.journal import Call, Journal
from ops.local.options import StackError

ONE = Call("dynamodb", "PutItem", "eu-west-1", {"Item": {"a": "ü\n"}})
TWO = Call("sqs", "SendMessage", "eu-west-1", {"MessageBody": "x"}, ("id-1",))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def journal(file: Path) -> Iterator[Journal]:
    opened = Journal(file)
    yield opened
    opened.close()


def test_nothing_is_read_where_nothing_was_written(file: Path) -> None:
    assert Journal(file).read() == []


def test_what_was_appended_is_read(file: Path, journal: Journal) -> None:
    journal.append(ONE)
    journal.append(TWO)
    assert Journal(file).read() == [ONE, TWO]


def test_a_torn_last_line_is_passed_over(file: Path, journal: Journal) -> None:
    journal.append(ONE)
    with file.open("ab") as stream:
        stream.write(b'{"service":"sqs"')
    assert Journal(file).read() == [ONE]


def test_a_damaged_line_is_named(file: Path, journal: Journal) -> None:
    file.write_bytes(b"what?\n")
    journal.append(ONE)
    with pytest.raises(StackError, match=r"Line 1 of .*journal is damaged"):
        Journal(file).read()


def test_what_is_replaced_is_gone_and_appending_goes_on(file: Path, journal: Journal) -> None:
    journal.append(ONE)
    journal.replace([TWO])
    journal.append(ONE)
    assert Journal(file).read() == [TWO, ONE]
