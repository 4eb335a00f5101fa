"""PNG at its full bit depth, which Pillow reduces, and large ones without all pixels at once."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngImageFile

from chalicelib.imaging import png_strips

# The factor that makes a 2-bit or 4-bit level an 8-bit one, by Pillow's raw mode.
_SCALES = {"L;2": 85, "L;4": 17}
# Pillow's raw modes that read the lower bytes, by those that read the upper ones.
_LOWER_BYTES = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L"}
_ROWS = 256  # whose 16-bit levels are held at once
# How many times larger the sides stay than what is wanted: averages of whole blocks lose nothing
# that can be seen if a better filter follows.
_LEFT = 2


class ExactPng(PngImageFile):
    """Pillow's PNG reader, with exactly the pixels of the file's transparent colour transparent.

    16-bit greys are left to `clear_grey`. `draft` has 8-bit pictures made smaller in strips.
    """

    _clear: tuple[int, ...] = ()  # of 16-bit colours
    _lower = ""  # the raw mode of the lower bytes, of 16-bit colours
    _levels_of: Callable[[Image.Image], Sequence[int]] | None = None
    _factor = 1  # by which strips are made smaller
    _whole = (0, 0)

    def _open(self) -> None:
        super()._open()
        key, raw = self.info.get("transparency"), self.tile[0].args if self.tile else ""
        if isinstance(key, int) and raw in _SCALES:
            scale = _SCALES[raw]
            self.info["transparency"] = key % (255 // scale + 1) * scale
        self._lower = _LOWER_BYTES.get(raw, "") if isinstance(raw, str) else ""
        if isinstance(key, tuple) and self._lower:
            self._clear = self.info.pop("transparency")

    @property
    def is_wide(self) -> bool:
        """Whether the file has colours of 16 bits, which `load_through` can read."""
        return bool(self._lower)

    def load_through(self, levels_of: Callable[[Image.Image], Sequence[int]]) -> None:
        """Load 16-bit colours.

        `levels_of` returns the 8-bit level for each of 65,536, given the picture in 8 bits.
        """
        self._levels_of = levels_of
        self.load()

    def draft(
        self, mode: str | None, size: tuple[int, int] | None
    ) -> tuple[str, tuple[int, int, float, float]] | None:
        """Pillow's hook: decodes a copy of at least twice `size`, if it can; its mode and box."""
        raw = self.tile[0].args if len(self.tile) == 1 else None
        is_plain = raw == self.mode and not self.info.keys() & {"interlace", "transparency"}
        if size is None or mode not in {None, raw} or not (is_plain and raw in png_strips.SAMPLES):
            return None
        factor = min(self.width // size[0], self.height // size[1]) // _LEFT
        if factor < 2 or self._factor > 1:
            return None
        self._factor, self._whole = factor, self.size
        self._size = (-(-self.width // factor), -(-self.height // factor))
        return self.mode, (0, 0, self._whole[0] / factor, self._whole[1] / factor)

    def load(self) -> Any:
        """Load the pixels, as `draft` has asked for."""
        if self._factor > 1 and self.tile and self.fp:
            self.load_prepare()
            self.fp.seek(self.tile[0].offset)
            self.tile = []
            self.im = png_strips.reduced(self.mode, self._whole, self._factor, self.load_read).im
        return super().load()

    def load_end(self) -> None:
        """Pillow's hook, called once after the pixels are loaded."""
        super().load_end()
        if (self._clear or self._levels_of) and self.fp:
            self.fp.seek(0)
            with PngImageFile(self.fp) as lower:
                lower.tile = [lower.tile[0]._replace(args=self._lower)]
                if self._clear:
                    differing = _differing(lower, [level & 0xFF for level in self._clear])
                    upper = _differing(self, [level >> 8 for level in self._clear])
                    self.putalpha(ImageChops.lighter(upper, differing))
                if self._levels_of:
                    self._replace_levels(lower, self._levels_of(self))

    def _replace_levels(self, lower: Image.Image, levels: Sequence[int]) -> None:
        for top in range(0, self.height, _ROWS):
            box = (0, top, self.width, min(top + _ROWS, self.height))
            red, green, blue, *alpha = self.crop(box).split()
            others = lower.crop(box).split()
            bands = (
                _joined(ours, theirs).point(levels, "L")
                for ours, theirs in zip((red, green, blue), others, strict=False)
            )
            self.paste(Image.merge(self.mode, (*bands, *alpha)), box)


def _joined(upper: Image.Image, lower: Image.Image) -> Image.Image:
    """16-bit levels (`I`) by their bytes (`L`)."""
    content = Image.merge("LA", (lower, upper)).tobytes()
    return Image.frombytes("I;16", upper.size, content).convert("I")


def _differing(image: Image.Image, colour: list[int]) -> Image.Image:
    """An `L` image: 0 where `image` (`RGB`) has exactly `colour`, else 255."""
    return reduce(
        ImageChops.lighter,
        (
            image.getchannel(band).point([255 * (found != level) for found in range(256)])
            for band, level in enumerate(colour)
        ),
    )
