"""Light of HDR files, in multiples of SDR's white, by libvips' decoders."""

from typing import Any

import pyvips

from chalicelib.imaging.formats import jpeg
from chalicelib.imaging.formats.icc import inverted, product, tag_of
from chalicelib.imaging.gain_map import FoundGainMap, GainMapFault, apple, find

# From linear light to XYZ under D65 (ITU-R BT.709 and BT.2020, SMPTE EG 432-1).
_XYZ = {
    "sRGB": (
        (0.4123908, 0.3575843, 0.1804808),
        (0.2126390, 0.7151687, 0.0721923),
        (0.0193308, 0.1191948, 0.9505322),
    ),
    "Display P3": (
        (0.4865709, 0.2656677, 0.1982173),
        (0.2289746, 0.6917385, 0.0792869),
        (0.0000000, 0.0451134, 1.0439444),
    ),
    "BT.2020": (
        (0.6369580, 0.1446169, 0.1688810),
        (0.2627002, 0.6779981, 0.0593017),
        (0.0000000, 0.0280727, 1.0609851),
    ),
}
_RED = {"sRGB": 0.4361, "Display P3": 0.5151}  # X of red in a profile, under D50

Picture = Any  # pyvips has no types


class NotComparable(Exception):
    """A file without a gain map, or in colours that are not compared."""


def sdr_of(data: bytes) -> Picture:
    """The light of a file without its gain map, upright, in BT.2020's primaries."""
    return _in_bt2020(_linear(_base(data)), data)


def hdr_of(data: bytes) -> Picture:
    """The light of a file with all of its gain map, upright, in BT.2020's primaries."""
    base, found = _base(data), gain_map_of(data)
    shining = _shining(_linear(base), _levels(found, base), found)
    return _in_bt2020(shining, data)


def gain_map_of(data: bytes) -> FoundGainMap:
    """The gain map of a JPEG; NotComparable if it has none."""
    try:
        found = find(data, jpeg.inspect(data))
    except GainMapFault as reason:
        raise NotComparable(f"its gain map is {reason.fault}") from reason
    if found is None:
        raise NotComparable("it has no gain map")
    return found


def by_libultrahdr(data: bytes) -> Picture:
    """The same light as libvips itself computes it, in the file's own primaries."""
    return pyvips.Image.uhdrload_buffer(data).uhdr2scRGB()


def own_hdr_of(data: bytes) -> Picture:
    """`hdr_of`, in the file's own primaries."""
    base, found = _base(data), gain_map_of(data)
    return _shining(_linear(base), _levels(found, base), found)


def _base(data: bytes) -> Picture:
    image = pyvips.Image.jpegload_buffer(data)
    return image if image.bands == 3 else image.colourspace("srgb")


def _linear(image: Picture) -> Picture:
    level = image.cast("float") / 255
    return (level <= 0.04045).ifthenelse(level / 12.92, ((level + 0.055) / 1.055) ** 2.4)


def _levels(found: FoundGainMap, base: Picture) -> Picture:
    """The levels of the gain map, 0 to 1, in the picture's size."""
    image = pyvips.Image.jpegload_buffer(bytes(found.info.body))
    if found.form == "apple":
        table = pyvips.Image.new_from_array([apple.levels(found.metadata)]).cast("uchar")
        image = image.maplut(table)
    if image.bands == 1:
        image = image.bandjoin([image, image])
    across, down = base.width / image.width, base.height / image.height
    return image.cast("float").resize(across, vscale=down, kernel="linear") / 255


def _shining(light: Picture, levels: Picture, found: FoundGainMap) -> Picture:
    """ISO 21496-1, 6.2: the picture's light multiplied by the gains."""
    channels = found.metadata.channels * (3 // len(found.metadata.channels))
    lows, highs, gammas, before, after = (list(field) for field in zip(*channels, strict=True))
    shares = levels ** [1 / gamma for gamma in gammas]
    stops = shares * [high - low for low, high in zip(lows, highs, strict=True)] + lows
    return (light + before) * (2**stops) - after


def _in_bt2020(light: Picture, data: bytes) -> Picture:
    matrix = product(inverted(_XYZ["BT.2020"]), _XYZ[_space_of(data)])
    turned: Picture = light.recomb(pyvips.Image.new_from_array([list(row) for row in matrix]))
    orientation = jpeg.inspect(data).orientation
    if orientation > 1:
        turned = turned.copy()
        turned.set_type(pyvips.GValue.gint_type, "orientation", orientation)
        turned = turned.autorot()
    return turned.copy_memory()


def _space_of(data: bytes) -> str:
    profile = jpeg.inspect(data).profile
    if not profile:
        return "sRGB"
    red = int.from_bytes(tag_of(profile, b"rXYZ")[8:12], signed=True) / 65536
    for space, expected in _RED.items():
        if abs(red - expected) < 0.005:
            return space
    raise NotComparable("its colours are neither sRGB nor Display P3")


def reduced(light: Picture, width: int, height: int) -> Picture:
    """`light` scaled down, without negative light that the filter's lobes make."""
    small = light.resize(width / light.width, vscale=height / light.height, kernel="lanczos3")
    return (small > 0).ifthenelse(small, 0).copy_memory()
