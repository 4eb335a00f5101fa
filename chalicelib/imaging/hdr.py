"""HDR photos: pictures in their own colours, each with a gain map."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace
from PIL import Image

from chalicelib.imaging.colour import Colours, colour_in_display_p3, to_display_p3
from chalicelib.imaging.edits import edited
from chalicelib.imaging.formats.file_info import FileInfo
from chalicelib.imaging.gain_map.locating import FoundGainMap, find
from chalicelib.imaging.gain_map.metadata import GainMapFault
from chalicelib.imaging.gain_map.pixels import GainMap, decoded, with_edits
from chalicelib.imaging.geometry import Size
from chalicelib.imaging.scaling import scaled
from chalicelib.model.edits import Edit, Redact
from chalicelib.model.gain_map import GainMapSummary


class HdrPicture(NamedTuple):
    """What HDR displays need: a picture with its own colours (`RGB`), and its gain map.

    `profile` is that of Display P3, or empty for sRGB. Both are upright and edited.
    """

    image: Image.Image
    profile: bytes
    gain_map: GainMap


def locate(data: bytes, info: FileInfo) -> tuple[FoundGainMap | None, GainMapSummary | None]:
    """The gain map of the JPEG `data`, and what is recorded of it; None for both without one."""
    try:
        found = find(data, info)
    except GainMapFault as reason:
        return None, GainMapSummary(fault=reason.fault)
    return found, found.summary if found else None


def read(
    found: FoundGainMap, image: Image.Image, colours: Colours, size: Size, orientation: int
) -> HdrPicture:
    """The HDR picture of an upright `image` in the original's colours.

    `size` is how large a copy of the gain map is needed. GainMapFault if it cannot be decoded, or
    if the picture itself is HDR.
    """
    if colours.tone_mapping:
        raise GainMapFault("unsupported")
    return HdrPicture(*to_display_p3(image, colours), decoded(found, size, orientation))


def with_edits_applied(
    picture: HdrPicture, edits: Sequence[Edit], before: Size, needed: Size
) -> HdrPicture:
    """The picture of the upright size `before` after the steps, scaled to `needed`."""
    image, profile, gain_map = picture
    own = [_in_own_colours(edit) if profile else edit for edit in edits]
    gain_map = with_edits(gain_map, edits, before)
    return HdrPicture(
        _fitted(edited(image.copy(), own), needed),
        profile,
        gain_map,
    )


def _in_own_colours(edit: Edit) -> Edit:
    if isinstance(edit, Redact):
        return replace(edit, color=colour_in_display_p3(edit.color))
    return edit


def _fitted(image: Image.Image, size: Size) -> Image.Image:
    return image if image.size == size else scaled(image, size)
