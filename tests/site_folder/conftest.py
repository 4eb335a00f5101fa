from pathlib import Path

import pytest


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty site folder."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setenv("DARKROOM_SITE", str(folder))
    return folder
