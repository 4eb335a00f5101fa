from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.local.storage.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "events.sqlite")
    yield opened
    opened.close()
