"""How many bytes a perfect choice of the quality would save: the bound of `quality = "auto"`."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import pairwise

from msgspec import Struct
from PIL import Image

from benchmarks.photographs import SetName
from benchmarks.quality.measuring import File, Rendition, Scorer, measured, renditions
from chalicelib.imaging.encoding import avif_quality
from chalicelib.imaging.quality import TARGET
from chalicelib.model.formats import OutputFormat

SIDES = (1920, 1280, 640)
QUALITIES = (52, 60, 67, 73, 78, 83, 88, 93)  # scores in between are interpolated
SHARP = "webp, effort 4"  # sharp's own encoder
_OPTIONS: dict[str, tuple[OutputFormat, dict[str, int]]] = {
    "webp, effort 2": ("webp", {"method": 2}),
    SHARP: ("webp", {"method": 4}),
    "webp, effort 6": ("webp", {"method": 6}),
    "avif, speed 8": ("avif", {"speed": 8, "max_threads": 1}),
}


class Bound(Struct, frozen=True):
    """Bytes over those of sharp's WebP at one quality with the same tenth percentile.

    Every photograph has exactly the score that "auto" aims at. `quality` is sharp's.
    """

    encoder: str
    side: int
    photographs: int
    quality: float
    bytes: float


class Bounds(Struct, frozen=True):
    """All of benchmarks/quality_bounds.json; `scored_by` names what computed the scores."""

    scored_by: str
    bounds: list[Bound]


def bounds(scorer: Scorer, set_name: SetName) -> list[Bound]:
    """The bound of each size and encoder, in that order."""
    found: dict[int, dict[str, list[list[File]]]] = defaultdict(lambda: defaultdict(list))
    for rendition in renditions(set_name, SIDES):
        for encoder, files in _files(scorer, rendition):
            found[rendition.side][encoder].append(files)
    return [
        bound(side, encoder, curves, found[side][SHARP])
        for side in SIDES
        for encoder, curves in found[side].items()
    ]


def bound(side: int, encoder: str, curves: list[list[File]], sharps: list[list[File]]) -> Bound:
    """The bound of an `encoder`, of files at rising qualities for each photograph."""
    quality = _common_quality(sharps)
    theirs = sum(math.exp(_between(QUALITIES, _logs(files), quality)) for files in sharps)
    perfect = sum(math.exp(_between(_scores(files), _logs(files), TARGET)) for files in curves)
    return Bound(encoder, side, len(curves), quality, perfect / theirs)


def _files(scorer: Scorer, rendition: Rendition) -> Iterator[tuple[str, list[File]]]:
    image, side = rendition.image, max(rendition.image.size)

    def files(encoder: str) -> list[File]:
        own = image.copy()  # Pillow keeps a save's options on the object
        encoded = [_saved(own, encoder, quality, side) for quality in QUALITIES]
        return measured(scorer, own, encoded)

    with ThreadPoolExecutor() as pool:
        yield from zip(_OPTIONS, pool.map(files, _OPTIONS), strict=True)


def _saved(image: Image.Image, encoder: str, quality: int, side: int) -> tuple[OutputFormat, bytes]:
    output, options = _OPTIONS[encoder]
    file = BytesIO()
    own = avif_quality(quality, side) if output == "avif" else quality
    image.save(file, output, quality=own, **options)
    return output, file.getvalue()


def _common_quality(curves: list[list[File]]) -> float:
    """The quality of all photographs at which their tenth percentile is what "auto" aims at."""
    tenths = [
        statistics.quantiles([files[at].score for files in curves], n=10, method="inclusive")[0]
        for at in range(len(QUALITIES))
    ]
    return _between(tenths, QUALITIES, TARGET)


def _scores(files: list[File]) -> list[float]:
    return [file.score for file in files]


def _logs(files: list[File]) -> list[float]:
    return [math.log(file.bytes) for file in files]


def _between(at: Sequence[float], values: Sequence[float], wanted: float) -> float:
    """The value at `wanted`, linear between the points, and beyond the last two."""
    pairs = list(pairwise(sorted(zip(at, values, strict=True))))
    (low, one), (high, other) = next((pair for pair in pairs if wanted <= pair[1][0]), pairs[-1])
    return one if high == low else one + (other - one) * (wanted - low) / (high - low)
