"""Judging crops of labelled photographs."""

import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from benchmarks.crops.judging import crops_of, fails, place_around, shown
from benchmarks.crops.matlab import Grid, read_grid
from benchmarks.crops.photographs import WIDE, Labelled, head_in, photographs_in
from benchmarks.crops.results import (
    CENTRE,
    DOCUMENT,
    OURS,
    Outcome,
    Results,
    drawn,
    figures,
    load,
    rows_of,
    table,
)
from benchmarks.crops.samples import samples_of
from tests.pictures import photo

HAIR, SKIN, SHOES = 19, 41, 39
WIDTH, HEIGHT = 90, 150
PERSON = {HAIR: (40, 10, 50, 20), SKIN: (42, 20, 48, 28), SHOES: (40, 146, 50, 150)}


def element(kind: int, body: bytes) -> bytes:
    return struct.pack("<II", kind, len(body)) + body + bytes(-len(body) % 8)


def matlab(grid: Grid) -> bytes:
    """A file as MATLAB 5 writes it, compressed."""
    flags = element(6, struct.pack("<II", 9, 0))
    sides = element(5, struct.pack("<2i", grid.height, grid.width))
    name = struct.pack("<HH4s", 1, 4, b"name")
    matrix = zlib.compress(element(14, flags + sides + name + element(2, grid.cells)))
    return bytes(128) + struct.pack("<II", 15, len(matrix)) + matrix


def grid(labels: dict[int, tuple[int, int, int, int]]) -> Grid:
    picture = Image.new("L", (WIDTH, HEIGHT))
    for label, box in labels.items():
        picture.paste(label, box)
    columns = picture.transpose(Image.Transpose.TRANSPOSE)
    return Grid(WIDTH, HEIGHT, columns.tobytes())


def labelled(kind: str, *boxes: tuple[float, float, float, float]) -> Labelled:
    return Labelled("c", Path("a.jpg"), 300, 200, kind, boxes, "a")


@given(st.integers(1, 40), st.integers(1, 40), st.randoms(use_true_random=False))
def test_a_matrix_of_bytes_is_read(width, height, chance) -> None:
    whole = Grid(width, height, chance.randbytes(width * height))
    assert read_grid(matlab(whole)) == whole


@pytest.mark.parametrize("cells", [b"", b"1234567"])
def test_a_matrix_with_missing_cells_is_an_error(cells: bytes) -> None:
    with pytest.raises(ValueError, match="bytes"):
        read_grid(matlab(Grid(5, 5, cells)))


def test_a_head_is_a_seventh_of_a_body() -> None:
    box = head_in(grid(PERSON))
    assert box == (40, 10, 50, 10 + 139 / 7)


def test_a_person_whose_feet_are_not_shown_is_left_out() -> None:
    assert head_in(grid({HAIR: PERSON[HAIR], SKIN: PERSON[SKIN]})) is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A person, and a raccoon at the left."""
    people = tmp_path / "clothing-co-parsing"
    raccoons = tmp_path / "raccoon_dataset"
    for path in (people / "photos", people / "annotations/pixel-level"):
        path.mkdir(parents=True)
    for path in (raccoons / "images", raccoons / "annotations"):
        path.mkdir(parents=True)
    photo(WIDTH, HEIGHT).save(people / "photos/0001.jpg")
    (people / "annotations/pixel-level/0001.mat").write_bytes(matlab(grid(PERSON)))
    photo(300, 200).save(raccoons / "images/raccoon-1.jpg")
    sides = "<xmin>9</xmin><ymin>50</ymin><xmax>60</xmax><ymax>150</ymax>"
    (raccoons / "annotations/raccoon-1.xml").write_text(
        f"<annotation><object><bndbox>{sides}</bndbox></object></annotation>"
    )
    return tmp_path


def test_the_collections_of_a_folder_are_read(folder: Path) -> None:
    found = {one.collection: one for one in photographs_in(folder)}
    assert found["raccoon"].boxes == ((9, 50, 60, 150),)
    assert found["clothing-co-parsing"].kind == "head"
    wide = found[f"clothing-co-parsing{WIDE}"]
    assert wide.picture().size == (wide.width, wide.height)
    assert wide.width > wide.height
    ((left, top, right, bottom),) = wide.boxes
    assert 0 <= left < right <= wide.width
    assert 0 <= top < bottom <= wide.height


def test_a_part_is_held_out_with_its_photograph(folder: Path) -> None:
    people = [p for p in photographs_in(folder) if p.kind == "head"]
    assert len({person.is_held_out for person in people}) == 1


def test_half_of_all_photographs_are_held_out() -> None:
    held = sum(labelled("head")._replace(group=str(n)).is_held_out for n in range(1000))
    assert 440 < held < 560


def test_samples_to_fit_on_show_what_is_labelled(folder: Path) -> None:
    samples = list(samples_of([p for p in photographs_in(folder) if p.cut is None], 20))
    assert len(samples) > 15
    for sample in samples:
        left, top, right, bottom = sample.boxes[0]
        assert left < sample.picture.width
        assert top < sample.picture.height
        assert right > 0
        assert bottom > 0
        assert len(sample.weights) == len(sample.boxes)


def test_a_square_and_the_opposite_orientation_are_judged() -> None:
    assert crops_of(300, 200) == [((1, 1), 200, 200), ((4, 5), 160, 200)]
    assert crops_of(200, 300) == [((1, 1), 200, 200), ((16, 9), 200, 112)]
    assert [crop.ratio for crop in crops_of(100, 100)] == [(16, 9)]


def test_a_crop_without_the_head_fails() -> None:
    photograph = labelled("head", (10, 20, 50, 60))
    crop = crops_of(300, 200)[0]
    assert fails(place_around(0.5, 0.5, photograph, crop), photograph, crop)
    assert not fails(place_around(0.1, 0.5, photograph, crop), photograph, crop)


def test_objects_that_no_crop_shows_whole_are_compared_with_the_best_crop() -> None:
    photograph = labelled("object", (0, 0, 300, 200))
    crop = crops_of(300, 200)[0]
    assert not fails(place_around(0.9, 0.9, photograph, crop), photograph, crop)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_crop_is_inside_the_photograph_and_shows_a_share(x: float, y: float) -> None:
    photograph = labelled("object", (10, 20, 50, 60), (200, 0, 300, 200))
    for crop in crops_of(300, 200):
        left, top = place_around(x, y, photograph, crop)
        assert 0 <= left <= 300 - crop.width
        assert 0 <= top <= 200 - crop.height
        assert 0 <= shown(photograph.boxes, (left, top), crop) <= 1


def results() -> Results:
    outcomes = [
        Outcome(kind, kind, "1:1", tool, failed)
        for kind in ("head", "object")
        for tool, fails_of in ((CENTRE, (True, True)), (OURS, (False, True)))
        for failed in fails_of
    ]
    rows = rows_of(outcomes)
    return Results(photographs=4, milliseconds=9.5, share_of_rendering=0.04, rows=rows)


def test_failures_are_shares_of_the_crops() -> None:
    lines = table(results()).splitlines()
    assert lines[2] == "| head | 1:1 | 2 | 100.0 % | 50.0 % |"
    assert lines[3] == "| **all heads** |  | 2 | 100.0 % | 50.0 % |"


def test_the_figures_are_drawn_between_their_marks() -> None:
    text = "a\n<!-- figures -->\nold\n<!-- end of figures -->\nb\n"
    once = drawn(text, results())
    assert once.startswith("a\n")
    assert once.endswith("b\n")
    assert "old" not in once
    assert figures(results()) in once
    assert drawn(once, results()) == once


def test_the_page_has_the_figures_of_the_last_run() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert drawn(text, load()) == text


def test_smart_crop_cuts_at_most_a_third_of_the_heads_that_the_centre_does() -> None:
    heads = [row.failures for row in load().rows if row.kind == "head"]
    centre, ours = (sum(row[tool] for row in heads) for tool in (CENTRE, OURS))
    others = {tool: sum(row[tool] for row in heads) for tool in heads[0] if tool != OURS}
    assert 3 * ours <= centre
    assert ours < min(others.values())


def test_a_suggestion_takes_at_most_15_milliseconds() -> None:
    assert load().milliseconds <= 15
