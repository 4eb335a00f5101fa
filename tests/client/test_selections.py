"""Searches, and the verbs that act on what they find, against a fake Darkroom."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.client.conftest import Run
from tests.client.darkroom import FakeDarkroom, new_image, problem

UNKNOWN = "7" * 26
Add = Callable[..., str]


@pytest.fixture
def add(darkroom: FakeDarkroom) -> Add:
    """Adds an image to the API; returns its id."""

    def add(data: bytes = b"data", **changes: object) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        order = {"filename": "a.jpg", "content_type": "image/jpeg", "size": 5, "sha256": sha256}
        image = new_image(len(darkroom.images), order) | changes
        darkroom.images[image["id"]] = image
        darkroom.files[image["id"]] = data
        return str(image["id"])

    return add


def test_conditions_are_sent_to_the_api(run: Run, darkroom: FakeDarkroom) -> None:
    conditions = ("--query", "red door", "--tag", "a", "--tag", "b", "--visibility", "private")
    dates = ("--from", "2026-05-01", "--to", "2026-05-31T12:00:00+02:00")
    assert run("list", *conditions, *dates, "--status", "ready", "--sort=-bytes").exit_code == 0
    assert darkroom.queries == [
        {
            "q": ["red door"],
            "tag": ["a", "b"],
            "visibility": ["private"],
            "from": ["2026-05-01"],
            "to": ["2026-05-31T12:00:00+02:00"],
            "status": ["ready"],
            "sort": ["-bytes"],
        }
    ]


def test_all_ids_are_printed(run: Run, add: Add) -> None:
    ids = [add() for _ in range(130)][::-1]
    assert run("list", "--ids").stdout.split() == ids
    assert run("list", "--ids", "--limit", "3").stdout.split() == ids[:3]


@pytest.mark.parametrize("options", [("--ids", "--json"), ("--all", "--limit", "3")])
def test_options_that_contradict_each_other_are_wrong_usage(
    run: Run, options: tuple[str, ...]
) -> None:
    assert run("list", *options).exit_code == 2


def test_a_long_list_waits_as_long_as_the_server_says(
    run: Run, add: Add, darkroom: FakeDarkroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("darkroom_client.cli.options.pause_until", lambda _: waits.append)
    busy = {"status": 503, "code": "unavailable", "detail": "Try later."}
    darkroom.faults["images"] += [problem(**busy, **{"Retry-After": "7"}) for _ in range(4)]
    wanted = add()
    assert run("list", "--all", "--ids").stdout.split() == [wanted]
    assert [7 <= wait <= 9 for wait in waits if wait] == [True] * 4


def test_tags_are_added_and_removed(run: Run, add: Add, darkroom: FakeDarkroom) -> None:
    image_id = add(tags=["Door", "red"])
    done = run("tag", "--add", "new", "--add", "DOOR", "--remove", "Red", image_id)
    assert (done.exit_code, done.stdout) == (0, f"{image_id}  Door, new\n")
    assert darkroom.images[image_id]["tags"] == ["Door", "new"]


def test_ids_are_read_from_standard_input(run: Run, add: Add, darkroom: FakeDarkroom) -> None:
    ids = [add(), add()]
    done = run("tag", "--add", "x", "--json", "-", stdin=f"{ids[0]}\n{ids[1]} {ids[0]}\n")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ids
    assert [darkroom.images[i]["tags"] for i in ids] == [["x"], ["x"]]


def test_all_images_that_meet_the_conditions_are_tagged(
    run: Run, add: Add, darkroom: FakeDarkroom
) -> None:
    wanted = {add(tags=["a"]) for _ in range(130)}
    other = add(tags=["b"])
    # The change takes each out of the selection.
    assert run("tag", "--tag", "a", "--remove", "a").exit_code == 0
    assert [darkroom.images[i]["tags"] for i in wanted] == [[]] * 130
    assert darkroom.images[other]["tags"] == ["b"]


def test_a_tag_that_somebody_else_adds_meanwhile_stays(
    run: Run, add: Add, darkroom: FakeDarkroom
) -> None:
    image_id = add(tags=["a"])
    changed = problem(412, "precondition_failed", "It has been changed.")
    answer = darkroom._change

    def overtaken(image: dict[str, object], *_: object) -> object:
        darkroom._change = answer  # type: ignore[method-assign]
        image["tags"] = ["a", "theirs"]
        return changed

    darkroom._change = overtaken  # type: ignore[assignment, method-assign]
    assert run("tag", "--add", "ours", image_id).exit_code == 0
    assert darkroom.images[image_id]["tags"] == ["a", "theirs", "ours"]


@pytest.mark.parametrize("verb", ["tag", "edit", "download"])
@pytest.mark.parametrize("given", [(), (UNKNOWN, "--tag", "a")])
def test_ids_or_conditions_are_needed(run: Run, verb: str, given: tuple[str, ...]) -> None:
    options = {"tag": ("--add", "x"), "edit": ("--alt", "en=x"), "download": ("--out", ".")}
    done = run(verb, *options[verb], *given)
    assert (done.exit_code, "Give either IDs" in done.stderr) == (2, True)


@pytest.mark.parametrize("verb", [("tag", "--add", "x"), ("edit", "--alt", "en=x"), ("delete",)])
def test_a_word_on_standard_input_that_is_no_id_is_wrong_usage(
    run: Run, verb: tuple[str, ...]
) -> None:
    done = run(*verb, "-", stdin="../health")
    assert (done.exit_code, "is not an image id" in done.stderr) == (2, True)


def test_an_unknown_image_of_several_is_reported(run: Run, add: Add) -> None:
    done = run("tag", "--add", "x", UNKNOWN, add())
    assert (done.exit_code, done.stderr) == (3, f"{UNKNOWN}: There is no such image.\n")


def test_images_on_standard_input_are_deleted(run: Run, add: Add, darkroom: FakeDarkroom) -> None:
    ids = [add(), add()]
    assert run("delete", "--yes", "-", stdin="\n".join(ids)).exit_code == 0
    assert {darkroom.images[i]["status"] for i in ids} == {"deleted"}


def test_images_on_standard_input_become_private(
    run: Run, add: Add, darkroom: FakeDarkroom
) -> None:
    image_id = add()
    assert run("visibility", "private", "-", stdin=image_id).exit_code == 0
    assert darkroom.images[image_id]["visibility"] == "private"


def test_an_image_is_edited(run: Run, add: Add, darkroom: FakeDarkroom) -> None:
    image_id = add(alt={"de": "Tür", "fr": "Porte"})
    texts = ("--alt", "en=A = B", "--alt", "fr=", "--focal-point", "0.25,0.5")
    done = run("edit", image_id, "--filename", "door.jpg", *texts)
    assert (done.exit_code, done.stdout) == (0, f"{image_id}  door.jpg\n")
    image = darkroom.images[image_id]
    assert (image["filename"], image["alt"]) == ("door.jpg", {"de": "Tür", "en": "A = B"})
    assert image["focal_point"] == {"x": 0.25, "y": 0.5}


def test_a_focal_point_is_removed(run: Run, add: Add, darkroom: FakeDarkroom) -> None:
    image_id = add(focal_point={"x": 0.25, "y": 0.5})
    assert run("edit", image_id, "--no-focal-point").exit_code == 0
    assert darkroom.images[image_id]["focal_point"] is None


@pytest.mark.parametrize(
    "options",
    [(), ("--alt", "en"), ("--focal-point", "2,2"), ("--focal-point=0,0", "--no-focal-point")],
)
def test_an_edit_that_is_none_is_wrong_usage(run: Run, add: Add, options: tuple[str, ...]) -> None:
    assert run("edit", add(), *options).exit_code == 2


def test_a_file_name_is_for_one_image(run: Run, add: Add, darkroom: FakeDarkroom) -> None:
    ids = [add(), add()]
    assert run("edit", *ids, "--filename", "x.jpg").exit_code == 2
    assert {darkroom.images[i]["filename"] for i in ids} == {"a.jpg"}


def rendition(darkroom: FakeDarkroom, image_id: str, data: bytes) -> dict[str, object]:
    key = f"{image_id}/{hashlib.sha256(data).hexdigest()[:16]}/720p.webp"
    darkroom.files[key] = data
    address = f"{darkroom.address}/files/{key}"
    sides = {"format": "webp", "width": 4, "height": 3, "bytes": len(data)}
    return {"variant": "720p", "key": key, "url": address, "immutable_url": address, **sides}


def test_originals_are_saved_under_their_names(run: Run, add: Add, tmp_path: Path) -> None:
    image_id = add(b"original", filename="../Tür.jpg")
    done = run("download", image_id, "--out", str(tmp_path / "new"))
    assert (done.exit_code, done.stderr) == (0, "")
    assert (tmp_path / "new/Tür.jpg").read_bytes() == b"original"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["Tür.jpg"]


def test_a_variant_is_saved(run: Run, add: Add, darkroom: FakeDarkroom, tmp_path: Path) -> None:
    image_id = add(tags=["a"])
    darkroom.images[image_id]["renditions"] = [rendition(darkroom, image_id, b"small")]
    assert run("download", "--tag", "a", "--variant", "720p", "--out", str(tmp_path)).exit_code == 0
    assert (tmp_path / "a-720p.webp").read_bytes() == b"small"


def test_an_image_without_the_variant_is_reported(run: Run, add: Add, tmp_path: Path) -> None:
    done = run("download", add(), "--variant", "720p", "--out", str(tmp_path))
    assert (done.exit_code, "It has no rendition 720p; it is pending." in done.stderr) == (1, True)


def test_a_file_that_is_there_is_not_fetched_again(
    run: Run, add: Add, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    image_id = add()
    for _ in range(2):
        done = run("download", image_id, "--out", str(tmp_path), "--json")
    assert json.loads(done.stdout) == {
        "id": image_id,
        "path": str(tmp_path / "a.jpg"),
        "was_there": True,
    }
    assert darkroom.requests["files"] == 1


def test_another_file_is_never_overwritten(run: Run, add: Add, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"mine")
    first, second = add(b"1"), add(b"2")
    for _ in range(2):
        assert run("download", first, second, "--out", str(tmp_path)).exit_code == 0
    found = {path.name: path.read_bytes() for path in tmp_path.glob("*.jpg")}
    assert found == {"a.jpg": b"mine", f"a-{first}.jpg": b"1", f"a-{second}.jpg": b"2"}


def test_a_file_whose_names_are_taken_is_reported(run: Run, add: Add, tmp_path: Path) -> None:
    image_id = add()
    for name in ("a.jpg", f"a-{image_id}.jpg"):
        (tmp_path / name).write_bytes(b"mine")
    done = run("download", image_id, "--out", str(tmp_path))
    assert (done.exit_code, "exists, and is another file" in done.stderr) == (1, True)


def test_a_download_that_breaks_is_repeated(
    run: Run, add: Add, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    darkroom.cuts_files = 2
    assert run("download", add(b"whole"), "--out", str(tmp_path)).exit_code == 0
    assert (tmp_path / "a.jpg").read_bytes() == b"whole"


def test_a_file_that_is_not_what_it_should_be_is_not_saved(
    run: Run, add: Add, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    image_id = add()
    darkroom.files[image_id] = b"other"
    done = run("download", image_id, "--out", str(tmp_path))
    assert (done.exit_code, "arrived damaged" in done.stderr) == (1, True)
    assert list(tmp_path.glob("*.jpg")) == []
    assert list(tmp_path.glob(".darkroom-*")) == []
