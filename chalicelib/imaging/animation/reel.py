"""An animated WebP in the making: of each picture only what is new, the lighter way packed."""

from io import BytesIO
from typing import Literal, NamedTuple

from PIL import Image

from chalicelib.imaging.alpha import straight
from chalicelib.imaging.animation.changes import Change, blocks, change, covers, cut_out
from chalicelib.imaging.containers import webp
from chalicelib.imaging.encoding import encode
from chalicelib.imaging.geometry import Size

Way = Literal["lossy", "lossless"]

_WAYS: tuple[Way, ...] = ("lossy", "lossless")
# A way of packing that makes so many times the other's bytes is given up, until the other one
# makes more bytes for each pixel than it did: a slide show may go on from drawings to photographs.
_HOPELESS = 1.5
_TINY = 4096  # pixels: so few tell nothing of the others, and may as well be packed both ways
_STEADY = 82
_LOSSLESS = {"lossless": True, "quality": 50, "method": 2}


class _Cut(NamedTuple):
    """A still WebP, where it goes, how long it stays, and whether it lets the canvas through."""

    still: bytes
    left: int
    top: int
    milliseconds: int
    blended: bool


class Reel:
    """Takes an animation's pictures, all of `size`, in their order; hands out the file.

    Holds packed frames and one picture. `quality` is that of lossy frames, 1 to
    100; what is measured picture by picture ("auto") would flicker, and is 82.
    """

    def __init__(self, size: Size, quality: int | str) -> None:
        self._size = size
        self._quality = quality if isinstance(quality, int) else _STEADY
        self._given_up: dict[Way, float] = {}  # with the bytes that it made for each pixel
        self._shown = Image.new("RGBA", size)
        self._cuts: list[_Cut] = []

    def add(self, picture: Image.Image, milliseconds: int) -> None:
        """Show `picture` (`L`, `RGB`, `RGBa`) next; one like the last only makes that stay."""
        following = straight(picture) if picture.mode == "RGBa" else picture.convert("RGBA")
        if not self._cuts:
            still = self._lightest(dict.fromkeys(_WAYS, following))
            self._cuts.append(_Cut(still, 0, 0, milliseconds, blended=False))
            self._shown = following
        elif found := change(self._shown, following):
            self._cuts.append(self._cut(following, found, milliseconds))
            self._shown.paste(following.crop(found.box), found.box, found.mask)
        else:
            last = self._cuts[-1]
            self._cuts[-1] = last._replace(milliseconds=last.milliseconds + milliseconds)

    def file(self, plays: int) -> bytes:
        """The whole file, shown `plays` times, 0 for ever; a still where nothing ever moved."""
        if len(self._cuts) == 1:
            return self._cuts[0].still
        frames = (
            webp.frame(still, left, top, min(time, webp.LONGEST_FRAME), blended=blended)
            for still, left, top, time, blended in self._cuts
        )
        return webp.animation(*self._size, plays, frames)

    def _cut(self, following: Image.Image, found: Change, milliseconds: int) -> _Cut:
        part, before = following.crop(found.box), self._shown.crop(found.box)
        masks: dict[Way, Image.Image] = {"lossy": blocks(found.mask), "lossless": found.mask}
        blended = all(covers(part, before, masks[way]) for way in _WAYS)
        parts = {way: cut_out(part, masks[way]) if blended else part for way in _WAYS}
        return _Cut(self._lightest(parts), *found.box[:2], milliseconds, blended)

    def _lightest(self, parts: dict[Way, Image.Image]) -> bytes:
        """The smaller of the files of `parts` (`RGBA`), which show the same."""
        width, height = parts["lossy"].size
        pixels = width * height
        if pixels <= _TINY:
            return min((self._packed(way, parts[way]) for way in _WAYS), key=len)
        files = {way: self._packed(way, parts[way]) for way in _WAYS if way not in self._given_up}
        rate = min(map(len, files.values())) / pixels
        again = [way for way, before in self._given_up.items() if rate > before]
        files |= {way: self._packed(way, parts[way]) for way in again}
        least = min(files.values(), key=len)
        for way, file in files.items():
            self._given_up.pop(way, None)
            if len(file) > _HOPELESS * len(least):
                self._given_up[way] = len(file) / pixels
        return least

    def _packed(self, way: Way, part: Image.Image) -> bytes:
        opaque = part.getchannel("A").getextrema() == (255, 255)
        seen = part.convert("RGB") if opaque else part
        if way == "lossy":
            return encode(seen, "webp", self._quality, "")
        file = BytesIO()
        seen.save(file, "webp", **_LOSSLESS)
        return file.getvalue()
