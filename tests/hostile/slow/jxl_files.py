"""JPEG XLs: noise and gradients, lossless and lossy, with alpha, in boxes."""

from pyjpegxl import EncoderSpeed

from tests.hostile.slow.noise import tiled
from tests.hostile.slow.recipes import Choice, Count, recipe
from tests.imaging.samples import saved


@recipe(
    "jxl",
    width=Count(1, 8_192), megapixels=Count(1, 8), mode=Choice(("L", "RGB", "RGBA")),
    grain=Choice((2, 8, 32)), quality=Choice((0.5, 1.0, 4.0, 15.0)),
    effort=Choice(("Lightning", "Thunder", "Falcon")),
    is_lossless=Choice((True, False)), exif=Choice((b"", b"II*\0")), behind=Count(0, 40_000_000),
)  # fmt: skip
def pictures(
    width: int, megapixels: int, mode: str, grain: int, quality: float, effort: str,
    is_lossless: bool, exif: bytes, behind: int,
) -> bytes:  # fmt: skip
    """A picture of noise; encoding a large one with much effort would take minutes."""
    height = max(1, min(8_192, megapixels * 999_999 // width))
    image = tiled(width, height, mode, grain)
    options = {"lossless": True} if is_lossless else {"quality": quality}
    return saved(
        image, "jxl", speed=getattr(EncoderSpeed, effort), exif=exif or None, **options
    ) + bytes(behind)
