from pathlib import Path

import pytest
from PIL import Image

from benchmarks.contenders import absent, anchor, contenders
from benchmarks.mosaics import Case, picture_of
from tests.pictures import jpeg


def test_no_two_contenders_have_one_name():
    names = [contender.name for contender in contenders()]
    assert len(set(names)) == len(names)


def test_contenders_of_a_family_differ_in_their_processors_only():
    alike = {(one.family, one.command, one.quality, one.output) for one in contenders()}
    assert len(alike) == len({one.family for one in contenders()})


def test_darkroom_itself_is_measured_as_it_is_shipped():
    assert anchor().fixed
    assert anchor().command[-1] == "{}"


def test_who_is_absent_does_not_take_part():
    assert not absent().keys() & {contender.name for contender in contenders()}


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder: Path = tmp_path_factory.mktemp("photographs")
    for number in range(3):
        (folder / f"{number}.jpg").write_bytes(jpeg(300, 200, seed=number))
    return sorted(folder.iterdir())


@pytest.mark.parametrize(
    "case",
    [
        Case("jpeg", 640, 480),
        Case("progressive", 640, 480, progressive=True),
        Case("png", 320, 480, "png", alpha=True),
    ],
    ids=lambda case: case.name,
)
def test_a_mosaic_is_what_its_case_says(case: Case, photographs: list[Path], tmp_path: Path):
    with Image.open(picture_of(case, photographs, tmp_path)) as image:
        found = (image.size, image.mode, bool(image.info.get("progressive")))
    assert found == (
        (case.width, case.height), "RGBA" if case.alpha else "RGB", case.progressive,
    )  # fmt: skip


def test_a_mosaic_leaves_no_part_empty(photographs: list[Path], tmp_path: Path):
    path = picture_of(Case("full", 700, 500, "png"), photographs, tmp_path)
    with Image.open(path) as image:
        darkest = image.crop((690, 490, 700, 500)).convert("L").getextrema()
    assert darkest != (0, 0)
