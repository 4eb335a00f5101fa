"""Compares `quality = "auto"` with fixed qualities, on one set of photographs."""

import math
import statistics
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from benchmarks.photographs import SetName
from benchmarks.quality.measuring import (
    BACKGROUND,
    FORMATS,
    File,
    Rendition,
    Scorer,
    fixed,
    like_sharp,
    measured,
    renditions,
)
from chalicelib.imaging.encoding import encode
from chalicelib.imaging.quality import quality_for
from chalicelib.model.formats import OutputFormat

SIDES = (1920, 1280, 640, 200)
FIXED = (72, 77, 82)
SHARP = (72, 76, 80)
SHOWN = ("82", "auto", "sharp 80")  # in docs/quality.md; the others are for the ratios


class Compression(Struct, frozen=True):
    """A way to choose a quality: all its files together."""

    name: str
    megabytes: float
    mean: float
    tenth: float
    worst: float


class Comparison(Struct, frozen=True):
    """The ways that docs/quality.md shows, for a set, format and size.

    `against_fixed` and `against_sharp` are the bytes of "auto" over those of
    the other way at the quality that has the same tenth percentile.
    """

    set: str
    format: str
    side: int
    photographs: int
    ways: list[Compression]
    against_fixed: float
    against_sharp: float


def compared(scorer: Scorer, set_name: SetName) -> list[Comparison]:
    """Compare every format and size, in that order."""
    found: dict[tuple[str, int], dict[str, list[File]]] = defaultdict(lambda: defaultdict(list))
    for rendition in renditions(set_name, SIDES):
        for (output, name), file in _files(scorer, rendition).items():
            found[output, rendition.side][name].append(file)
    return [
        _comparison(set_name, output, side, found[output, side], found["webp", side])
        for output in FORMATS
        for side in SIDES
        if found[output, side]
    ]


def _files(scorer: Scorer, rendition: Rendition) -> dict[tuple[OutputFormat, str], File]:
    image = rendition.image
    encoded: dict[tuple[OutputFormat, str], bytes] = {}
    for output in FORMATS:
        encoded |= {(output, f"{number}"): fixed(image, output, number) for number in FIXED}
        found = quality_for(image, output, "auto", BACKGROUND)
        encoded[output, "auto"] = encode(image, output, found, BACKGROUND, slow=True)
    encoded |= {("webp", f"sharp {number}"): like_sharp(image, number) for number in SHARP}
    files = measured(scorer, image, [(key[0], data) for key, data in encoded.items()])
    return dict(zip(encoded, files, strict=True))


def _comparison(
    set_name: str,
    output: str,
    side: int,
    files: dict[str, list[File]],
    webp: dict[str, list[File]],
) -> Comparison:
    ways = {name: _summary(name, found) for name, found in files.items()}
    sharp = [_summary(f"sharp {number}", webp[f"sharp {number}"]) for number in SHARP]
    auto = ways["auto"]
    return Comparison(
        set=set_name,
        format=output,
        side=side,
        photographs=len(files["auto"]),
        ways=[way for name, way in ways.items() if name in SHOWN],
        against_fixed=ratio(auto, [ways[f"{number}"] for number in FIXED]),
        against_sharp=ratio(auto, sharp),
    )


def _summary(name: str, files: Sequence[File]) -> Compression:
    scores = [file.score for file in files]
    return Compression(
        name=name,
        megabytes=sum(file.bytes for file in files) / 1e6,
        mean=statistics.fmean(scores),
        tenth=statistics.quantiles(scores, n=10, method="inclusive")[0],
        worst=min(scores),
    )


def ratio(auto: Compression, others: list[Compression]) -> float:
    """The bytes of `auto` over those of `others` (rising) where they have its tenth percentile.

    Interpolates, and extrapolates, the logarithm of the bytes linearly.
    """
    pairs = list(pairwise(others))
    low, high = next((pair for pair in pairs if auto.tenth <= pair[1].tenth), pairs[-1])
    part = (auto.tenth - low.tenth) / (high.tenth - low.tenth)
    bytes_there = low.megabytes * math.exp(part * math.log(high.megabytes / low.megabytes))
    return auto.megabytes / bytes_there
