"""Apple's gain maps, from before ISO 21496-1: their reach, and their levels as stops.

Its documentation "Applying Apple HDR effect to your photos" has the formulas. In linear light a
pixel is multiplied by 1 + (headroom - 1) * gain, where the gain is stored by BT.709's curve.
"""

import math
import struct

from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.formats.tiff_ifd import EXIF_PREFIX, content_of, fields, layout_of
from chalicelib.imaging.gain_map.metadata import Channel, GainMapFault, Metadata, checked

_EXIF, _MAKER_NOTE, _HEADROOM, _GAIN = 0x8769, 0x927C, 0x21, 0x30
_NOTE = b"Apple iOS\x00"
_DIRECTORY = 14  # bytes of the note's header, in which a TIFF's fits


def metadata_of(headroom: float) -> Metadata:
    """What the converted levels of a gain map mean; GainMapFault if there is no headroom."""
    if not 1 < headroom < math.inf:
        raise GainMapFault("unsupported")
    stops = math.log2(headroom)
    return checked(Metadata((Channel(0, stops, 1, 0, 0),), 0, stops))


def levels(metadata: Metadata) -> list[int]:
    """For each level of Apple's, 0 to 255, the one that means the same by `metadata`."""
    stops = metadata.hdr_headroom
    return [
        round(255 * math.log2(1 + (2**stops - 1) * _linear(level / 255)) / stops)
        for level in range(256)
    ]


def _linear(level: float) -> float:
    return level / 4.5 if level < 0.081 else ((level + 0.099) / 1.099) ** (1 / 0.45)


def headroom_in(exif: bytes) -> float:
    """How many times white the gain map reaches, by the maker's note of a picture; 0 if unknown."""
    try:
        headroom, gain = (_fraction(_note_in(exif), tag) for tag in (_HEADROOM, _GAIN))
    except (MalformedFile, struct.error, ZeroDivisionError):
        return 0
    if headroom < 1:
        stops = -20 * gain + 1.8 if gain <= 0.01 else -0.101 * gain + 1.601
    else:
        stops = -70 * gain + 3.0 if gain <= 0.01 else -0.303 * gain + 2.303
    return 2 ** max(stops, 0.0) if abs(stops) < 32 else 0


def _note_in(exif: bytes) -> bytes:
    """The note as a TIFF, to whose start its offsets refer."""
    block = exif.removeprefix(EXIF_PREFIX)
    layout = layout_of(block)
    pointer = fields(block, layout, layout.first).get(_EXIF)
    note = content_of(block, layout, pointer.first or 0, _MAKER_NOTE) if pointer else b""
    if not note.startswith(_NOTE):
        raise MalformedFile
    return b"MM\x00*" + struct.pack(">I", _DIRECTORY) + note[8:]


def _fraction(note: bytes, tag: int) -> float:
    over, under = struct.unpack(">ii", content_of(note, layout_of(note), _DIRECTORY, tag))
    return float(over / under)
