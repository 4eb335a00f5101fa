import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec import defstruct
from PIL import Image

from ops.__main__ import main
from ops.local.names import PROJECT
from ops.rendering.outcomes import shown
from tests.imaging.samples import four_corners, saved
from tests.pictures import encoded, jpeg, photo

FIELDS = ["file", "status", "reason", "width", "height", "renditions", "milliseconds"]
RENDITION = ["variant", "format", "width", "height", "bytes", "path"]
SMALL = "[small]\nwidth = 40\nheight = 40\n"

Render = Callable[..., Result]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory with a table of one small variant beside it."""
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


def picture(path: str, data: bytes = b"") -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(data or jpeg(120, 80))
    return path


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def paths(result: Result) -> list[str]:
    return [made["path"] for line in lines(result) for made in line["renditions"]]


def test_each_file_is_one_line_of_json(render: Render) -> None:
    result = render(picture("a.jpg"), picture("b.txt", b"hello"), "--json")
    ready, rejected = lines(result)
    assert (list(ready), list(rejected)) == (FIELDS, FIELDS)
    assert (ready["file"], ready["status"], ready["reason"]) == ("a.jpg", "ready", None)
    assert (ready["width"], ready["height"]) == (120, 80)
    assert isinstance(ready["milliseconds"], int)


def test_each_rendition_is_on_the_disk_as_its_line_says(render: Render) -> None:
    (line,) = lines(render(picture("a.jpg"), "--json"))
    for made in line["renditions"]:
        assert list(made) == RENDITION
        assert Path(made["path"]).stat().st_size == made["bytes"]
        assert made["path"] == f"out/a/{made['variant']}.{made['format']}"
        assert (made["width"], made["height"]) == (40, 27)


def test_a_rejected_picture_is_no_error(render: Render) -> None:
    result = render(picture("notes.jpg", b"hello"), "--json")
    (line,) = lines(result)
    assert (line["status"], line["reason"]) == ("rejected", "not_an_image")
    assert (line["width"], line["height"], line["renditions"]) == (None, None, [])
    assert (result.exit_code, result.stderr) == (0, "")


def test_missing_files_and_directories_are_told_and_the_others_are_rendered(
    render: Render,
) -> None:
    Path("folder").mkdir()
    result = render("gone.jpg", "folder/", picture("a.jpg"), "--json")
    assert [line["file"] for line in lines(result)] == ["a.jpg"]
    assert result.stderr.splitlines() == [
        "There is no file gone.jpg.",
        "folder is a directory; name the pictures in it, as in folder/*.jpg.",
    ]
    assert result.exit_code == 1


def test_files_of_one_stem_go_into_folders_of_their_own(render: Render) -> None:
    files = [picture(f"{folder}/a.jpg") for folder in "xyz"]
    result = render(*files, picture("a-2.jpg"), picture("A.jpg"), "--json")
    folders = [Path(path).parent.name for path in paths(result)]
    assert folders == ["a", "a-2", "a-3", "a-2-2", "A-4"]


def test_a_folder_is_the_same_whatever_became_of_the_files_before(render: Render) -> None:
    result = render("gone/a.jpg", picture("bad/a.jpg", b"bad"), picture("a.jpg"), "--json")
    assert paths(result) == ["out/a-3/small.webp"]


def test_doing_it_twice_changes_nothing(render: Render, here: Path) -> None:
    def contents() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}

    picture("a.jpg")
    render("a.jpg")
    once = contents()
    render("a.jpg")
    assert contents() == once


@pytest.mark.parametrize(
    ("original", "out"), [("small/small.webp", "."), ("small/small.webp", "../work"), ("a", ".")]
)
def test_an_original_is_never_overwritten(render: Render, original: str, out: str) -> None:
    data = encoded(photo(120, 80), "WEBP")
    result = render(picture(original, data), "--json", out=out)
    assert paths(result) == [str(Path(out, f"{Path(original).stem}-2", "small.webp"))]
    assert Path(original).read_bytes() == data


@pytest.mark.parametrize("name", ["..jpg", "...jpg", ".jpg"])
def test_no_name_leads_out_of_its_folder(render: Render, here: Path, name: str) -> None:
    (path,) = paths(render(picture(name), "--json"))
    assert Path(path).resolve().parent.parent == here / "out"


def test_people_read_a_line_for_each_file_and_rendition_and_a_total(render: Render) -> None:
    data = jpeg(120, 80)
    result = render(picture("a.jpg", data), picture("b.jpg", data), picture("c.jpg", b"no"))
    first, rendition, *_, rejected, total = result.stdout.splitlines()
    size = Path("out/a/small.webp").stat().st_size
    assert first.startswith(f"a.jpg  120×80  {len(data):,} bytes  ready in ")
    assert rendition.split() == ["small", "webp", "40×27", str(size), "bytes", "out/a/small.webp"]
    assert rejected == "c.jpg  rejected (not_an_image): The file is not a picture."
    assert total == (
        f"3 files, 2 ready, 1 rejected, {2 * len(data):,} bytes in, {2 * size:,} bytes out, "
        f"{100 - 100 * size / len(data):.1f}% saved"
    )


def test_a_total_of_nothing_is_a_total_too(render: Render) -> None:
    assert render("gone.jpg").stdout == "0 files, 0 ready\n"


def test_a_name_cannot_write_lines_or_colours_of_its_own(render: Render) -> None:
    result = render(picture("[red]a\n\x1b[1mb.jpg"))
    assert result.stdout.startswith("[red]a��[1mb.jpg  120×80")
    assert shown("é 写真.jpg") == "é 写真.jpg"


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (None, "The variants table other.toml cannot be read."),
        (b"", "The variants table other.toml has no variant."),
        (b"[a]\nquality = 3\n", "The variant a needs a width or a height."),
        (b"\xff\xd8", "The variants table other.toml is no UTF-8 text."),
        (
            b'[a]\nwidth = 9\nwatermark = {file = "gone.png"}\n',
            "The watermark gone.png is not there.",
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


def test_a_watermark_may_lie_beside_its_table(render: Render) -> None:
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
    monkeypatch.setattr("ops.render.Settings", defstruct("Settings", fields))
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
def test_heic_is_read_by_an_option_or_by_the_setting(
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


def test_heic_without_its_package_is_wrong_usage(
    render: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    result = render(picture("a.jpg"), "--heic")
    assert result.exit_code == 2
    assert "requirements-heic.txt" in result.stderr


def test_a_file_that_cannot_be_written_is_told_and_leaves_nothing_half_done(
    render: Render,
) -> None:
    Path("out/a/small.webp").mkdir(parents=True)
    result = render(picture("a.jpg"), picture("b.jpg"), "--json")
    assert paths(result) == ["out/b/small.webp"]
    assert result.stderr == "out/a/small.webp cannot be written: Is a directory.\n"
    assert result.exit_code == 1
    assert os.listdir("out/a") == ["small.webp"]


@pytest.mark.parametrize("out", ["a.jpg", "a.jpg/out"])
def test_what_is_a_file_can_be_no_directory(render: Render, out: str) -> None:
    result = render(picture("a.jpg"), out=out)
    assert (result.exit_code, result.stdout) == (2, "")


def program(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ops", "render", *arguments]
    pipe = subprocess.PIPE
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)


@pytest.mark.usefixtures("here")
def test_the_program_prints_json_and_nothing_else() -> None:
    broken = picture("b.jpg", jpeg(120, 80)[:900])
    with program(picture("a.jpg"), broken, "--out", "out", "--json") as process:
        output, errors = process.communicate(timeout=60)
    assert [json.loads(line)["file"] for line in output.splitlines()] == ["a.jpg", "b.jpg"]
    assert (process.returncode, errors) == (0, "")


@pytest.mark.usefixtures("here")
def test_a_line_is_there_before_the_next_file_and_ctrl_c_ends_with_a_sentence() -> None:
    os.mkfifo("never")  # the program waits for somebody to write into it
    with program(picture("a.jpg"), "never", "--out", "out", "--json") as process:
        assert process.stdout
        stuck = threading.Timer(60, process.kill)
        stuck.start()
        assert json.loads(process.stdout.readline())["file"] == "a.jpg"
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
        stuck.cancel()
    assert (process.returncode, output) == (130, "")
    assert errors == "Stopped: 1 of 2 files done.\n"


COVER = "[square]\nwidth = 40\nheight = 40\nfit = 'cover'\nformats = ['png']\n"


def test_crops_are_made_around_the_focal_point(render: Render) -> None:
    Path("../cover.toml").write_text(COVER)
    halves = Image.new("RGB", (160, 80), "red")
    halves.paste("blue", (80, 0, 160, 80))
    file = picture("a.png", encoded(halves, "PNG"))
    seen = []
    for point in ("0.1,0.5", "0.9,0.5"):
        result = render(file, "--json", "--focal-point", point, table="../cover.toml")
        seen.append(Image.open(paths(result)[0]).convert("RGB").getpixel((20, 20)))
    assert seen == [(255, 0, 0), (0, 0, 255)]


@pytest.mark.parametrize("point", ["0.3", "0.3,2", "a,b", "", "0.3,0.4,0.5", "nan,0.5"])
def test_a_wrong_focal_point_is_wrong_usage(render: Render, point: str) -> None:
    result = render(picture("a.jpg"), "--focal-point", point)
    assert (result.exit_code, "0.3,0.4" in result.stderr) == (2, True)
