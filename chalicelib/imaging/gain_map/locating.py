"""Locates the gain map in a JPEG: one of the pictures after the first, told by its metadata."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chalicelib.errors import Rejection
from chalicelib.imaging.formats import jpeg
from chalicelib.imaging.formats.file_info import FileInfo, MalformedFile
from chalicelib.imaging.formats.tiff_ifd import EXIF_PREFIX
from chalicelib.imaging.gain_map import apple, mpf, xmp
from chalicelib.imaging.gain_map.metadata import URN, GainMapFault, Metadata, read_iso
from chalicelib.model.gain_map import Form, GainMapSummary

_SIGNATURE = b"\xff\xd8\xff"
_LONGEST_HEADER = 1 << 20  # bytes
_MOST_PICTURES = 4  # that are looked at one after the other, where no index has the gain map
_PADDING = 1 << 16  # bytes between pictures
_MOST_DEVIATION = 0.05  # of the sides' ratio, besides rounding
_NAMESPACES = (b"hdr-gain-map", b"HDRGainMap", b"hdrgainmap", b"photos/1.0/container")


class FoundGainMap(NamedTuple):
    """A gain map: the structure of its JPEG, and what its levels mean.

    Those of Apple's form are first replaced as `apple.levels` says.
    """

    form: Form
    info: FileInfo
    metadata: Metadata

    @property
    def summary(self) -> GainMapSummary:
        """What is recorded of it."""
        stops = round(self.metadata.hdr_headroom, 3)
        return GainMapSummary(
            form=self.form, width=self.info.width, height=self.info.height, stops=stops
        )


class _Header(NamedTuple):
    """What the header of a picture says about gain maps."""

    packet: xmp.Packet
    iso: bytes | None
    pictures: tuple[bytes, int]
    exif: bytes

    @property
    def announces(self) -> bool:
        semantics = {item.semantic for item in self.packet.items}
        return self.iso is not None or self.packet.announces or "GainMap" in semantics

    @property
    def describes(self) -> bool:
        return bool(self.iso) or self.packet.describes or self.packet.is_apple


def find(data: bytes, info: FileInfo) -> FoundGainMap | None:
    """The gain map of the JPEG `data` with the structure `info`; None if it has none.

    GainMapFault if there should be one, and it cannot be used.
    """
    first = _read(data, info.header)
    for start in dict.fromkeys(_starts(data, info, first)):
        header = _header_or_none(data, start)
        if header and header.describes:
            return _found(data, start, header, info, first.exif)
    if first.announces:
        raise GainMapFault("missing")
    return None


def _read(data: bytes, segments: Sequence[tuple[int, int, int]]) -> _Header:
    packet, iso, index, exif = xmp.Packet({}, []), None, (b"", 0), b""
    for marker, begin, end in segments:
        content = data[begin + 4 : end]
        if marker == 0xE1 and content.startswith(xmp.PREFIX) and not packet.values:
            if any(name in content for name in _NAMESPACES):
                packet = xmp.read(content)
        elif marker == 0xE1 and content.startswith(EXIF_PREFIX):
            exif = exif or content
        elif marker == 0xE2 and content.startswith(URN):
            block = content.removeprefix(URN)
            iso = iso or (block if len(block) > 4 else b"")
        elif marker == 0xE2 and content.startswith(mpf.PREFIX) and not index[0]:
            index = content, begin + 4
    return _Header(packet, iso, index, exif)


def _header_or_none(data: bytes, start: int) -> _Header | None:
    if not data.startswith(_SIGNATURE, start):
        return None
    try:
        return _read(data, jpeg.segments(data, start, start + _LONGEST_HEADER))
    except MalformedFile:
        return None


def _starts(data: bytes, info: FileInfo, first: _Header) -> Iterator[int]:
    """Where the gain map may start, by both indices, which programs forget to correct; then all.

    What follows pictures, such as the video of a motion photo, is not looked at.
    """
    yield from (start for start, _ in mpf.places(*first.pictures) if start > 0)
    yield from _by_items(first.packet.items, info.end, len(data))
    position = info.end
    for _ in range(_MOST_PICTURES):
        start = data.find(_SIGNATURE, position, position + _PADDING)
        if start < 0:
            return
        yield start
        try:
            position = jpeg.end_of(data, start)
        except MalformedFile:
            return


def _by_items(items: Sequence[xmp.Item], end: int, length: int) -> Iterator[int]:
    """Starts by the items' lengths, counted from the picture's end and from the file's."""
    for number, item in enumerate(items):
        if item.semantic == "GainMap" and number:
            yield end + sum(before.length for before in items[1:number])
            yield max(0, length - sum(after.length for after in items[number:]))


def _found(
    data: bytes, start: int, header: _Header, picture: FileInfo, exif: bytes
) -> FoundGainMap:
    form, metadata = _meaning(header, exif)
    try:
        info = jpeg.inspect(data[start : jpeg.end_of(data, start)])
    except MalformedFile as reason:
        raise GainMapFault("malformed") from reason
    except Rejection as reason:
        raise GainMapFault("unsupported") from reason
    if info.proofs or not _fits(info, picture):
        raise GainMapFault("malformed")
    return FoundGainMap(form, info, metadata)


def _meaning(header: _Header, exif: bytes) -> tuple[Form, Metadata]:
    if header.iso:
        try:
            return "iso", read_iso(header.iso)
        except GainMapFault:
            if not header.packet.describes:
                raise
    if header.packet.describes:
        return "xmp", header.packet.metadata()
    headroom = header.packet.apple_headroom or apple.headroom_in(exif)
    return "apple", apple.metadata_of(headroom)


def _fits(info: FileInfo, picture: FileInfo) -> bool:
    """Whether a gain map has the shape of the picture, and no more pixels."""
    if not (info.width and info.height and picture.width and picture.height):
        return False
    across, down = info.width * picture.height, info.height * picture.width
    rounding = max(picture.width, picture.height)
    is_alike = abs(across - down) <= _MOST_DEVIATION * max(across, down) + rounding
    return is_alike and info.width <= picture.width and info.height <= picture.height
