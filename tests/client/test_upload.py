"""`upload`, against a fake Darkroom."""

import json
import os
from pathlib import Path

import pytest

from chalicelib.model.formats import FORMATS, RawFormat
from tests.client.conftest import Run
from tests.client.darkroom import FakeDarkroom
from tests.imaging.raws import raw
from tests.imaging.samples import four_corners, saved


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_pictures_of_a_folder_become_ready(run: Run, folder: Path) -> None:
    done = run("upload", str(folder))
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == "3 files, 3 ready"
    assert "50% saved" in done.stdout


def test_json_output_has_a_line_for_each_file(
    run: Run, folder: Path, darkroom: FakeDarkroom
) -> None:
    outcomes = lines(run("upload", str(folder), "--json").stdout)
    assert {str(outcome["file"])[len(str(folder)) :] for outcome in outcomes} == {
        "/a.jpg",
        "/b.PNG",
        "/deep/c.webp",
    }
    assert {outcome["image_id"] for outcome in outcomes} == {*darkroom.images}
    assert {
        (outcome["status"], outcome["bytes"], outcome["duplicate"]) for outcome in outcomes
    } == {("ready", 1000, False)}


def test_uploaded_files_are_not_sent_again(run: Run, folder: Path, darkroom: FakeDarkroom) -> None:
    run("upload", str(folder))
    again = run("upload", str(folder))
    assert len(darkroom.arrivals) == 3
    assert again.stdout.splitlines()[-1] == "3 files, 3 ready, 3 already uploaded"


def test_two_files_with_the_same_bytes_are_sent_once(
    run: Run, folder: Path, darkroom: FakeDarkroom
) -> None:
    (folder / "copy.jpg").write_bytes((folder / "a.jpg").read_bytes())
    outcomes = lines(run("upload", str(folder), "--json").stdout)
    assert len(darkroom.arrivals) == 3
    assert len({outcome["image_id"] for outcome in outcomes}) == 3


def test_no_wait_ends_when_the_files_are_sent(
    run: Run, folder: Path, darkroom: FakeDarkroom
) -> None:
    outcomes = lines(run("upload", str(folder), "--json", "--no-wait").stdout)
    assert {outcome["status"] for outcome in outcomes} == {"sent"}
    assert darkroom.requests["images"] == 0


def test_files_in_processing_are_not_sent_again(
    run: Run, folder: Path, darkroom: FakeDarkroom
) -> None:
    run("upload", str(folder), "--no-wait")
    assert run("upload", str(folder)).exit_code == 0
    assert len(darkroom.arrivals) == 3


def test_a_rejected_file_is_reported_with_the_servers_reason(run: Run, folder: Path) -> None:
    (folder / "bad.jpg").write_bytes(b"bad")
    done = run("upload", str(folder))
    assert done.exit_code == 3
    assert "bad.jpg  rejected (corrupt_image): It is torn." in done.stderr


def test_a_single_rejected_file_fails_the_command(run: Run, folder: Path) -> None:
    (folder / "notes.txt").write_bytes(b"Dear diary")
    done = run("upload", str(folder / "notes.txt"))
    assert done.exit_code == 1
    assert "rejected (unsupported_type): Files of this type are not accepted." in done.stderr


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jfif", "jpeg"),
        ("a.JPE", "jpeg"),
        ("a.mpo", "jpeg"),
        ("IMG_0001", "jpeg"),
        ("photo.dat", "png"),
        ("photo.jpg", "webp"),
    ],
)
def test_the_type_of_a_file_is_that_of_its_first_bytes(
    run: Run, folder: Path, darkroom: FakeDarkroom, name: str, kind: str
) -> None:
    (folder / name).write_bytes(saved(four_corners(), kind))
    assert run("upload", str(folder / name)).exit_code == 0
    assert [image["content_type"] for image in darkroom.images.values()] == [f"image/{kind}"]


def test_a_file_of_unknown_bytes_is_sent_if_it_is_named_like_a_picture(
    run: Run, folder: Path, darkroom: FakeDarkroom
) -> None:
    run("upload", str(folder / "b.PNG"))
    assert [image["content_type"] for image in darkroom.images.values()] == ["image/png"]


def test_pictures_in_a_folder_are_found_by_their_content(
    run: Run, tmp_path: Path, darkroom: FakeDarkroom
) -> None:
    for number, name in enumerate(("IMG_0001", "deep/photo.dat", "notes.txt")):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(saved(four_corners(96 + number), "jpeg"))
    assert run("upload", str(tmp_path / "in")).exit_code == 0
    names = {image["filename"] for image in darkroom.images.values()}
    assert names == {"IMG_0001", "photo.dat", "notes.txt"}


@pytest.mark.parametrize("kind", ["arw", "cr3", "nef", "raf"])
def test_a_raw_file_is_sent_under_the_type_of_its_suffix(
    run: Run, tmp_path: Path, darkroom: FakeDarkroom, kind: RawFormat
) -> None:
    # Its maker is not among the first bytes.
    data = raw(kind, saved(four_corners(), "jpeg")).replace(b"NIKON", b"?????")
    (tmp_path / f"a.{kind.upper()}").write_bytes(data)
    run("upload", str(tmp_path))
    types = [image["content_type"] for image in darkroom.images.values()]
    assert types == [FORMATS[kind].media_type]


def test_a_raw_file_beside_a_picture_of_its_name_is_skipped_in_a_folder(
    run: Run, tmp_path: Path, darkroom: FakeDarkroom
) -> None:
    for number, name in enumerate(("one.JPG", "one.NEF", "two.nef", "three.nef", "deep/two.jpg")):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = "nef" if path.suffix.lower() == ".nef" else "jpeg"
        path.write_bytes(saved(four_corners(96 + number), kind))
    done = run("upload", str(tmp_path / "in"))
    names = [image["filename"] for image in darkroom.images.values()]
    assert sorted(names) == ["one.JPG", "three.nef", "two.jpg", "two.nef"]
    assert "Skipped: 1 file" in done.stderr


def test_a_raw_file_that_is_named_is_sent_whatever_is_beside_it(
    run: Run, tmp_path: Path, darkroom: FakeDarkroom
) -> None:
    for name, kind in (("one.jpg", "jpeg"), ("one.nef", "nef")):
        (tmp_path / name).write_bytes(saved(four_corners(), kind))
    run("upload", str(tmp_path / "one.nef"))
    assert [image["filename"] for image in darkroom.images.values()] == ["one.nef"]


def test_unread_raw_files_and_pipes_in_a_folder_are_skipped(
    run: Run, folder: Path, darkroom: FakeDarkroom
) -> None:
    (folder / "a.3FR").write_bytes(saved(four_corners(), "tiff"))
    os.mkfifo(folder / "pipe")
    done = run("upload", str(folder))
    assert len(darkroom.arrivals) == 3
    assert "Skipped: 2 files that aren't pictures." in done.stderr


def test_a_file_of_a_folder_that_cannot_be_read_is_reported(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, *arguments: object) -> object:
        if path.endswith("secret"):
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments)

    real = open
    (folder / "secret").write_bytes(b"x")
    # The tests may run as root, who can read everything.
    monkeypatch.setattr("builtins.open", refuse)
    done = run("upload", str(folder))
    assert done.exit_code == 3
    assert "secret  failed (unreadable): It cannot be read: Permission denied." in done.stderr


def test_names_may_be_anything(run: Run, folder: Path, darkroom: FakeDarkroom) -> None:
    names = ["Zürich 日本 🙂.jpg", "-n.jpg", 'a"b;c.jpg', "line\nbreak.jpg", "%2e%2e.jpg"]
    paths = [folder / name for name in names]
    for number, path in enumerate(paths):
        path.write_bytes(bytes([9, number]))
    raw = os.fsencode(folder / "x") + b"\xff.jpg"
    Path(os.fsdecode(raw)).write_bytes(b"raw")
    done = run("upload", "--", *map(str, paths), os.fsdecode(raw))
    assert done.exit_code == 0
    assert {outcome["filename"] for outcome in darkroom.images.values()} == {*names, "x�.jpg"}
    assert len(done.stdout.splitlines()) == 7


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path, "There is no such file."),
        (lambda path: (path.write_bytes(b"") and path) or path, "The file is empty."),
        (lambda path: os.mkfifo(path) or path, "It is not a regular file."),
        (lambda path: path.symlink_to(path) or path, "It cannot be read: "),
        (lambda path: path.with_name("x" * 300), "It cannot be read: File name too long."),
    ],
    ids=["none", "empty", "pipe", "loop", "long"],
)
def test_a_file_that_cannot_be_sent_is_reported_while_the_others_are_sent(
    run: Run, folder: Path, make: object, message: str
) -> None:
    name = str(make(folder / "x.jpg"))  # type: ignore[operator]
    done = run("upload", name, str(folder / "a.jpg"))
    assert (done.exit_code, message in done.stderr) == (3, True)
    assert "a.jpg  ready" in done.stdout


def test_a_file_without_read_permission_is_reported(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    # The tests may run as root, who can read everything.
    monkeypatch.setattr("builtins.open", refuse)
    done = run("upload", str(folder / "a.jpg"))
    assert (done.exit_code, "It cannot be read: Permission denied." in done.stderr) == (1, True)


def test_an_empty_folder_is_nothing_to_do(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run("upload", str(tmp_path / "empty"))
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "There is nothing to send.\n")


def test_hidden_and_other_files_are_skipped(run: Run, folder: Path, darkroom: FakeDarkroom) -> None:
    for name in ("notes.txt", ".hidden.jpg", "Thumbs.db"):
        (folder / name).write_bytes(b"x")
    done = run("upload", str(folder))
    assert len(darkroom.arrivals) == 3
    assert "Skipped: 2 files that aren't pictures." in done.stderr


def test_concurrency_limits_how_many_of_fifty_files_are_sent_at_once(
    run: Run, tmp_path: Path, darkroom: FakeDarkroom
) -> None:
    for number in range(50):
        (tmp_path / f"{number}.jpg").write_bytes(b"%d" % number * 50_000)
    darkroom.open.clear()
    darkroom.opens_at = 6
    done = run("upload", str(tmp_path), "--concurrency", "6")
    assert done.stdout.splitlines()[-1] == "50 files, 50 ready"
    assert sorted(darkroom.arrivals) == sorted(darkroom.images)
    assert darkroom.most_at_once == 6
