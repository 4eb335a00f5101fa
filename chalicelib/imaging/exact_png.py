"""PNG's one clear colour at every depth: Pillow compares it with levels that it has reduced."""

from functools import reduce

from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngImageFile

# What a level of 2 or 4 bits is multiplied with to become one of 8, by Pillow's raw mode.
_SCALES = {"L;2": 85, "L;4": 17}
_UPPER_BYTES, _LOWER_BYTES = "RGB;16B", "RGB;16L"


class ExactPng(PngImageFile):
    """A PNG as Pillow reads it, but clear in just the pixels of the colour that the file names.

    16-bit greys are left to `clear_grey`.
    """

    _clear: tuple[int, ...] = ()  # of 16-bit colours

    def _open(self) -> None:
        super()._open()
        key, raw = self.info.get("transparency"), self.tile[0].args if self.tile else ""
        if isinstance(key, int) and raw in _SCALES:
            scale = _SCALES[raw]
            self.info["transparency"] = key % (255 // scale + 1) * scale
        elif isinstance(key, tuple) and raw == _UPPER_BYTES:
            self._clear = self.info.pop("transparency")

    def load_end(self) -> None:
        """Pillow's hook for what is left to do, once, when the pixels are there."""
        super().load_end()
        if self._clear and self.fp:
            self.fp.seek(0)
            with PngImageFile(self.fp) as lower:
                lower.tile = [lower.tile[0]._replace(args=_LOWER_BYTES)]
                unlike = _unlike(lower, [level & 0xFF for level in self._clear])
            upper = _unlike(self, [level >> 8 for level in self._clear])
            self.putalpha(ImageChops.lighter(upper, unlike))


def _unlike(image: Image.Image, colour: list[int]) -> Image.Image:
    """An `L` that is 255 where `image` (`RGB`) has another colour, else 0."""
    return reduce(
        ImageChops.lighter,
        (
            image.getchannel(band).point([255 * (found != level) for found in range(256)])
            for band, level in enumerate(colour)
        ),
    )
