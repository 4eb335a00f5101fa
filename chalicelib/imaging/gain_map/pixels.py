"""Pixels of gain maps: decoded, edited, scaled and encoded together with their pictures."""

from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple

from msgspec.structs import replace
from PIL import Image, ImageChops

from chalicelib.imaging.cascade import box_in, padded
from chalicelib.imaging.edits import edited, hide_beforehand
from chalicelib.imaging.formats import jpeg
from chalicelib.imaging.gain_map import apple
from chalicelib.imaging.gain_map.locating import FoundGainMap
from chalicelib.imaging.gain_map.metadata import GainMapFault, Metadata
from chalicelib.imaging.gain_map.writing import overhead, with_gain_map
from chalicelib.imaging.geometry import Placement, Size
from chalicelib.imaging.orientation import turned, upright
from chalicelib.imaging.plugins import plugin
from chalicelib.imaging.scaling import scaled
from chalicelib.imaging.watermark import cover
from chalicelib.model.edits import Edit, Redact
from chalicelib.model.variants import Watermark

# Channels whose levels differ by no more are greys that were stored in colour.
_SAME = 4
# A gain map may take this share of its picture's bytes. Of small pictures it may take more, or
# thumbnails had none: the metadata alone is 1.5 KB.
_SHARE, _ALWAYS = 0.15, 2_500
# How many times smaller than the picture's its sides are, and its JPEG quality, best first. For as
# many bytes, a third of the sides comes closer to the original than half at a lower quality.
_LADDER = ((2, 85), (3, 85), (4, 85), (6, 80), (8, 75), (16, 70), (32, 60))


class GainMap(NamedTuple):
    """A gain map's pixels (`L` or `RGB`), upright and edited as its picture, and their meaning.

    `stored` is its JPEG without metadata, if that has the same pixels; else it is empty.
    """

    image: Image.Image
    metadata: Metadata
    stored: bytes = b""

    @property
    def neutral(self) -> str:
        """The levels that change the picture least, as `#rrggbb`."""
        channels = self.metadata.channels
        return "#" + "".join(f"{c.neutral:02x}" for c in channels * (3 // len(channels)))

    @property
    def ink(self) -> int | tuple[int, ...]:
        """The same as a colour of `image`."""
        levels = bytes.fromhex(self.neutral[1:])
        return levels[0] if self.image.mode == "L" else tuple(levels)


def decoded(found: FoundGainMap, size: Size, orientation: int) -> GainMap:
    """The gain map, upright, and at least `size` (upright) if it is as large.

    GainMapFault if it cannot be decoded.
    """
    try:
        with plugin("jpeg")(found.info.body.opened()) as image:
            if found.info.is_scalable:
                image.draft(None, turned(size, orientation))
            image.load()
            return _as_meant(upright(image.copy(), orientation), found)
    except GainMapFault:
        raise
    # As with any picture, a decoder may raise anything.
    except Exception as reason:
        raise GainMapFault("malformed") from reason


def _as_meant(image: Image.Image, found: FoundGainMap) -> GainMap:
    """The gain map with one channel if it has no colours, else with three."""
    if image.mode not in {"L", "RGB"}:
        raise GainMapFault("unsupported")
    image.info = {}
    if found.form == "apple":
        image = image.point(apple.levels(found.metadata) * len(image.getbands()))
    stored = b"" if found.form == "apple" else jpeg.strip_metadata(bytes(found.info.body))
    channels = len(found.metadata.channels)
    if channels == 1 and image.mode == "RGB" and _is_grey(image):
        image = image.getchannel("G")
    elif channels == 3 and image.mode == "L":
        image = image.convert("RGB")
    return GainMap(image, found.metadata, stored)


def _is_grey(image: Image.Image) -> bool:
    red, green, blue = image.split()
    differences = (ImageChops.difference(green, other).getextrema() for other in (red, blue))
    return all(isinstance(high, int) and high <= _SAME for _, high in differences)


def with_edits(gain_map: GainMap, edits: Sequence[Edit], size: Size) -> GainMap:
    """The gain map after the steps; `size` is that of the upright picture before them.

    The steps are applied at half that size, the most that any rendition has, so that they cut where
    they cut the picture, to a pixel. What redactions hide is removed before, since scaling would
    spread it.
    """
    recipe = [
        replace(edit, color=gain_map.neutral) if isinstance(edit, Redact) else edit
        for edit in edits
    ]
    image = gain_map.image.copy()
    hide_beforehand(image, recipe)
    half = Size((size.width + 1) // 2, (size.height + 1) // 2)
    return gain_map._replace(image=edited(scaled(image, half), recipe), stored=b"")


def with_gain_map_of(
    picture: bytes,
    gain_map: GainMap,
    original: Size,
    placement: Placement,
    watermark: Watermark | None,
    mark: bytes,
    profile: bytes,
    ai_label: str = "",
) -> bytes:
    """The JPEG `picture`, which shows an `original` as placed, with the gain map as placed.

    `mark` is the file of its `watermark`, `profile` what it would not have without a gain map, and
    `ai_label` as for `with_gain_map`.
    """
    whole = _placed(gain_map, original, placement)
    if watermark:
        # What the mark covers shines as the mark does, not as what is under it.
        whole = cover(whole, watermark, mark, gain_map.ink)
    # More pixels than the original's map has for this part would be made up.
    left, _, right, _ = box_in(placement.region, original, gain_map.image)
    detail = (right - left) / placement.size.width
    plain = len(picture) - len(profile)
    room = max(_ALWAYS, _SHARE * plain) - len(profile) - overhead(gain_map.metadata)
    data = b""
    for reduction, quality in _LADDER:
        data = _saved(_reduced(whole, min(1 / reduction, detail)), quality)
        if len(data) <= room:
            break
    return with_gain_map(picture, data, gain_map.metadata, ai_label)


def _placed(gain_map: GainMap, original: Size, placement: Placement) -> Image.Image:
    image = gain_map.image
    part = scaled(image, placement.size, box_in(placement.region, original, image))
    whole = padded(part, placement, gain_map.neutral)
    return whole.getchannel(0) if image.mode == "L" and whole.mode != "L" else whole


def _reduced(image: Image.Image, share: float) -> Image.Image:
    size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
    return image if size == image.size else scaled(image, size)


def _saved(image: Image.Image, quality: int) -> bytes:
    plugin("jpeg")
    file = BytesIO()
    image.save(file, "jpeg", quality=quality, optimize=True, progressive=True)
    return file.getvalue()
