"""Bytes and scores of renditions of photographs at many qualities."""

import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Protocol

from msgspec import Struct
from PIL import Image

from benchmarks.photographs import SetName, photographs
from chalicelib.imaging.cascade import Cascade
from chalicelib.imaging.decoding import decode
from chalicelib.imaging.encoding import encode
from chalicelib.imaging.geometry import Size, place
from chalicelib.imaging.picture import Limits
from chalicelib.model.formats import OutputFormat
from chalicelib.model.variants import load_variants

BACKGROUND = "#ffffff"
FORMATS: tuple[OutputFormat, ...] = ("webp", "avif", "jpeg")

_LIMITS = Limits(max_pixels=100_000_000, max_frames=1)


class Scorer(Protocol):
    """Scores files against a picture; implemented by `benchmarks.scores.Scores`."""

    def of(self, photograph: Path, files: list[Path]) -> list[float]:
        """SSIMULACRA2 of each of `files` against the picture at `photograph`."""


class Rendition(Struct, frozen=True):
    """The pixels of a default variant of a photograph, before encoding."""

    photograph: str
    side: int
    image: Image.Image


class File(Struct, frozen=True):
    """An encoded rendition: its bytes, and its SSIMULACRA2 against the rendition's pixels."""

    bytes: int
    score: float


def renditions(set_name: SetName, sides: tuple[int, ...]) -> Iterator[Rendition]:
    """Renditions of the default variants that have fewer pixels than their photograph."""
    rules = load_variants()
    for path in photographs(set_name):
        decoded = decode(path.read_bytes(), _LIMITS, lambda size: size)
        cascade = Cascade(decoded.size, decoded.image)
        for rule in rules:
            placement = place(Size(*decoded.size), rule)
            image = cascade.picture(placement)
            if placement.is_reduced and rule.width in sides:
                yield Rendition(path.stem, rule.width, image.convert("RGB"))


def measured(
    scorer: Scorer, image: Image.Image, files: list[tuple[OutputFormat, bytes]]
) -> list[File]:
    """Bytes and score of each file of `image`."""
    with tempfile.TemporaryDirectory() as folder:
        reference = Path(folder) / "reference.png"
        image.save(reference, compress_level=1)
        paths = []
        for number, (output, data) in enumerate(files):
            paths.append(Path(folder) / f"{number}.{output}")
            paths[-1].write_bytes(data)
        scores = scorer.of(reference, paths)
    return [File(len(data), score) for (_, data), score in zip(files, scores, strict=True)]


def fixed(image: Image.Image, output: OutputFormat, quality: int) -> bytes:
    """`image` as Darkroom encodes it at a fixed quality."""
    return encode(image, output, quality, BACKGROUND)


def like_sharp(image: Image.Image, quality: int) -> bytes:
    """`image` as sharp encodes WebP: the same library, at its effort 4."""
    file = BytesIO()
    image.save(file, "webp", quality=quality, method=4)
    return file.getvalue()
