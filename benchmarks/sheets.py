"""`python -m benchmarks.sheets`: what became of a picture, side by side, to be looked at."""

from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import click
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from chalicelib import imaging
from chalicelib.variants import Variant, load_variants

_CELL = 480, 360  # pixels
_GAP, _LINE = 8, 20
_LIMITS = imaging.Limits(max_pixels=200_000_000, max_frames=1_000)
_COMPARED: tuple[Variant, ...] = (
    Variant(name="compared", width=1920, height=1920, formats=("webp", "avif", "jpeg")),
)


class _Cell(NamedTuple):
    caption: str
    picture: Image.Image


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Where sheets go")
def sheets(files: tuple[Path, ...], out: Path) -> None:
    """Draw a PNG for each of FILES: its busiest part in each format, and all its variants."""
    out.mkdir(parents=True, exist_ok=True)
    for file in files:
        sheet = sheet_of(file.read_bytes())
        path = out / f"{file.stem}.png"
        sheet.save(path)
        click.echo(path)


def sheet_of(data: bytes) -> Image.Image:
    """One row at full resolution, formats beside the original; one row of the variants, whole."""
    picture = imaging.render(data, (*_COMPARED, *load_variants()), _LIMITS)
    compared = [one for one in picture.renditions if one.variant == "compared"]
    others = [one for one in picture.renditions if one.variant != "compared"]
    size = compared[0].width, compared[0].height
    original = _original(data).resize(size, Image.Resampling.LANCZOS)
    box = _busiest(original)
    rows = [
        [
            _Cell("original, scaled by Lanczos", original.crop(box)),
            *(_Cell(_caption(one), _opened(one.data).crop(box)) for one in compared),
        ],
        [
            *(_Cell(_caption(one), _fitted(_opened(one.data))) for one in others),
            _Cell("placeholder", _placeholder(picture.preview, size)),
        ],
    ]
    return _drawn(rows)


def _original(data: bytes) -> Image.Image:
    return ImageOps.exif_transpose(_opened(data))


def _opened(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as opened:
        return _on_grey(opened) if opened.has_transparency_data else opened.convert("RGB")


def _on_grey(image: Image.Image) -> Image.Image:
    canvas = Image.new("RGB", image.size, "#808080")
    clear = image.convert("RGBA")
    canvas.paste(clear, mask=clear)
    return canvas


def _busiest(image: Image.Image) -> tuple[int, int, int, int]:
    """The cell-sized part with the most edges, in pixels of `image`."""
    edges = image.convert("L").filter(ImageFilter.FIND_EDGES)
    wide, high = min(_CELL[0], image.width), min(_CELL[1], image.height)
    corners = [
        (left, top)
        for left in range(0, image.width - wide + 1, wide)
        for top in range(0, image.height - high + 1, high)
    ]
    left, top = max(corners, key=lambda at: _mean(edges, (*at, at[0] + wide, at[1] + high)))
    return left, top, left + wide, top + high


def _mean(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    return image.resize((1, 1), Image.Resampling.BOX, box).tobytes()[0]


def _caption(one: imaging.Rendered) -> str:
    return f"{one.variant} {one.format} {one.width}x{one.height} {len(one.data):,} bytes"


def _fitted(image: Image.Image) -> Image.Image:
    image.thumbnail(_CELL)
    return image


def _placeholder(preview: imaging.Preview, size: tuple[int, int]) -> Image.Image:
    tiny = _opened(b64decode(preview.data_uri.partition(",")[2]))
    return ImageOps.contain(tiny.resize(size, Image.Resampling.BILINEAR), _CELL)


def _drawn(rows: list[list[_Cell]]) -> Image.Image:
    across, down = _CELL[0] + _GAP, _CELL[1] + _LINE + _GAP
    canvas = Image.new("RGB", (max(map(len, rows)) * across, len(rows) * down), "white")
    draw = ImageDraw.Draw(canvas)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            corner = column * across, row * down
            draw.text(corner, cell.caption, fill="black")
            canvas.paste(cell.picture, (corner[0], corner[1] + _LINE))
    return canvas


if __name__ == "__main__":
    sheets()
