"""Applies watermarks to finished pictures."""

from functools import lru_cache
from io import BytesIO

from PIL import Image

from chalicelib.errors import SettingsError
from chalicelib.imaging.alpha import premultiplied, straight
from chalicelib.imaging.colour import in_display_p3
from chalicelib.imaging.geometry import Size
from chalicelib.imaging.plugins import plugin
from chalicelib.imaging.scaling import scaled
from chalicelib.model.variants import Marks, Position, Watermark

# The shares of the free space to the left of and above the mark.
_SHARES: dict[Position, tuple[float, float]] = {
    "top-left": (0, 0),
    "top": (0.5, 0),
    "top-right": (1, 0),
    "left": (0, 0.5),
    "center": (0.5, 0.5),
    "right": (1, 0.5),
    "bottom-left": (0, 1),
    "bottom": (0.5, 1),
    "bottom-right": (1, 1),
}


def check_watermarks(watermarks: Marks) -> None:
    """SettingsError for the first file that is not a complete PNG."""
    for name, file in watermarks.items():
        try:
            with plugin("png")(BytesIO(file)) as opened:
                opened.load()
        # As with any picture, a decoder may raise anything.
        except Exception as reason:
            raise SettingsError(f"The watermark {name} is not a PNG, or it is damaged.") from reason


def apply_watermark(
    image: Image.Image, rule: Watermark, file: bytes, *, wide: bool = False
) -> Image.Image:
    """A copy of `image` (`L`, `RGB`, `RGBa`) with the PNG in `file` over it, in `RGB` or `RGBa`.

    The image, and so the result, is in Display P3 if `wide`, else in sRGB.
    """
    scaled_mark, corner = _scaled_mark(Size(*image.size), rule, file)
    if wide:
        scaled_mark = in_display_p3(scaled_mark)
    if image.mode == "RGBa":
        base = straight(image)
        base.alpha_composite(scaled_mark, corner)
        return premultiplied(base)
    base = image.convert("RGB") if image.mode == "L" else image.copy()
    base.paste(scaled_mark.convert("RGB"), corner, scaled_mark.getchannel("A"))
    return base


def cover(
    image: Image.Image, rule: Watermark, file: bytes, ink: int | tuple[int, ...]
) -> Image.Image:
    """A copy of `image` (`L`, `RGB`) with `ink` where the PNG in `file` would be, as opaquely."""
    scaled_mark, corner = _scaled_mark(Size(*image.size), rule, file)
    base = image.copy()
    base.paste(ink, corner, scaled_mark.getchannel("A"))
    return base


# All frames of an animation have the same few watermarks.
@lru_cache(maxsize=8)
def _scaled_mark(canvas: Size, rule: Watermark, file: bytes) -> tuple[Image.Image, tuple[int, int]]:
    """The mark scaled for `canvas` (`RGBA`, shared: do not change it), and its top left corner."""
    with plugin("png")(BytesIO(file)) as opened:
        mark = opened.convert("RGBA")
    margin = round(rule.margin * canvas.width)
    size, corner = place_mark(canvas, Size(*mark.size), rule, margin)
    # Premultiplied, so that the colour of transparent pixels does not bleed into the edges.
    result = straight(scaled(premultiplied(mark), size))
    result.putalpha(result.getchannel("A").point(lambda level: round(level * rule.opacity)))
    return result, corner


def place_mark(
    canvas: Size, mark: Size, rule: Watermark, margin: int
) -> tuple[Size, tuple[int, int]]:
    """The mark's size and top left corner in pixels of `canvas`, always within it."""
    room = Size(max(1, canvas.width - 2 * margin), max(1, canvas.height - 2 * margin))
    scale = min(
        rule.width * canvas.width / mark.width, room.width / mark.width, room.height / mark.height
    )
    size = Size(max(1, int(mark.width * scale)), max(1, int(mark.height * scale)))
    across, down = _SHARES[rule.position]
    free = (canvas.width - 2 * margin - size.width, canvas.height - 2 * margin - size.height)
    left = max(0, margin + round(across * free[0]))
    top = max(0, margin + round(down * free[1]))
    return size, (min(left, canvas.width - size.width), min(top, canvas.height - size.height))
