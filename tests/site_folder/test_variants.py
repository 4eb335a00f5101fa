"""The site folder's variants table."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from chalicelib.errors import SettingsError
from chalicelib.model.variants import DEFAULT_TABLE
from chalicelib.wiring import Wiring
from ops import edge
from ops.__main__ import main
from ops.site_folder import creation, variants
from tests.environment import SETTINGS
from tests.pictures import encoded, jpeg, photo

TABLE = "[square]\nwidth = 64\nheight = 64\nfit = 'cover'\n"
LOGO = encoded(photo(20, 10), "PNG")
MARKED = f"{TABLE}watermark = {{ file = 'logo.png' }}\n"


def write(site: Path, table: str) -> None:
    (site / "variants.toml").write_text(table)


def test_the_default_table_is_used_without_one(site: Path) -> None:
    assert variants.table() == DEFAULT_TABLE
    assert not (site / "variants.toml").exists()


def test_a_table_of_comments_only_changes_nothing(site: Path) -> None:
    write(site, creation.templates()["variants.toml"])
    assert variants.table() == DEFAULT_TABLE


def test_the_application_reads_the_table_with_its_watermark(site: Path) -> None:
    write(site, MARKED)
    (site / "logo.png").write_bytes(LOGO)
    wiring = Wiring.from_environment({**SETTINGS, **variants.setting()})
    assert [variant.name for variant in wiring.variants] == ["square"]
    assert wiring.watermarks == {"logo.png": LOGO}


def test_the_cdns_table_has_its_variants(site: Path) -> None:
    write(site, TABLE)
    assert json.loads(edge.written({}))["variants"] == {"square": "w"}


def test_files_are_rendered_by_it(site: Path, tmp_path: Path) -> None:
    write(site, TABLE)
    (tmp_path / "photo.jpg").write_bytes(jpeg(200, 100))
    arguments = ["render", str(tmp_path / "photo.jpg"), "--out", str(tmp_path / "out"), "--json"]
    rendered = json.loads(CliRunner().invoke(main, arguments).stdout)
    assert [r["variant"] for r in rendered["renditions"]] == ["square"]


def test_a_table_that_is_named_goes_before_it(site: Path, tmp_path: Path) -> None:
    write(site, TABLE)
    other = tmp_path / "other.toml"
    other.write_text("[wide]\nwidth = 100\n")
    (tmp_path / "photo.jpg").write_bytes(jpeg(200, 100))
    arguments = ["render", str(tmp_path / "photo.jpg"), "--out", str(tmp_path / "out"), "--json"]
    rendered = json.loads(CliRunner().invoke(main, [*arguments, "--variants", str(other)]).stdout)
    assert [r["variant"] for r in rendered["renditions"]] == ["wide"]


def test_a_package_has_the_table_and_its_watermark_beside_it(site: Path) -> None:
    write(site, MARKED)
    (site / "logo.png").write_bytes(LOGO)
    assert variants.packaged() == {
        "chalicelib/variants.toml": site / "variants.toml",
        "chalicelib/logo.png": site / "logo.png",
    }


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("[square]\nwidht = 64\n", "widht"),
        ("[square]\nwidth = 'big'\n", "width"),
        ("[square\n", "variants.toml"),
        ("[square]\n", "square needs a width"),
        (MARKED, "logo.png of the variant square is missing"),
    ],
)
def test_a_wrong_table_is_named_with_the_key(site: Path, table: str, reason: str) -> None:
    write(site, table)
    with pytest.raises(SettingsError) as refused:
        variants.check()
    assert str(refused.value).startswith(f"{site}/variants.toml: ")
    assert reason in str(refused.value)


def test_a_watermark_that_is_no_picture_is_named(site: Path) -> None:
    write(site, MARKED)
    (site / "logo.png").write_text("not a picture")
    with pytest.raises(SettingsError, match=r"variants\.toml: .*logo\.png"):
        variants.check()
