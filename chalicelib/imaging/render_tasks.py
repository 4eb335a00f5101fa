"""The files to render of an original: appearance, format and quality of each."""

from typing import NamedTuple

from chalicelib.imaging.decoding import Decoded
from chalicelib.imaging.encoding import output_for
from chalicelib.imaging.geometry import Placement, Size, place
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.formats import OutputFormat
from chalicelib.model.variants import Quality, Variant, Watermark


class Appearance(NamedTuple):
    """All that a rendition's pixels depend on, besides the original."""

    placement: Placement
    background: str
    sharpen: float
    watermark: Watermark | None

    def is_of_all(self, original: Size) -> bool:
        """Whether these are exactly the pixels of an original of the size `original`."""
        return self.placement.is_all_of(original) and not self.watermark


class RenderTask(NamedTuple):
    """All that a file's bytes depend on, besides the original: equal tasks share one file.

    It has a gain map if it is `hdr`.
    """

    appearance: Appearance
    output: OutputFormat
    quality: Quality
    hdr: bool = False


def required_size(size: Size, variants: tuple[Variant, ...]) -> Size:
    """The smallest copy of an original of `size` (upright) that serves all variants."""
    sources = [place(size, variant).source_size for variant in variants]
    sources = sources or [Size(min(size.width, 64), min(size.height, 64))]
    return Size(max(s.width for s in sources), max(s.height for s in sources))


def tasks_of(decoded: Decoded, variant: Variant, focal_point: FocalPoint) -> list[RenderTask]:
    """One task for each format; "original" may be the same as another one of the list.

    For an HDR photo the JPEG of an HDR variant has a gain map; it is one more if there was none.
    """
    placement = place(decoded.size, variant, focal_point)
    sharpen = variant.sharpen if placement.is_reduced else 0.0
    appearance = Appearance(placement, variant.background, sharpen, variant.watermark)
    mode = decoded.image.mode
    outputs = [output_for(wanted, decoded.kind, mode) for wanted in variant.formats]
    hdr = variant.hdr and decoded.hdr is not None
    if hdr:
        outputs.append("jpeg")
    return [
        RenderTask(appearance, output, variant.quality, hdr and output == "jpeg")
        for output in dict.fromkeys(outputs)
    ]
