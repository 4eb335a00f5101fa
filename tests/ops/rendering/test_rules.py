"""`render`: tables, watermarks, limits, HEIC and focal points, valid and invalid."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec import defstruct
from PIL import Image

from ops.__main__ import main
from tests.imaging.samples import four_corners, saved
from tests.imaging.test_saliency import with_person
from tests.ops.rendering.renders import SMALL, Render, lines, paths, picture
from tests.pictures import encoded, photo


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (None, "The variants table other.toml cannot be read."),
        (b"", "The variants table other.toml has no variant."),
        (b"[a]\nquality = 3\n", "The variant a needs a width or a height."),
        (b"\xff\xd8", "The variants table other.toml is not UTF-8 text."),
        (
            b'[a]\nwidth = 9\nwatermark = {file = "gone.png"}\n',
            "The watermark gone.png of the variant a is missing.",
        ),
    ],
)
def test_a_wrong_table_is_wrong_usage(render: Render, table: bytes | None, sentence: str) -> None:
    if table is not None:
        Path("other.toml").write_bytes(table)
    result = render(picture("a.jpg"), table="other.toml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert not Path("out").exists()


def test_a_watermark_may_be_beside_its_table(render: Render) -> None:
    picture("marks/logo.png", encoded(photo(9, 9), "PNG"))
    Path("marks/table.toml").write_text(f'{SMALL}watermark = {{file = "logo.png"}}\n')
    plain, marked = (
        Path(*paths(render(picture("a.jpg"), "--json", table=table, out=out))).read_bytes()
        for table, out in [("../small.toml", "plain"), ("marks/table.toml", "marked")]
    )
    assert plain != marked


@pytest.mark.usefixtures("here")
def test_without_a_table_the_default_variants_are_rendered() -> None:
    arguments = ["render", picture("a.jpg"), "--out", "out", "--json"]
    (line,) = lines(CliRunner().invoke(main, arguments))
    assert {"1080p", "thumbnail"} <= {made["variant"] for made in line["renditions"]}


@pytest.mark.parametrize(
    ("limit", "value", "reason"),
    [("max_upload_bytes", 100, "too_many_bytes"), ("max_pixels", 9_599, "too_many_pixels")],
)
def test_the_limits_are_the_defaults_of_the_settings(
    render: Render, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, reason: str
) -> None:
    others = {
        "max_upload_bytes": 10**6,
        "max_pixels": 10**6,
        "max_frames": 9,
        "max_animation_pixels": 9,
        limit: value,
    }
    fields = [(name, int, default) for name, default in others.items()]
    monkeypatch.setattr("ops.commands.render.Settings", defstruct("Settings", fields))
    (line,) = lines(render(picture("a.jpg"), "--json"))
    assert (line["status"], line["reason"]) == ("rejected", reason)


@pytest.mark.parametrize(
    ("options", "environment", "status"),
    [
        ((), {}, "rejected"),
        (("--heic",), {}, "ready"),
        ((), {"ALLOW_HEIC": "1"}, "ready"),
        ((), {"ALLOW_HEIC": "0"}, "rejected"),
    ],
)
def test_heic_is_enabled_by_the_option_or_the_setting(
    render: Render,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    environment: dict[str, str],
    status: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    (line,) = lines(render(picture("a.heic", saved(four_corners(), "heic")), *options, "--json"))
    assert line["status"] == status


@pytest.mark.parametrize(("options", "status"), [((), "rejected"), (("--jxl",), "ready")])
def test_jpeg_xl_is_enabled_by_the_option(
    render: Render, options: tuple[str, ...], status: str
) -> None:
    (line,) = lines(render(picture("a.jxl", saved(four_corners(), "jxl")), *options, "--json"))
    assert line["status"] == status


def test_a_raw_file_is_rendered(render: Render) -> None:
    (line,) = lines(render(picture("a.nef", saved(four_corners(), "nef")), "--json"))
    assert (line["status"], line["width"], line["height"]) == ("ready", 96, 64)


def test_heic_without_its_package_is_wrong_usage(
    render: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    result = render(picture("a.jpg"), "--heic")
    assert result.exit_code == 2
    assert "requirements-heic.txt" in result.stderr


COVER = "[square]\nwidth = 40\nheight = 40\nfit = 'cover'\nformats = ['png']\n"


def test_crops_are_around_the_focal_point(render: Render) -> None:
    Path("../cover.toml").write_text(COVER)
    halves = Image.new("RGB", (160, 80), "red")
    halves.paste("blue", (80, 0, 160, 80))
    file = picture("a.png", encoded(halves, "PNG"))
    seen = []
    for point in ("0.1,0.5", "0.9,0.5"):
        result = render(file, "--json", "--focal-point", point, table="../cover.toml")
        seen.append(Image.open(paths(result)[0]).convert("RGB").getpixel((20, 20)))
    assert seen == [(255, 0, 0), (0, 0, 255)]


def test_without_a_focal_point_crops_are_around_a_computed_one_or_the_centre(
    render: Render,
) -> None:
    Path("../cover.toml").write_text(COVER)
    file = picture("a.png", encoded(with_person(0.1, 0.3), "PNG"))
    seen = {
        options: Path(
            paths(render(file, "--json", *options, table="../cover.toml"))[0]
        ).read_bytes()
        for options in ((), ("--centre",), ("--focal-point", "0.5,0.5"))
    }
    assert seen["--centre",] == seen["--focal-point", "0.5,0.5"]
    assert seen[()] != seen["--centre",]


def test_files_are_edited_before_they_are_rendered(render: Render) -> None:
    recipe = [{"action": "crop", "x": 0.5, "y": 0, "width": 0.5, "height": 1}]
    Path("../edits.json").write_text(json.dumps([*recipe, {"action": "rotate", "degrees": 90}]))
    result = render(picture("a.jpg"), "--json", "--edits", "../edits.json")
    (made,) = lines(result)
    assert (made["width"], made["height"]) == (80, 60)
    with Image.open(paths(result)[0]) as shown:
        assert shown.size == (40, 30)


@pytest.mark.parametrize("point", ["0.3", "0.3,2", "a,b", "", "0.3,0.4,0.5", "nan,0.5"])
def test_a_wrong_focal_point_is_wrong_usage(render: Render, point: str) -> None:
    result = render(picture("a.jpg"), "--focal-point", point)
    assert (result.exit_code, "0.3,0.4" in result.stderr) == (2, True)


OBJECT = "[v]\nwidth = 40\nformats = ['png']\nwatermark = {object = 'watermarks/logo.png'}\n"


def test_a_watermark_of_the_bucket_is_read_from_beside_the_table(render: Render) -> None:
    Path("../object.toml").write_text(OBJECT)
    Path("../watermarks").mkdir()
    Path("../watermarks/logo.png").write_bytes(encoded(Image.new("RGB", (9, 9), "red"), "PNG"))
    result = render(picture("a.jpg"), "--json", table="../object.toml")
    made = Image.open(paths(result)[0]).convert("RGB")
    assert made.getpixel((made.width - 4, made.height - 4)) == (255, 0, 0)


def test_without_a_copy_of_the_buckets_watermark_the_error_says_what_to_do(render: Render) -> None:
    Path("../object.toml").write_text(OBJECT)
    result = render(picture("a.jpg"), table="../object.toml")
    assert result.exit_code == 2
    assert "beside the table" in " ".join(result.stderr.split())
