"""docs/variants.md: each of its tables loads and renders, and each key has its default."""

import io
import re
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from chalicelib import imaging
from chalicelib.model.variants import Variant, Watermark, load_variants, watermark_objects
from tests.docs.markdown import Block, blocks, read
from tests.pictures import encoded, jpeg, photo

TABLES = [block for block in blocks("toml") if block.document != "docs/configuration.md"]
LIMITS = imaging.Limits(
    max_pixels=100_000_000, max_frames=1_000, max_animation_pixels=200_000_000, allow_heic=False
)
ROWS = re.findall(
    r"^\| (`[^|]*) \|[^|]*\| ?(`.*?`)? ?\|", read("docs/variants.md").text, re.MULTILINE
)
DEFAULTS = {
    name: default.strip("`") for names, default in ROWS for name in re.findall("`(.*?)`", names)
}


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
    watermark = encoded(Image.new("RGBA", (40, 20), (255, 255, 255, 120)), "PNG")
    watermarks = dict.fromkeys(watermark_objects(variants), watermark)
    picture = imaging.render(photograph, variants, LIMITS, watermarks)
    assert {r.variant for r in picture.renditions} == {variant.name for variant in variants}


def test_an_animated_gif_gets_an_animation_and_a_still_image(tmp_path: Path) -> None:
    section = read("docs/variants.md").text.partition("## Animations\n")[2]
    block = next(table for table in TABLES if table.text in section)
    frames = [photo(160, 120, seed) for seed in (1, 2)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=100)
    picture = imaging.render(file.getvalue(), loaded(block, tmp_path), LIMITS, {})
    moving = {r.format: n_frames(r.data) for r in picture.renditions}
    assert moving == {"webp": 2, "png": 1}


def n_frames(data: bytes) -> int:
    with Image.open(io.BytesIO(data)) as opened:
        return getattr(opened, "n_frames", 1)


@pytest.mark.parametrize(("kind", "prefix"), [(Variant, ""), (Watermark, "watermark.")])
def test_every_key_is_documented_with_its_default(kind: type[msgspec.Struct], prefix: str) -> None:
    defaults = {
        prefix + field.name: field.default
        for field in msgspec.structs.fields(kind)
        if field.name not in ("name", "watermark")
    }
    assert {name: shown(default) for name, default in defaults.items()} == {
        name: DEFAULTS.get(name) for name in defaults
    }


def shown(default: object) -> str:
    if default is None:
        return ""
    if isinstance(default, tuple):
        return "[" + ", ".join(f'"{item}"' for item in default) + "]"
    if isinstance(default, str) and default.startswith("#"):
        return f'"{default}"'
    return str(default).lower() if isinstance(default, bool) else str(default)
