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
    """Runs a verb against the fake Darkroom, with short pauses."""
    monkeypatch.setattr("darkroom_client.cli.options.BRIEF", (0.01,))
    monkeypatch.setattr("darkroom_client.cli.options.LONG", (0.01,) * 5)
    monkeypatch.setattr("darkroom_client.api._FIRST_POLL", 0.01)

    def run(*arguments: str, stdin: str = "", **variables: str) -> Result:
        defaults = {"DARKROOM_API": darkroom.address, "DATA_DIR": str(tmp_path / ".data")}
        result = CliRunner().invoke(main, arguments, input=stdin, env=defaults | variables)
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three files named like pictures, one of them in a subfolder."""
    made = tmp_path / "pictures"
    (made / "deep").mkdir(parents=True)
    for number, name in enumerate(("a.jpg", "b.PNG", "deep/c.webp")):
        (made / name).write_bytes(bytes([number]) * 1000)
    return made
