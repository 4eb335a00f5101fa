"""Crops the photographs held out by each tool, and judges the crops."""

import io
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
from PIL import Image

from benchmarks.crops.judging import Place, crops_of, fails, place_around
from benchmarks.crops.photographs import Labelled
from benchmarks.crops.results import CENTRE, OURS, Outcome, Results, rows_of
from benchmarks.crops.rivals import Rivals, rivals
from chalicelib.imaging import Limits, render
from chalicelib.imaging.saliency import salient_point
from chalicelib.model.variants import load_variants

_EVERY = 100  # photographs between two lines of progress
_TIMED = 15  # photographs
_CAMERA = (4000, 3000)
_DECODED = 1_920
_LIMITS = Limits(max_pixels=100_000_000, max_frames=1)


def run(photographs: Sequence[Labelled], say: Callable[[str], None]) -> Results:
    """Judge all tools on `photographs`, which must not have been used for tuning."""
    with tempfile.TemporaryDirectory() as folder, rivals() as tools:
        outcomes = []
        read = 0
        for photograph in photographs:
            try:
                picture = photograph.picture()
            except OSError:
                say(f"{photograph.path} is damaged and left out.")
                continue
            read += 1
            # libvips keeps the pictures of paths that it has read.
            path = Path(folder) / f"{read}.png"
            outcomes += list(_judged(photograph, picture, tools, path))
            path.unlink()
            if read % _EVERY == 0:
                say(f"{read} of {len(photographs)} photographs")
    own, whole = _times(photographs)
    return Results(
        photographs=read,
        milliseconds=round(1000 * own, 1),
        share_of_rendering=round(own / whole, 3),
        rows=rows_of(outcomes),
    )


def time_again(results: Results, photographs: Sequence[Labelled]) -> Results:
    """The results with other times."""
    own, whole = _times(photographs)
    return msgspec.structs.replace(
        results, milliseconds=round(1000 * own, 1), share_of_rendering=round(own / whole, 3)
    )


def _judged(
    photograph: Labelled, picture: Image.Image, tools: Rivals, path: Path
) -> Iterator[Outcome]:
    crops = crops_of(photograph.width, photograph.height)
    picture.save(path, compress_level=1)
    point = salient_point(picture)
    places: dict[str, list[Place]] = {
        CENTRE: [place_around(0.5, 0.5, photograph, crop) for crop in crops],
        **tools.places(path, crops),
        OURS: [place_around(point.x, point.y, photograph, crop) for crop in crops],
    }
    for tool, made in places.items():
        for crop, place in zip(crops, made, strict=True):
            ratio = f"{crop.ratio[0]}:{crop.ratio[1]}"
            failed = fails(place, photograph, crop)
            yield Outcome(photograph.collection, photograph.kind, ratio, tool, failed)


def _times(photographs: Sequence[Labelled]) -> tuple[float, float]:
    """CPU seconds, medians: of a suggestion, and of rendering a camera's photograph without."""
    own, whole = [], []
    uncut = [photograph for photograph in photographs if photograph.cut is None]
    for photograph in uncut[:: max(1, len(uncut) // _TIMED)][:_TIMED]:
        large = photograph.picture().resize(_CAMERA, Image.Resampling.BICUBIC)
        file = io.BytesIO()
        large.save(file, "jpeg", quality=90)
        decoded = large.resize((_DECODED, _DECODED * 3 // 4))
        salient_point(decoded)
        own.append(min(_cpu(lambda: salient_point(decoded)) for _ in range(5)))  # noqa: B023
        whole.append(_cpu(lambda: render(file.getvalue(), load_variants(), _LIMITS)))  # noqa: B023
    return statistics.median(own), statistics.median(whole)


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
