from pathlib import Path

import pytest

from tests.hostile import pictures

LISTS = {
    "sources.list": "deb http://one.example/debian bookworm main\n# deb http://no.example/ x y\n",
    "sources.list.d/debian.sources": "Types: deb\nURIs: http://two.example/debian\n",
}


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Source lists derived from the package lists in `LISTS`."""
    machine = tmp_path / "machine"
    for name, content in LISTS.items():
        path = machine / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    monkeypatch.setattr(pictures, "_APT_LISTS", machine)
    return pictures.source_lists()


def test_package_lists_become_source_lists(sources: dict[str, str]) -> None:
    assert sources == {
        "sources.list": "deb-src http://one.example/debian bookworm main\n"
        "# deb http://no.example/ x y\n",
        "debian.sources": "Types: deb-src\nURIs: http://two.example/debian\n",
    }


@pytest.mark.usefixtures("sources")
def test_the_machines_own_lists_are_unchanged(tmp_path: Path) -> None:
    for name, content in LISTS.items():
        assert (tmp_path / "machine" / name).read_text() == content


def test_without_apt_an_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOSTILE_PICTURES", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit):
        pictures.fetch_hostile()
    assert "HOSTILE_PICTURES" in capsys.readouterr().err
