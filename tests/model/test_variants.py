"""The variants table."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from chalicelib.errors import SettingsError
from chalicelib.model.variants import Marks, Variant, load_variants, load_watermarks, rules_of


def table(folder: Path, text: str) -> Path:
    path = folder / "variants.toml"
    path.write_text(text)
    return path


def test_the_table_that_ships_has_the_four_documented_variants() -> None:
    boxes = {v.name: (v.width, v.height, v.fit, v.formats) for v in load_variants()}
    assert boxes == {
        "1080p": (1920, 1920, "inside", ("webp",)),
        "720p": (1280, 1280, "inside", ("webp",)),
        "mobile": (640, 640, "inside", ("webp",)),
        "thumbnail": (200, 200, "cover", ("webp",)),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no variant"),
        ("[a]\n", "needs a width or a height"),
        ("[a]\nwidth = 0", "width"),
        ("[a]\nwidth = 16384", "width"),
        ("[a]\nwidth = 10\nfit = 'cover'", "needs a width and a height"),
        ("[a]\nwidth = 10\nformats = []", "formats"),
        ("[a]\nwidth = 10\nformats = ['gif']", "formats"),
        ("[a]\nwidth = 10\nformats = ['webp', 'webp']", "twice"),
        ("[a]\nwidth = 10\nquality = 101", "quality"),
        ("[a]\nwidth = 10\nquality = 'best'", "quality"),
        ("[a]\nwidth = 10\nsharpen = 1.1", "sharpen"),
        ("[a]\nwidth = 10\nsharpen = -0.1", "sharpen"),
        ("[a]\nwidth = 10\nwatermarks = 'x'", "watermarks"),
        ("[a]\nwidth = 10\nwatermark = {file = '../x.png'}", "file"),
        ("[a]\nwidth = 10\nwatermark = {file = 'x.png', opacity = 2}", "opacity"),
        ("['A b']\nwidth = 10", "name"),
        ("[a\nwidth", "wrong"),
    ],
)
def test_an_invalid_table_is_refused_with_a_sentence(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        load_variants(table(tmp_path, text))


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "width = 0",
        "width = 'wide'",
        "width = 10\nfit = 'cover'",
        "width = 10\nformats = ['webp', 'webp']",
        "width = 10\nquality = 101",
        "width = 10\nwatermarks = 'x'",
        "width = 10\nwatermark = {}",
        "width = 10\nwatermark = {file = 'x.png', opacity = 2}",
    ],
)
def test_an_error_names_the_variant(tmp_path: Path, rule: str) -> None:
    path = table(tmp_path, f"[good]\nwidth = 10\n[bad-one]\n{rule}\n")
    with pytest.raises(SettingsError, match=r"\bbad-one\b"):
        load_variants(path)


def test_an_option_outside_any_variant_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"The variant width in variants\.toml is wrong"):
        load_variants(table(tmp_path, "width = 10\n"))


def test_a_missing_watermark_is_named_with_its_variant(tmp_path: Path) -> None:
    path = table(tmp_path, "[a]\nwidth = 10\n[b]\nwidth = 10\nwatermark = {file = 'x.png'}\n")
    with pytest.raises(SettingsError, match=r"x\.png of the variant b is missing"):
        load_watermarks(load_variants(path), [tmp_path])


def test_sharpening_is_off_by_default(tmp_path: Path) -> None:
    off, on = load_variants(table(tmp_path, "[a]\nwidth = 10\n[b]\nwidth = 10\nsharpen = 1"))
    assert (off.sharpen, on.sharpen) == (0.0, 1.0)


def test_the_quality_may_be_automatic(tmp_path: Path) -> None:
    fixed, auto = load_variants(
        table(tmp_path, "[a]\nwidth = 10\n[b]\nwidth = 10\nquality = 'auto'")
    )
    assert (fixed.quality, auto.quality) == (82, "auto")
    assert rules((replace(auto, name="a"),)) != rules((fixed,))


def test_a_table_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "variants.toml"
    path.write_bytes(b"\xff\xd8")
    with pytest.raises(SettingsError, match="UTF-8"):
        load_variants(path)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml"):
        load_variants(tmp_path / "nowhere.toml")


def rules(variants: tuple[Variant, ...], marks: Marks | None = None) -> dict[str, str]:
    return rules_of(variants, marks or {}, None, keep_credits=False)


def test_a_table_with_more_renditions_than_a_record_holds_is_refused(tmp_path: Path) -> None:
    formats = 'formats = ["webp", "avif", "jpeg", "png", "original"]'
    text = "".join(f"[v{number}]\nwidth = 9\n{formats}\n" for number in range(51))
    path = tmp_path / "variants.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match="more than 250 renditions"):
        load_variants(path)


def test_the_rule_changes_with_any_option(tmp_path: Path) -> None:
    before = load_variants(table(tmp_path, "[a]\nwidth = 10"))
    after = load_variants(table(tmp_path, "[a]\nwidth = 10\nquality = 83"))
    assert rules(before) != rules(after)


def test_the_rules_of_the_same_table_are_the_same() -> None:
    assert rules(load_variants()) == rules(load_variants())


MARKED = "[a]\nwidth = 10\nwatermark = {file = 'logo.png'}"


def test_a_watermarks_file_is_found_in_the_first_folder_that_has_it(tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "logo.png").write_bytes(b"a mark")
    variants = load_variants(table(tmp_path, MARKED))
    folders = [tmp_path / "first", tmp_path / "second"]
    assert load_watermarks(variants, folders) == {"logo.png": b"a mark"}


def test_a_missing_watermark_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"logo\.png"):
        load_watermarks(load_variants(table(tmp_path, MARKED)), [tmp_path])


def test_the_rule_changes_with_the_watermarks_bytes(tmp_path: Path) -> None:
    variants = load_variants(table(tmp_path, MARKED))
    assert rules(variants, {"logo.png": b"1"}) != rules(variants, {"logo.png": b"2"})
