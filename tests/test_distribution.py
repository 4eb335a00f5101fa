"""The lists of slow tests, and what `make test-fast` leaves out."""

import pytest

from ops.project import PROJECT
from tests.distribution import FIRST, SERVERS, SLOW, is_slow


@pytest.mark.parametrize("entry", FIRST + SLOW)
def test_every_listed_test_exists(entry: str) -> None:
    path, _, name = entry.partition("::")
    assert (PROJECT / path).exists()
    assert not name or f"\ndef {name}" in (PROJECT / path).read_text()


@pytest.mark.parametrize("name", sorted(SERVERS))
def test_every_fixture_that_starts_servers_exists(name: str) -> None:
    sources = [path.read_text() for path in PROJECT.glob("tests/**/conftest.py")]
    assert any(f"\ndef {name}(" in source for source in sources)


@pytest.mark.parametrize(
    ("nodeid", "fixtures", "slow"),
    [
        ("tests/model/test_keys.py::test_new", (), False),
        ("tests/model/test_keys.py::test_new", ("tmp_path", "browser"), True),
        ("tests/e2e/test_new.py::test_new", (), True),
    ],
)
def test_a_test_is_slow_by_its_folder_or_its_fixtures(
    nodeid: str, fixtures: tuple[str, ...], slow: bool
) -> None:
    assert is_slow(nodeid, fixtures) is slow
