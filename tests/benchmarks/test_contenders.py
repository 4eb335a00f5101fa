from pathlib import Path

import pytest
from PIL import Image

from benchmarks.contenders import contenders
from benchmarks.mosaics import Case, picture_of
from tests.pictures import jpeg


def test_contenders_have_unique_names():
    names = [contender.name for contender in contenders()]
    assert len(set(names)) == len(names)


def test_contenders_of_a_family_differ_only_in_their_processors():
    alike = {(c.family, c.command, c.quality, c.output) for c in contenders()}
    assert len(alike) == len({c.family for c in contenders()})


def test_darkroom_itself_is_measured_with_its_default_settings():
    darkroom = contenders()[0]
    assert darkroom.name == "darkroom"
    assert darkroom.fixed
    assert darkroom.command[-1] == "{}"


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
def test_a_mosaic_has_the_properties_of_its_case(
    case: Case, photographs: list[Path], tmp_path: Path
):
    with Image.open(picture_of(case, photographs, tmp_path)) as image:
        found = (image.size, image.mode, bool(image.info.get("progressive")))
    assert found == (
        (case.width, case.height), "RGBA" if case.alpha else "RGB", case.progressive,
    )  # fmt: skip


def test_a_mosaic_has_no_empty_part(photographs: list[Path], tmp_path: Path):
    path = picture_of(Case("full", 700, 500, "png"), photographs, tmp_path)
    with Image.open(path) as image:
        darkest = image.crop((690, 490, 700, 500)).convert("L").getextrema()
    assert darkest != (0, 0)
