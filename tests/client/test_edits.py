"""`edit` with steps, and recipes from files, against a fake Darkroom."""

import json
from pathlib import Path

import pytest

from tests.client.conftest import Run
from tests.client.darkroom import FakeDarkroom
from tests.client.test_selections import Add, add
from tests.pictures import jpeg

__all__ = ["add"]

SIZE = {"original_width": 800, "original_height": 600, "status": "ready"}


def test_steps_are_sent_in_the_order_of_the_options(
    run: Run, add: Add, darkroom: FakeDarkroom
) -> None:
    image_id = add(**SIZE)
    steps = ("--rotate", "90", "--crop", "0.1,0.2,0.5,0.6", "--flip", "vertical", "--rotate=180")
    boxes = ("--redact", "0,0,0.5,0.1", "--straighten=-2.5", "--redact", "0,0.5,1,0.5,#FF0000")
    done = run("edit", image_id, *steps, *boxes)
    assert (done.exit_code, done.stdout) == (0, f"{image_id}  a.jpg\n")
    assert darkroom.images[image_id]["edits"] == [
        {"action": "rotate", "degrees": 90},
        {"action": "crop", "x": 0.1, "y": 0.2, "width": 0.5, "height": 0.6},
        {"action": "flip", "axis": "vertical"},
        {"action": "rotate", "degrees": 180},
        {"action": "redact", "x": 0.0, "y": 0.0, "width": 0.5, "height": 0.1, "color": "#000000"},
        {"action": "straighten", "degrees": -2.5},
        {"action": "redact", "x": 0.0, "y": 0.5, "width": 1.0, "height": 0.5, "color": "#ff0000"},
    ]


def test_a_ratio_is_cropped_around_the_centre(run: Run, add: Add, darkroom: FakeDarkroom) -> None:
    image_id = add(**SIZE)
    assert run("edit", image_id, "--rotate", "90", "--crop-ratio", "2:1").exit_code == 0
    _, crop = darkroom.images[image_id]["edits"]
    assert crop == {"action": "crop", "x": 0, "y": 0.3125, "width": 1, "height": 0.375}


def test_a_ratio_is_cropped_around_the_focal_point(
    run: Run, add: Add, darkroom: FakeDarkroom
) -> None:
    # The point is one of the present picture, which is the left half: a quarter of the original.
    half = {"action": "crop", "x": 0, "y": 0, "width": 0.5, "height": 1}
    image_id = add(**SIZE, edits=[half], focal_point={"x": 0.5, "y": 0.5})
    assert run("edit", image_id, "--crop-ratio", "1:3").exit_code == 0
    (crop,) = darkroom.images[image_id]["edits"]
    assert crop == {"action": "crop", "x": 0.125, "y": 0, "width": 0.25, "height": 1}


def test_a_ratio_is_cropped_around_a_suggested_focal_point(
    run: Run, add: Add, darkroom: FakeDarkroom
) -> None:
    suggestion = {"x": 0.25, "y": 0.5, "source": "saliency", "faces_sought": False}
    image_id = add(**SIZE, suggested_focal_point=suggestion)
    assert run("edit", image_id, "--crop-ratio", "1:3").exit_code == 0
    (crop,) = darkroom.images[image_id]["edits"]
    assert crop == {"action": "crop", "x": 0.125, "y": 0, "width": 0.25, "height": 1}


def test_a_suggested_focal_point_is_shown_as_one(run: Run, add: Add) -> None:
    suggestion = {"x": 0.25, "y": 0.5, "source": "faces", "faces_sought": True}
    suggested = add(suggested_focal_point=suggestion)
    chosen = add(suggested_focal_point=suggestion, focal_point={"x": 0.1, "y": 0.2})
    shown = [run("show", image_id).stdout for image_id in (suggested, chosen)]
    assert "focal point 0.25, 0.5 (suggested, from faces)\n" in shown[0]
    assert "focal point 0.1, 0.2\n" in shown[1]


def test_a_ratio_needs_the_size_of_the_picture(run: Run, add: Add) -> None:
    done = run("edit", add(), "--crop-ratio", "1:1")
    assert done.exit_code == 1
    assert "it has no size yet" in done.stderr


def test_edits_are_removed(run: Run, add: Add, darkroom: FakeDarkroom) -> None:
    image_id = add(edits=[{"action": "rotate", "degrees": 90}])
    assert run("edit", image_id, "--no-edits").exit_code == 0
    assert darkroom.images[image_id]["edits"] == []


@pytest.mark.parametrize(
    "options",
    [
        ("--rotate", "45"),
        ("--crop", "0.5,0.5,0.6,0.5"),
        ("--crop", "0.5,0.5"),
        ("--flip", "sideways"),
        ("--straighten", "90"),
        ("--redact", "0,0,1,1,red"),
        ("--crop-ratio", "16x9"),
        ("--crop-ratio", "0:9"),
        ("--rotate", "90", "--no-edits"),
        ("--rotate", "90") * 21,
    ],
)
def test_a_wrong_step_is_wrong_usage(run: Run, add: Add, options: tuple[str, ...]) -> None:
    assert run("edit", add(**SIZE), *options).exit_code == 2


def test_the_actions_are_shown(run: Run, add: Add) -> None:
    edits = [{"action": "rotate", "degrees": 90}, {"action": "flip", "axis": "vertical"}]
    assert "edits       rotate, flip\n" in run("show", add(edits=edits)).stdout


def test_files_are_uploaded_with_a_recipe(run: Run, darkroom: FakeDarkroom, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(40, 30))
    recipe = tmp_path / "edits.json"
    recipe.write_text('[{"action": "rotate", "degrees": 90}]')
    assert run("upload", str(tmp_path / "a.jpg"), "--edits", str(recipe)).exit_code == 0
    (image,) = darkroom.images.values()
    assert image["edits"] == json.loads(recipe.read_text())


@pytest.mark.parametrize("text", [None, "[", '[{"action": "blur"}]', "{}", "\x80"])
def test_a_file_without_a_recipe_is_wrong_usage(run: Run, tmp_path: Path, text: str | None) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(40, 30))
    recipe = tmp_path / "edits.json"
    if text is not None:
        recipe.write_text(text, "latin-1")
    done = run("upload", str(tmp_path / "a.jpg"), "--edits", str(recipe))
    assert done.exit_code == 2
    assert "edits.json" in done.stderr
