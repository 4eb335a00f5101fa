"""Where the site folder is."""

from pathlib import Path

import pytest

from chalicelib.errors import SettingsError
from ops.project import PROJECT
from ops.site_folder import checks, location


def test_a_folder_that_is_named_but_missing_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DARKROOM_SITE", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match=r"DARKROOM_SITE is .*/none, which is not a folder"):
        checks.check()


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variable_it_is_in_the_checkout(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DARKROOM_SITE")
    if value is not None:
        monkeypatch.setenv("DARKROOM_SITE", value)
    assert location.folder() == PROJECT / "site"
    assert location.shown(location.folder() / "theme.css") == "site/theme.css"


def test_a_file_with_a_misspelt_name_is_an_error(site: Path) -> None:
    (site / "variant.toml").touch()
    with pytest.raises(SettingsError, match=r"variant\.toml is not read"):
        checks.check()


def test_watermarks_and_notes_may_be_beside_them(site: Path) -> None:
    for name in ("logo.png", "README.md", ".hidden"):
        (site / name).touch()
    assert checks.check() == []
