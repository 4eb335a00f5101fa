"""What `quality = "auto"` is worth beside fixed qualities, on one set of photographs."""

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
    Judge,
    Rendition,
    fixed,
    like_sharp,
    measured,
    renditions,
)
from chalicelib.imaging.encoding import Output, encode
from chalicelib.imaging.quality import quality_for

SIDES = (1920, 1280, 640, 200)
FIXED = (72, 77, 82)
SHARP = (72, 76, 80)


class Way(Struct, frozen=True):
    """One way to choose a quality: all its files together."""

    name: str
    megabytes: float
    mean: float
    tenth: float
    worst: float


class Comparison(Struct, frozen=True):
    """All ways for one set, format and size.

    `against_fixed` and `against_sharp` are the bytes of "auto" over those of
    the other way at the quality that has the same tenth percentile.
    """

    set: str
    format: str
    side: int
    photographs: int
    ways: list[Way]
    against_fixed: float
    against_sharp: float


def compared(judge: Judge, set_name: SetName, sides: tuple[int, ...] = SIDES) -> list[Comparison]:
    """Every format and size, in that order."""
    found: dict[tuple[str, int], dict[str, list[File]]] = defaultdict(lambda: defaultdict(list))
    for rendition in renditions(set_name, sides):
        for (output, way), file in _files(judge, rendition).items():
            found[output, rendition.side][way].append(file)
    return [
        _comparison(set_name, output, side, found[output, side], found["webp", side])
        for output in FORMATS
        for side in sides
        if found[output, side]
    ]


def _files(judge: Judge, rendition: Rendition) -> dict[tuple[Output, str], File]:
    image = rendition.image
    made: dict[tuple[Output, str], bytes] = {}
    for output in FORMATS:
        made |= {(output, f"{number}"): fixed(image, output, number) for number in FIXED}
        found = quality_for(image, output, "auto", BACKGROUND)
        made[output, "auto"] = encode(image, output, found, BACKGROUND, patient=True)
    made |= {("webp", f"sharp {number}"): like_sharp(image, number) for number in SHARP}
    files = measured(judge, image, [(key[0], data) for key, data in made.items()])
    return dict(zip(made, files, strict=True))


def _comparison(
    set_name: str,
    output: str,
    side: int,
    files: dict[str, list[File]],
    webp: dict[str, list[File]],
) -> Comparison:
    ways = {name: _way(name, each) for name, each in files.items()}
    sharp = [_way(f"sharp {number}", webp[f"sharp {number}"]) for number in SHARP]
    auto = ways["auto"]
    return Comparison(
        set=set_name,
        format=output,
        side=side,
        photographs=len(files["auto"]),
        ways=list(ways.values()),
        against_fixed=ratio(auto, [ways[f"{number}"] for number in FIXED]),
        against_sharp=ratio(auto, sharp),
    )


def _way(name: str, files: Sequence[File]) -> Way:
    scores = [file.score for file in files]
    return Way(
        name=name,
        megabytes=sum(file.bytes for file in files) / 1e6,
        mean=statistics.fmean(scores),
        tenth=statistics.quantiles(scores, n=10, method="inclusive")[0],
        worst=min(scores),
    )


def ratio(auto: Way, others: list[Way]) -> float:
    """The bytes of `auto` over those of `others` (rising) where they have its tenth percentile.

    Between two of them the logarithm of the bytes is straight; beyond the ends too.
    """
    pairs = list(pairwise(others))
    low, high = next((pair for pair in pairs if auto.tenth <= pair[1].tenth), pairs[-1])
    part = (auto.tenth - low.tenth) / (high.tenth - low.tenth)
    bytes_there = low.megabytes * math.exp(part * math.log(high.megabytes / low.megabytes))
    return auto.megabytes / bytes_there
