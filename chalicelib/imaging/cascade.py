"""Scales in a cascade: each picture is made from the smallest copy with enough detail."""

from PIL import Image

from chalicelib.imaging.geometry import Placement, Region, Size, whole_of
from chalicelib.imaging.scaling import Box, scaled


class Cascade:
    """Copies of a whole original, largest first; request placements by falling `source_size`.

    `size` is the original's upright size in pixels, `image` a copy of it in
    `L`, `RGB` or `RGBa`, at least as large as any requested `source_size`. The returned
    pictures are shared: do not change or close them.
    """

    def __init__(self, size: Size, image: Image.Image) -> None:
        self._size = size
        self._copies = [image]

    @property
    def smallest(self) -> Image.Image:
        """The smallest copy of the whole original so far."""
        return self._copies[-1]

    def at_least(self, side: int) -> Image.Image:
        """The smallest copy so far whose longest side has `side` pixels, else the largest copy."""
        large = (copy for copy in reversed(self._copies) if max(copy.size) >= side)
        return next(large, self._copies[0])

    def picture(self, placement: Placement) -> Image.Image:
        """The region of `placement`, scaled to its size."""
        source = next(
            copy
            for copy in reversed(self._copies)
            if copy.width >= placement.source_size.width
            and copy.height >= placement.source_size.height
        )
        whole = placement.region == whole_of(self._size)
        if whole and source.size == placement.size:
            return source
        box = box_in(placement.region, self._size, source)
        picture = scaled(source, placement.size, box)
        if whole and picture.width <= source.width and picture.height <= source.height:
            self._copies.append(picture)
        return picture


def box_in(region: Region, size: Size, source: Image.Image) -> Box:
    """`region` of an original of `size`, in pixels of `source`, a scaled copy of it."""
    across, down = source.width / size.width, source.height / size.height
    return (
        float(region.left) * across,
        float(region.top) * down,
        min(float(region.right) * across, source.width),
        min(float(region.bottom) * down, source.height),
    )


def padded(image: Image.Image, placement: Placement, background: str) -> Image.Image:
    """`image` centred on an opaque canvas of `background` (`#rrggbb`), if the canvas is larger.

    Its own transparency is kept.
    """
    if placement.canvas == placement.size:
        return image
    mode = "RGB" if image.mode == "L" else image.mode
    colour = tuple(bytes.fromhex(background[1:])) + (255,) * (mode == "RGBa")
    canvas = Image.new(mode, placement.canvas, colour)
    left = (placement.canvas.width - image.width) // 2
    top = (placement.canvas.height - image.height) // 2
    canvas.paste(image.convert(mode) if image.mode != mode else image, (left, top))
    return canvas
