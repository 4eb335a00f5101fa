"""Worker processes of the contenders that need no rival's package."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from benchmarks import toolchain
from benchmarks.client import Worker
from benchmarks.worker.libjpeg import decode
from benchmarks.worker.libwebp import Planes
from tests.pictures import encoded, jpeg, photo


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("photographs") / "photo.jpg"
    path.write_bytes(jpeg(2400, 1600))
    return path


def response(module: str, photograph: Path, out: Path | None = None, **options: Any) -> Any:
    command = [*toolchain.ours(module), json.dumps(options)]
    with Worker(command, 1) as worker:
        return worker.render(photograph, 80, out)


@pytest.mark.parametrize("module", ["darkroom", "tutorial"])
def test_a_contender_makes_the_four_standard_variants(
    module: str, photograph: Path, tmp_path: Path
):
    response(module, photograph, tmp_path)
    sizes = {}
    for path in tmp_path.iterdir():
        with Image.open(path) as image:
            sizes[path.stem] = image.size
    assert sizes == {
        "1080p": (1920, 1280),
        "720p": (1280, 853),
        "mobile": (640, 427),
        "thumbnail": (200, 200),
    }


def test_a_contender_is_measured(photograph: Path):
    found = response("darkroom", photograph)
    assert 0 < found["cpu"] <= found["wall"] * 1.1 + 0.02


def test_a_contender_reports_its_peak_memory(photograph: Path):
    assert 10_000 < response("darkroom", photograph)["peak"] < 1_000_000


def test_avif_is_written_in_addition_to_webp(photograph: Path):
    formats = [kind for _, kind, _ in response("darkroom", photograph, avif=True)["files"]]
    assert sorted(formats) == ["avif"] * 4 + ["webp"] * 4


def test_a_higher_method_gives_smaller_files(photograph: Path):
    slow = response("darkroom", photograph, method=6)["files"]
    fast = response("darkroom", photograph)["files"]
    assert sum(file[2] for file in slow) < sum(file[2] for file in fast)


def test_the_floor_writes_the_bytes_that_darkroom_writes(photograph: Path):
    files = response("floor", photograph, method=2)["files"]
    ours = response("darkroom", photograph)["files"]
    assert files[0][2] == pytest.approx(ours[0][2], rel=0.02)


def test_the_floor_through_pillow_writes_darkrooms_files(photograph: Path):
    files = response("floor", photograph, method=2, pillow=True)["files"]
    ours = response("darkroom", photograph)["files"]
    assert files[:3] == ours[:3]  # Darkroom's own cropping may differ in the last bits


def test_a_worker_that_ended_is_reported(tmp_path: Path):
    with pytest.raises(RuntimeError, match="ended at"):
        response("tutorial", tmp_path / "nothing.jpg")


@pytest.mark.parametrize("denominator", [1, 2, 4, 8])
def test_the_floors_decoder_gives_the_same_pixels_as_pillow(denominator: int):
    data = jpeg(803, 601)
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (803 // denominator, 601 // denominator))
        assert bytes(decode(data, denominator)) == image.convert("RGB").tobytes()


@pytest.mark.parametrize("method", [2, 4])
def test_the_floors_encoder_writes_the_same_file_as_pillow(method: int):
    picture = photo(321, 200)
    expected = encoded(picture, "WEBP", quality=82, method=method)
    assert Planes(picture).encode(82, method) == expected
