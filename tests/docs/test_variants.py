"""docs/variants.md: each table of it loads and renders, and each key is told as it is."""

import io
import re
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from chalicelib import imaging
from chalicelib.variants import Variant, Watermark, load_variants, watermark_objects
from tests.docs.markdown import Block, blocks, read
from tests.pictures import encoded, jpeg, photo

TABLES = blocks("toml")
LIMITS = imaging.Limits(
    max_pixels=100_000_000, max_frames=1_000, max_animation_pixels=200_000_000, allow_heic=False
)
ROWS = re.findall(
    r"^\| (`[^|]*) \|[^|]*\| ?(`.*?`)? ?\|", read("docs/variants.md").text, re.MULTILINE
)
TOLD = {name: told.strip("`") for names, told in ROWS for name in re.findall("`(.*?)`", names)}


@pytest.fixture(scope="module")
def photograph() -> bytes:
    return jpeg(400, 300)


def loaded(block: Block, folder: Path) -> tuple[Variant, ...]:
    file = folder / "variants.toml"
    file.write_text(block.text)
    return load_variants(file)


@pytest.mark.parametrize("block", TABLES, ids=str)
def test_a_table_renders_a_photograph(block: Block, tmp_path: Path, photograph: bytes) -> None:
    variants = loaded(block, tmp_path)
    mark = encoded(Image.new("RGBA", (40, 20), (255, 255, 255, 120)), "PNG")
    marks = dict.fromkeys(watermark_objects(variants), mark)
    picture = imaging.render(photograph, variants, LIMITS, marks)
    assert {made.variant for made in picture.renditions} == {one.name for one in variants}


def test_the_clip_of_an_animated_gif_moves_beside_a_still(tmp_path: Path) -> None:
    section = read("docs/variants.md").text.partition("## Animations\n")[2]
    block = next(one for one in TABLES if one.text in section)
    frames = [photo(160, 120, seed) for seed in (1, 2)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=100)
    picture = imaging.render(file.getvalue(), loaded(block, tmp_path), LIMITS, {})
    moving = {made.format: n_frames(made.data) for made in picture.renditions}
    assert moving == {"webp": 2, "png": 1}


def n_frames(data: bytes) -> int:
    with Image.open(io.BytesIO(data)) as opened:
        return getattr(opened, "n_frames", 1)


@pytest.mark.parametrize(("kind", "prefix"), [(Variant, ""), (Watermark, "watermark.")])
def test_every_key_is_told_with_its_default(kind: type[msgspec.Struct], prefix: str) -> None:
    plain = {
        prefix + field.name: field.default
        for field in msgspec.structs.fields(kind)
        if field.name not in ("name", "watermark")
    }
    assert {name: shown(default) for name, default in plain.items()} == {
        name: TOLD.get(name) for name in plain
    }


def shown(default: object) -> str:
    if default is None:
        return ""
    if isinstance(default, tuple):
        return "[" + ", ".join(f'"{one}"' for one in default) + "]"
    if isinstance(default, str) and default.startswith("#"):
        return f'"{default}"'
    return str(default).lower() if isinstance(default, bool) else str(default)
