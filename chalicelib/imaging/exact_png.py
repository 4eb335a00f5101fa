"""PNG's transparent colour at every bit depth: Pillow compares it with already reduced levels."""

from functools import reduce

from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngImageFile

# The factor that makes a 2-bit or 4-bit level an 8-bit one, by Pillow's raw mode.
_SCALES = {"L;2": 85, "L;4": 17}
_UPPER_BYTES, _LOWER_BYTES = "RGB;16B", "RGB;16L"


class ExactPng(PngImageFile):
    """Pillow's PNG reader, with exactly the pixels of the file's transparent colour transparent.

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
        """Pillow's hook, called once after the pixels are loaded."""
        super().load_end()
        if self._clear and self.fp:
            self.fp.seek(0)
            with PngImageFile(self.fp) as lower:
                lower.tile = [lower.tile[0]._replace(args=_LOWER_BYTES)]
                differing = _differing(lower, [level & 0xFF for level in self._clear])
            upper = _differing(self, [level >> 8 for level in self._clear])
            self.putalpha(ImageChops.lighter(upper, differing))


def _differing(image: Image.Image, colour: list[int]) -> Image.Image:
    """An `L` image: 0 where `image` (`RGB`) has exactly `colour`, else 255."""
    return reduce(
        ImageChops.lighter,
        (
            image.getchannel(band).point([255 * (found != level) for found in range(256)])
            for band, level in enumerate(colour)
        ),
    )
