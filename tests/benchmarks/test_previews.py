"""Comparing previews of raw files with a reference."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.previews.__main__ import summary
from benchmarks.previews.comparing import Compared, compare, share_matched
from benchmarks.previews.exiftool import Reference
from tests.imaging.raws import raw
from tests.imaging.samples import four_corners, opened, saved, scene

JPEG = saved(scene(640, 480), "jpeg", quality=90)


def reference(image: Image.Image, turn: int = 0) -> Callable[[Path], Reference | None]:
    upright = image.rotate(turn, expand=True).convert("RGB")
    return lambda _: Reference(upright, image.size)


def only(folder: Path, found: Callable[[Path], Reference | None]) -> Compared:
    (one,) = compare(folder, found)
    return one


def test_the_same_preview_matches(tmp_path: Path) -> None:
    (tmp_path / "a.cr2").write_bytes(raw("cr2", JPEG))
    one = only(tmp_path, reference(opened(JPEG)))
    assert (one.result, one.mean) == ("matched", 0.0)
    assert (one.darkroom, one.reference) == ("640 x 480", "640 x 480")


def test_a_preview_that_is_turned_in_the_same_way_matches(tmp_path: Path) -> None:
    (tmp_path / "a.nef").write_bytes(raw("nef", JPEG, orientation=6))
    assert only(tmp_path, reference(opened(JPEG), -90)).result == "matched"
    assert only(tmp_path, reference(opened(JPEG), 90)).result == "different"
    assert only(tmp_path, reference(opened(JPEG))).result == "different"


@pytest.mark.parametrize(("width", "result"), [(320, "larger"), (1280, "smaller")])
def test_a_preview_of_another_size_does_not_match(tmp_path: Path, width: int, result: str) -> None:
    (tmp_path / "a.arw").write_bytes(raw("arw", JPEG))
    assert only(tmp_path, reference(scene(width, width * 3 // 4))).result == result


def test_another_picture_does_not_match(tmp_path: Path) -> None:
    (tmp_path / "a.dng").write_bytes(raw("dng", JPEG))
    assert only(tmp_path, reference(four_corners(640, 480))).result == "different"


def test_files_that_are_cut_or_have_no_preview_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "cut.raf").write_bytes(raw("raf", JPEG)[:-5000])
    (tmp_path / "none.nef").write_bytes(raw("nef", b"nothing"))
    (tmp_path / "other.jpg").write_bytes(JPEG)
    found = list(compare(tmp_path, lambda _: None))
    assert [one.result for one in found] == ["cut", "no preview"]
    assert share_matched(found) == (0, 0)
    assert summary(found).endswith("0 of 0 previews match: none")


def test_a_preview_that_only_the_reference_finds_counts(tmp_path: Path) -> None:
    (tmp_path / "none.nef").write_bytes(raw("nef", b"nothing"))
    found = [only(tmp_path, reference(opened(JPEG)))]
    assert [one.result for one in found] == ["refused"]
    assert summary(found).endswith("0 of 1 previews match: 0.0 %")
