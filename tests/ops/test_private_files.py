"""Permissions of the data directory."""

import stat
from pathlib import Path

import pytest

from ops.local.stack.options import StackError
from ops.local.stack.private_files import make_private

FILES = (
    "credentials",
    "identities.json",
    "encryption-key",
    "webhook-secret",
    "aws.journal",
    "aws.journal.migrated",
    "events.sqlite",
    "events.sqlite-wal",
    "queues.sqlite.damaged",
    "seaweed-certificate-key.pem",
    "dynamodb/shared-local-instance.db",
    "logs/api.log",
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_of_an_earlier_version_become_private(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name in FILES:
        file = data / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        file.chmod(0o644)
    for folder in (data, data / "dynamodb", data / "logs"):
        folder.chmod(0o755)
    make_private(data)
    assert {mode(data / name) for name in FILES} == {0o600}
    assert {mode(folder) for folder in (data, data / "dynamodb", data / "logs")} == {0o700}


def test_a_users_own_file_beside_them_keeps_its_permissions(tmp_path: Path) -> None:
    own = tmp_path / "holiday.jpg"
    own.touch()
    own.chmod(0o644)
    make_private(tmp_path)
    assert mode(own) == 0o644


def test_a_directory_that_users_share_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    with pytest.raises(StackError, match="shared by all users"):
        make_private(tmp_path)
    assert mode(tmp_path) == 0o1777
