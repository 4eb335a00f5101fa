"""Pictures to fit the weights on: the photographs for tuning, parts of them, and montages."""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PIL import Image, ImageEnhance, ImageFilter
from PIL.Image import Resampling, Transpose

from benchmarks.crops.matlab import read_grid
from benchmarks.crops.photographs import Box, Labelled

_PARTS = {"head": 3, "object": 12}  # of each photograph
_MONTAGES = 900
_BACKDROP = (600, 400)
_HEADS = (0.6, 2.8)  # how much higher a part is than the head in it: powers of two
_BYSTANDER = 0.35  # what an object counts beside a person


class Sample(NamedTuple):
    """A picture, and the boxes that people look at, with their weights."""

    picture: Image.Image
    boxes: Sequence[Box]
    weights: Sequence[float]
    kind: str


def samples_of(photographs: Sequence[Labelled], montages: int = _MONTAGES) -> Iterator[Sample]:
    """All samples, the same in every run; damaged photographs are left out."""
    chance = random.Random(5)  # noqa: S311 - the same samples in every run
    pictures: dict[Labelled, Image.Image] = {}
    for photograph in photographs:
        try:
            picture = pictures[photograph] = photograph.picture()
        except OSError:
            continue
        yield _sample(picture, photograph.boxes, photograph.kind)
        for _ in range(_PARTS[photograph.kind]):
            yield from _part(photograph, picture, chance)
    for _ in range(montages):
        yield from _montage(pictures, chance)


def _sample(picture: Image.Image, boxes: Sequence[Box], kind: str) -> Sample:
    return Sample(picture, boxes, [1.0] * len(boxes), kind)


def _part(whole: Labelled, picture: Image.Image, chance: random.Random) -> Iterator[Sample]:
    """A part with all boxes at a random place in it, with other light, perhaps mirrored."""
    left, top, right, bottom = _around(whole.boxes)
    if whole.kind == "head":
        height = min(whole.height, (bottom - top) * 2 ** chance.uniform(*_HEADS))
        width = min(whole.width, height * 2 ** chance.uniform(-0.7, 0.9))
    else:
        height, width = (side * chance.uniform(0.6, 1) for side in (whole.height, whole.width))
    first = max(0, right - width), max(0, bottom - height)
    last = min(left, whole.width - width), min(top, whole.height - height)
    if first[0] > last[0] or first[1] > last[1]:
        return
    x, y = (round(chance.uniform(a, b)) for a, b in zip(first, last, strict=True))
    part = _relit(picture.crop((x, y, x + round(width), y + round(height))), chance)
    boxes = [(a - x, b - y, c - x, d - y) for a, b, c, d in whole.boxes]
    if chance.random() < 0.5:
        part = part.transpose(Transpose.FLIP_LEFT_RIGHT)
        boxes = [(part.width - c, b, part.width - a, d) for a, b, c, d in boxes]
    yield _sample(part, boxes, whole.kind)


def _around(boxes: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _relit(picture: Image.Image, chance: random.Random) -> Image.Image:
    if chance.random() < 0.4:
        return picture
    picture = ImageEnhance.Brightness(picture).enhance(chance.uniform(0.7, 1.3))
    picture = ImageEnhance.Color(picture).enhance(chance.uniform(0.5, 1.4))
    return ImageEnhance.Contrast(picture).enhance(chance.uniform(0.75, 1.3))


def _montage(pictures: dict[Labelled, Image.Image], chance: random.Random) -> Iterator[Sample]:
    """A person cut out, anywhere before something else: heads are not always in the middle."""
    person = chance.choice([p for p in pictures if p.kind == "head"])
    mask = _mask(person)
    backdrop, boxes = _backdrop(pictures, chance)
    frame = mask.getbbox()
    if frame is None or mask.size != pictures[person].size:
        return
    scale = chance.uniform(0.35, 1.6) * backdrop.height / (frame[3] - frame[1])
    width, height = (max(1, round((frame[i + 2] - frame[i]) * scale)) for i in (0, 1))
    left, top, right, bottom = ((v - frame[i % 2]) * scale for i, v in enumerate(person.boxes[0]))
    if right - left > backdrop.width or bottom - top > backdrop.height:
        return
    x = round(chance.uniform(0, backdrop.width - (right - left)) - left)
    y = round(chance.uniform(0, (backdrop.height - (bottom - top)) * 0.8) - top)
    cut = pictures[person].crop(frame).resize((width, height), Resampling.BICUBIC)
    backdrop.paste(cut, (x, y), mask.crop(frame).resize((width, height)))
    head = left + x, top + y, right + x, bottom + y
    weights = [1.0, *(_BYSTANDER for _ in boxes)]
    yield Sample(_relit(backdrop, chance), [head, *boxes], weights, "head")


def _mask(person: Labelled) -> Image.Image:
    labels = person.path.parents[1] / "annotations" / "pixel-level" / f"{person.path.stem}.mat"
    grid = read_grid(labels.read_bytes())
    columns = Image.frombytes("L", (grid.height, grid.width), grid.cells)
    mask = columns.transpose(Transpose.TRANSPOSE).point(lambda label: 255 if label else 0)
    return mask.filter(ImageFilter.GaussianBlur(1))


def _backdrop(
    pictures: dict[Labelled, Image.Image], chance: random.Random
) -> tuple[Image.Image, list[Box]]:
    """A photograph of objects with its boxes, or coloured noise."""
    if chance.random() < 0.6:
        chosen = chance.choice([p for p in pictures if p.kind == "object"])
        scale = _BACKDROP[0] / chosen.width
        size = _BACKDROP[0], max(1, round(chosen.height * scale))
        boxes = [(a * scale, b * scale, c * scale, d * scale) for a, b, c, d in chosen.boxes]
        return pictures[chosen].resize(size), boxes
    colour = tuple(chance.randrange(256) for _ in range(3))
    plain = Image.new("RGB", _BACKDROP, colour)
    grain = Image.effect_noise(_BACKDROP, chance.uniform(5, 60)).convert("RGB")
    return Image.blend(plain, grain, chance.uniform(0.05, 0.4)), []
