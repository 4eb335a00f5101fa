"""Sheets of crops beside one another, to look at."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from benchmarks.crops.judging import Crop, Place, crops_of, place_around
from benchmarks.crops.photographs import Labelled
from benchmarks.crops.results import CENTRE, OURS
from benchmarks.crops.rivals import Rivals, rivals
from chalicelib.imaging.saliency import salient_point

_CELL = 120  # pixels
_TEXT = 16
_ROWS = 10  # photographs on a sheet


def draw(photographs: Sequence[Labelled], folder: Path) -> list[Path]:
    """Write the sheets; each row is a photograph and its square crops."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with tempfile.TemporaryDirectory() as scratch, rivals() as tools:
        for begin in range(0, len(photographs), _ROWS):
            rows = [
                _row(photographs[number], tools, Path(scratch) / f"{number}.png")
                for number in range(begin, min(begin + _ROWS, len(photographs)))
            ]
            path = folder / f"crops-{begin // _ROWS + 1}.png"
            _sheet(rows).save(path)
            written.append(path)
    return written


def _row(photograph: Labelled, tools: Rivals, path: Path) -> dict[str, Image.Image]:
    picture = photograph.picture()
    picture.save(path, compress_level=1)
    crop = crops_of(*picture.size)[0]
    point = salient_point(picture)
    places: dict[str, Place] = {
        CENTRE: place_around(0.5, 0.5, photograph, crop),
        **{tool: made[0] for tool, made in tools.places(path, [crop]).items()},
        OURS: place_around(point.x, point.y, photograph, crop),
    }
    whole = picture.copy()
    whole.thumbnail((_CELL, _CELL))
    return {"": whole, **{tool: _cropped(picture, place, crop) for tool, place in places.items()}}


def _cropped(picture: Image.Image, place: Place, crop: Crop) -> Image.Image:
    left, top = place
    return picture.resize(
        (_CELL, _CELL), box=(left, top, left + crop.width, top + crop.height), reducing_gap=2
    )


def _sheet(rows: Sequence[dict[str, Image.Image]]) -> Image.Image:
    size = len(rows[0]) * (_CELL + 4), len(rows) * (_CELL + 4) + _TEXT
    sheet = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    for column, tool in enumerate(rows[0]):
        pen.text((column * (_CELL + 4), 2), tool, fill="black")
    for line, row in enumerate(rows):
        for column, picture in enumerate(row.values()):
            sheet.paste(picture, (column * (_CELL + 4), line * (_CELL + 4) + _TEXT))
    return sheet
