"""`render`: the outcome of each file, its folder, and the output."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from darkroom_client.cli.terminal import shown
from ops.project import PROJECT
from tests.ops.rendering.renders import Render, lines, paths, picture
from tests.pictures import encoded, jpeg, photo
from tests.waiting import GENEROUS

FIELDS = ["file", "status", "reason", "width", "height", "renditions", "milliseconds"]
RENDITION = ["variant", "format", "width", "height", "bytes", "path"]


def test_each_file_is_one_line_of_json(render: Render) -> None:
    result = render(picture("a.jpg"), picture("b.txt", b"hello"), "--json")
    ready, rejected = lines(result)
    assert (list(ready), list(rejected)) == (FIELDS, FIELDS)
    assert (ready["file"], ready["status"], ready["reason"]) == ("a.jpg", "ready", None)
    assert (ready["width"], ready["height"]) == (120, 80)
    assert isinstance(ready["milliseconds"], int)


def test_each_rendition_on_disk_matches_its_json_line(render: Render) -> None:
    (line,) = lines(render(picture("a.jpg"), "--json"))
    for made in line["renditions"]:
        assert list(made) == RENDITION
        assert Path(made["path"]).stat().st_size == made["bytes"]
        assert made["path"] == f"out/a/{made['variant']}.{made['format']}"
        assert (made["width"], made["height"]) == (40, 27)


def test_a_rejected_picture_is_not_an_error(render: Render) -> None:
    result = render(picture("notes.jpg", b"hello"), "--json")
    (line,) = lines(result)
    assert (line["status"], line["reason"]) == ("rejected", "not_an_image")
    assert (line["width"], line["height"], line["renditions"]) == (None, None, [])
    assert (result.exit_code, result.stderr) == (0, "")


def test_missing_files_and_directories_are_reported_and_the_others_rendered(
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


def test_files_with_the_same_stem_get_separate_folders(render: Render) -> None:
    files = [picture(f"{folder}/a.jpg") for folder in "xyz"]
    result = render(*files, picture("a-2.jpg"), picture("A.jpg"), "--json")
    folders = [Path(path).parent.name for path in paths(result)]
    assert folders == ["a", "a-2", "a-3", "a-2-2", "A-4"]


def test_a_folder_does_not_depend_on_the_outcome_of_earlier_files(render: Render) -> None:
    result = render("gone/a.jpg", picture("bad/a.jpg", b"bad"), picture("a.jpg"), "--json")
    assert paths(result) == ["out/a-3/small.webp"]


def test_rendering_twice_changes_nothing(render: Render, here: Path) -> None:
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


def test_the_readable_output_has_lines_for_files_and_renditions_and_a_total(render: Render) -> None:
    data = jpeg(120, 80)
    result = render(picture("a.jpg", data), picture("b.jpg", data), picture("c.jpg", b"no"))
    first, rendition, *_, rejected, total = result.stdout.splitlines()
    size = Path("out/a/small.webp").stat().st_size
    assert first.startswith(f"a.jpg  120×80  {len(data):,} bytes  ready in ")
    assert rendition.split() == ["small", "webp", "40×27", str(size), "bytes", "out/a/small.webp"]
    assert rejected == "c.jpg  rejected (not_an_image): This file isn't an image."
    assert total == (
        f"3 files, 2 ready, 1 rejected, {2 * len(data):,} bytes in, {2 * size:,} bytes out, "
        f"{100 - 100 * size / len(data):.1f}% saved"
    )


def test_the_total_of_no_files_is_printed(render: Render) -> None:
    assert render("gone.jpg").stdout == "0 files, 0 ready\n"


def test_a_file_name_cannot_inject_lines_or_colours(render: Render) -> None:
    result = render(picture("[red]a\n\x1b[1mb.jpg"))
    assert result.stdout.startswith("[red]a��[1mb.jpg  120×80")
    assert shown("é 写真.jpg") == "é 写真.jpg"


def test_a_file_that_cannot_be_written_is_reported_and_leaves_no_partial_file(
    render: Render,
) -> None:
    Path("out/a/small.webp").mkdir(parents=True)
    result = render(picture("a.jpg"), picture("b.jpg"), "--json")
    assert paths(result) == ["out/b/small.webp"]
    assert result.stderr == "out/a/small.webp cannot be written: Is a directory.\n"
    assert result.exit_code == 1
    assert os.listdir("out/a") == ["small.webp"]


@pytest.mark.parametrize("out", ["a.jpg", "a.jpg/out"])
def test_a_file_cannot_be_the_output_directory(render: Render, out: str) -> None:
    result = render(picture("a.jpg"), out=out)
    assert (result.exit_code, result.stdout) == (2, "")


def program(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ops", "render", *arguments]
    pipe = subprocess.PIPE
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)


@pytest.mark.usefixtures("here")
def test_the_program_prints_json_and_nothing_else() -> None:
    corrupt = picture("b.jpg", jpeg(120, 80)[:900])
    with program(picture("a.jpg"), corrupt, "--out", "out", "--json") as process:
        output, errors = process.communicate(timeout=GENEROUS)
    assert [json.loads(line)["file"] for line in output.splitlines()] == ["a.jpg", "b.jpg"]
    assert (process.returncode, errors) == (0, "")


@pytest.mark.usefixtures("here")
def test_each_line_is_printed_before_the_next_file_is_opened() -> None:
    os.mkfifo("never")  # the program waits for a writer
    with program(picture("a.jpg"), "never", "--out", "out", "--json") as process:
        assert process.stdout
        stuck = threading.Timer(GENEROUS, process.kill)
        stuck.start()
        line = process.stdout.readline()
        stuck.cancel()
        process.kill()
    assert json.loads(line)["file"] == "a.jpg"


@pytest.mark.usefixtures("here")
def test_ctrl_c_ends_with_a_message() -> None:
    # Their lines fill the pipe, so that the program cannot finish before it is interrupted.
    names = [picture(f"{number:0200}.jpg") for number in range(200)]
    with program(*names, "--out", "out", "--json") as process:
        assert process.stdout
        stuck = threading.Timer(GENEROUS, process.kill)
        stuck.start()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=GENEROUS)
        stuck.cancel()
    assert re.fullmatch(r"Stopped: \d+ of 200 files done\.\n", errors)
    assert process.returncode == 130
