from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ops.__main__ import main
from tests.client.darkroom import FakeDarkroom

Run = Callable[..., Result]


@pytest.fixture
def darkroom() -> Iterator[FakeDarkroom]:
    with FakeDarkroom().running() as running:
        yield running


@pytest.fixture
def run(darkroom: FakeDarkroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A verb against the Darkroom in memory, to its end; its pauses are short."""
    monkeypatch.setattr("ops.upload.LONG", (0.01, 0.01, 0.01))
    monkeypatch.setattr("ops.client.command.BRIEF", (0.01,))
    monkeypatch.setattr("ops.uploading.batch._FIRST_LOOK", 0.01)

    def run(*arguments: str, stdin: str = "", **variables: str) -> Result:
        known = {"DARKROOM_API": darkroom.address, "DATA_DIR": str(tmp_path / ".data")}
        shown = CliRunner().invoke(main, arguments, input=stdin, env=known | variables)
        assert "Traceback" not in shown.output
        return shown

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three pictures by name, one of them in a folder of its own."""
    made = tmp_path / "pictures"
    (made / "deep").mkdir(parents=True)
    for number, name in enumerate(("a.jpg", "b.PNG", "deep/c.webp")):
        (made / name).write_bytes(bytes([number]) * 1000)
    return made
