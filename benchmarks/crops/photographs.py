"""Labelled photographs in a folder of checkouts: where their heads and objects are."""

import hashlib
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from PIL import Image

from benchmarks.crops.matlab import Grid, read_grid

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels

# Labels of Clothing Co-Parsing, by their numbers in its label_list.mat.
_SKIN = 41
_HEAD = frozenset({17, 19, 20, 47, _SKIN})  # with glasses, hair, hat and sunglasses
_SHOES = frozenset({7, 12, 16, 21, 28, 32, 36, 39, 43, 58})
_HEADS_IN_A_BODY = 7.0  # how many heads tall a standing adult is
_HEADS_IN_A_CUT = (2.2, 5.0)
_CUT_RATIO = 1.5
_FRAMES = 8  # of each video of DAVIS


class Labelled(NamedTuple):
    """A photograph and the boxes that a crop should show: a head, or the objects.

    With a `cut` only that part of the file is the photograph; boxes are in its pixels. `group`
    names what may not be split between tuning and evaluation: a video, or the file.
    """

    collection: str
    path: Path
    width: int
    height: int
    kind: str
    boxes: tuple[Box, ...]
    group: str
    cut: tuple[int, int, int, int] | None = None

    @property
    def is_held_out(self) -> bool:
        """Whether it is for evaluation only: half of all groups, by their hashes."""
        collection = self.collection.removesuffix(WIDE)
        return hashlib.sha256(f"{collection}/{self.group}".encode()).digest()[0] >= 128

    def picture(self) -> Image.Image:
        """The photograph in RGB; OSError if it is damaged."""
        with Image.open(self.path) as image:
            picture = image.convert("RGB")
        return picture.crop(self.cut) if self.cut else picture


WIDE = ", cut wide"


def photographs_in(folder: Path) -> list[Labelled]:
    """All that are found, by collection."""
    return [
        labelled
        for name, read in _COLLECTIONS.items()
        if (folder / name).is_dir()
        for labelled in read(folder / name)
    ]


def _clothing(folder: Path) -> Iterator[Labelled]:
    """People from head to shoes in the street, and wide parts of these photographs."""
    for path in sorted((folder / "annotations" / "pixel-level").glob("*.mat")):
        photo = folder / "photos" / f"{path.stem}.jpg"
        box = head_in(read_grid(path.read_bytes()))
        if box and photo.is_file():
            whole = _labelled("clothing-co-parsing", photo, "head", (box,))
            yield whole
            yield from _cut_wide(whole)


def head_in(grid: Grid) -> Box | None:
    """The head of a person who stands in the picture from head to shoes.

    Hair and skin reach below it, so its height is told by that of the body.
    """
    rows = [grid.cells[y :: grid.height] for y in range(grid.height)]
    labels = [set(row) for row in rows]
    upper = [y for y, row in enumerate(labels) if row & _HEAD]
    lower = [y for y, row in enumerate(labels) if row & _SHOES]
    if not upper or not lower or lower[-1] - upper[0] < grid.height / 2:
        return None
    top = upper[0]
    bottom = top + (lower[-1] - top) / _HEADS_IN_A_BODY
    across = sorted(
        x for y in range(top, int(bottom)) for x, cell in enumerate(rows[y]) if cell in _HEAD
    )
    edge = len(across) // 50  # single mislabelled pixels do not count
    return across[edge], top, across[-edge - 1] + 1, bottom


def _cut_wide(whole: Labelled) -> Iterator[Labelled]:
    """A part in landscape format, with the head anywhere in it, if there is room."""
    (left, top, right, bottom) = whole.boxes[0]
    chance = random.Random(whole.group)  # noqa: S311 - the same parts in every run
    wanted = chance.uniform(*_HEADS_IN_A_CUT) * (bottom - top)
    height = min(wanted, whole.height, whole.width / _CUT_RATIO)
    width = height * _CUT_RATIO
    first_x, last_x = max(0.0, right - width), min(left, whole.width - width)
    first_y, last_y = max(0.0, bottom - height), min(top, whole.height - height)
    if first_x > last_x or first_y > last_y:
        return
    x, y = round(chance.uniform(first_x, last_x)), round(chance.uniform(first_y, last_y))
    cut = x, y, x + round(width), y + round(height)
    yield whole._replace(
        collection=whole.collection + WIDE,
        width=cut[2] - x,
        height=cut[3] - y,
        boxes=((left - x, top - y, right - x, bottom - y),),
        cut=cut,
    )


def _boxes(name: str, images: str, annotations: str) -> Callable[[Path], Iterator[Labelled]]:
    """Reads a collection whose labels are boxes in XML files, as Pascal VOC has them."""

    def read(folder: Path) -> Iterator[Labelled]:
        for path in sorted((folder / annotations).glob("*.xml")):
            tree = ElementTree.parse(path)  # noqa: S314 - the user's own files
            photo = next((folder / images).glob(f"{path.stem}.*"), None)
            boxes = tuple(_box(element) for element in tree.iter("bndbox"))
            if photo and boxes:
                yield _labelled(name, photo, "object", boxes)

    return read


def _box(element: ElementTree.Element) -> Box:
    left, top, right, bottom = (
        float(element.findtext(side) or 0) for side in ("xmin", "ymin", "xmax", "ymax")
    )
    return left, top, right, bottom


def _davis(folder: Path) -> Iterator[Labelled]:
    """Frames of videos of one object each, with its mask."""
    for video in sorted((folder / "DAVIS" / "Annotations" / "480p").iterdir()):
        masks = sorted(video.glob("*.png"))
        for mask in masks[:: max(1, len(masks) // _FRAMES)][:_FRAMES]:
            photo = folder / "DAVIS" / "JPEGImages" / "480p" / video.name / f"{mask.stem}.jpg"
            with Image.open(mask) as labels:
                box = labels.convert("L").point(lambda level: 255 if level else 0).getbbox()
            if photo.is_file() and box:
                yield _labelled("davis", photo, "object", (box,), video.name)


def _labelled(
    collection: str, photo: Path, kind: str, boxes: tuple[Box, ...], group: str = ""
) -> Labelled:
    with Image.open(photo) as image:
        width, height = image.size
    return Labelled(collection, photo, width, height, kind, boxes, group or photo.stem)


_COLLECTIONS: dict[str, Callable[[Path], Iterator[Labelled]]] = {
    "clothing-co-parsing": _clothing,
    "raccoon_dataset": _boxes("raccoon", "images", "annotations"),
    "kangaroo": _boxes("kangaroo", "images", "annots"),
    "EOR-VOS": _davis,
}
