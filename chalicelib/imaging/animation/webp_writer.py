"""Writes an animated WebP: only the changes of each picture, lossy or lossless, as is smaller."""

from io import BytesIO
from typing import Literal, NamedTuple

from PIL import Image

from chalicelib.imaging.alpha import straight
from chalicelib.imaging.animation.changes import Change, blocks, change, covers, cut_out
from chalicelib.imaging.encoding import encode
from chalicelib.imaging.formats import webp
from chalicelib.imaging.geometry import Size

Compression = Literal["lossy", "lossless"]

_COMPRESSIONS: tuple[Compression, ...] = ("lossy", "lossless")
# A compression that takes this many times the other's bytes is given up, until the other one
# takes more bytes per pixel than it did: a slide show may change from drawings to photographs.
_HOPELESS = 1.5
_TINY = 4096  # pixels: so few say nothing about the rest, and are cheap to encode both ways
_STEADY = 82
_LOSSLESS = {"lossless": True, "quality": 50, "method": 2}


class _EncodedFrame(NamedTuple):
    """A still WebP, its position and duration, and whether it is blended with the canvas."""

    still: bytes
    left: int
    top: int
    milliseconds: int
    blended: bool


class WebpWriter:
    """Accepts an animation's pictures, all of `size`, in order; returns the file.

    Holds encoded frames and one picture. `quality` is that of lossy frames, 1 to 100; a
    quality measured for each picture ("auto") would flicker, so it is 82.
    """

    def __init__(self, size: Size, quality: int | str) -> None:
        self._size = size
        self._quality = quality if isinstance(quality, int) else _STEADY
        self._given_up: dict[Compression, float] = {}  # with its bytes per pixel
        self._shown = Image.new("RGBA", size)
        self._frames: list[_EncodedFrame] = []

    def add(self, picture: Image.Image, milliseconds: int) -> None:
        """Show `picture` (`L`, `RGB`, `RGBa`) next; one like the last only extends that."""
        following = straight(picture) if picture.mode == "RGBa" else picture.convert("RGBA")
        if not self._frames:
            still = self._lightest(dict.fromkeys(_COMPRESSIONS, following))
            self._frames.append(_EncodedFrame(still, 0, 0, milliseconds, blended=False))
            self._shown = following
        elif found := change(self._shown, following):
            self._frames.append(self._encode_change(following, found, milliseconds))
            self._shown.paste(following.crop(found.box), found.box, found.mask)
        else:
            last = self._frames[-1]
            self._frames[-1] = last._replace(milliseconds=last.milliseconds + milliseconds)

    def file(self, plays: int) -> bytes:
        """The whole file, played `plays` times, 0 for ever; a still if nothing ever moved."""
        if len(self._frames) == 1:
            return self._frames[0].still
        frames = (
            webp.frame(still, left, top, min(time, webp.LONGEST_FRAME), blended=blended)
            for still, left, top, time, blended in self._frames
        )
        return webp.animation(*self._size, plays, frames)

    def _encode_change(
        self, following: Image.Image, found: Change, milliseconds: int
    ) -> _EncodedFrame:
        part, before = following.crop(found.box), self._shown.crop(found.box)
        masks: dict[Compression, Image.Image] = {
            "lossy": blocks(found.mask),
            "lossless": found.mask,
        }
        blended = all(covers(part, before, masks[compression]) for compression in _COMPRESSIONS)
        parts = {
            compression: cut_out(part, masks[compression]) if blended else part
            for compression in _COMPRESSIONS
        }
        return _EncodedFrame(self._lightest(parts), *found.box[:2], milliseconds, blended)

    def _lightest(self, parts: dict[Compression, Image.Image]) -> bytes:
        """The smallest file of `parts` (`RGBA`), which look the same."""
        width, height = parts["lossy"].size
        pixels = width * height
        if pixels <= _TINY:
            return min(
                (self._packed(compression, parts[compression]) for compression in _COMPRESSIONS),
                key=len,
            )
        files = {
            compression: self._packed(compression, parts[compression])
            for compression in _COMPRESSIONS
            if compression not in self._given_up
        }
        rate = min(map(len, files.values())) / pixels
        again = [compression for compression, before in self._given_up.items() if rate > before]
        files |= {
            compression: self._packed(compression, parts[compression]) for compression in again
        }
        least = min(files.values(), key=len)
        for compression, file in files.items():
            self._given_up.pop(compression, None)
            if len(file) > _HOPELESS * len(least):
                self._given_up[compression] = len(file) / pixels
        return least

    def _packed(self, compression: Compression, part: Image.Image) -> bytes:
        opaque = part.getchannel("A").getextrema() == (255, 255)
        seen = part.convert("RGB") if opaque else part
        if compression == "lossy":
            return encode(seen, "webp", self._quality, "")
        file = BytesIO()
        seen.save(file, "webp", **_LOSSLESS)
        return file.getvalue()
