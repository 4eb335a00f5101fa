from pathlib import Path

from click.testing import CliRunner
from PIL import Image

from benchmarks.sheets import sheet_of, sheets
from tests.imaging.samples import saved, scene

PHOTO = saved(scene(900, 600), "jpeg")


def test_a_sheet_has_a_row_of_formats_and_a_row_of_variants() -> None:
    sheet = sheet_of(PHOTO)
    assert sheet.height == 2 * (360 + 20 + 8)
    assert sheet.width == 5 * (480 + 8)  # four variants and the placeholder


def test_a_sheet_shows_the_picture() -> None:
    assert sheet_of(saved(Image.new("RGB", (600, 400), "red"), "png")).getpixel((40, 40)) == (
        255,
        0,
        0,
    )


def test_every_file_gets_a_sheet_of_its_name(tmp_path: Path) -> None:
    files = [tmp_path / "one.jpg", tmp_path / "two.jpg"]
    for file in files:
        file.write_bytes(PHOTO)
    done = CliRunner().invoke(sheets, [*map(str, files), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["one.png", "two.png"]
