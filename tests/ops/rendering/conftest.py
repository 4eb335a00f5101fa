from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ops.__main__ import main
from tests.ops.rendering.renders import SMALL, Render


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, with a table of one small variant beside it."""
    (tmp_path / "small.toml").write_text(SMALL)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def render(here: Path) -> Render:
    assert Path.cwd() == here

    def run(*arguments: str, out: str = "out", table: str = "../small.toml") -> Result:
        options = ["--out", out, "--variants", table]
        return CliRunner().invoke(main, ["render", *arguments, *options])

    return run
