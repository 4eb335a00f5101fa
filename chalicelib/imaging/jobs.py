"""What is to be made of an original: each file's look, format and quality, and how large it is."""

from typing import NamedTuple

from chalicelib.focus import FocalPoint
from chalicelib.imaging.decoding import Decoded
from chalicelib.imaging.encoding import Output, output_for
from chalicelib.imaging.geometry import Placement, Size, place
from chalicelib.variants import Quality, Variant, Watermark


class Look(NamedTuple):
    """All that a rendition's pixels depend on beside the original."""

    placement: Placement
    background: str
    sharpen: float
    watermark: Watermark | None

    def is_of_all(self, original: Size) -> bool:
        """Whether these are the pixels of an original of `original` size, and no others."""
        return self.placement.is_all_of(original) and not self.watermark


class Job(NamedTuple):
    """All that a file's bytes depend on beside the original: equal jobs are one file."""

    look: Look
    output: Output
    quality: Quality


def reach_of(size: Size, variants: tuple[Variant, ...]) -> Size:
    """The smallest copy of an original of `size` (upright) that serves all variants."""
    reaches = [place(size, variant).reach for variant in variants]
    reaches = reaches or [Size(min(size.width, 64), min(size.height, 64))]
    return Size(max(reach.width for reach in reaches), max(reach.height for reach in reaches))


def jobs_of(decoded: Decoded, variant: Variant, focal_point: FocalPoint) -> list[Job]:
    """One job for each format: "original" may turn out to be another of the list."""
    placement = place(decoded.size, variant, focal_point)
    sharpen = variant.sharpen if placement.is_reduced else 0.0
    look = Look(placement, variant.background, sharpen, variant.watermark)
    mode = decoded.image.mode
    outputs = [output_for(wanted, decoded.kind, mode) for wanted in variant.formats]
    return [Job(look, output, variant.quality) for output in dict.fromkeys(outputs)]
