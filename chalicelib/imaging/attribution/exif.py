"""EXIF's two attribution tags: reading them from a block, and writing a block of only them."""

from PIL import Image

from chalicelib.imaging.attribution import iptc
from chalicelib.imaging.formats.tiff_ifd import EXIF_PREFIX, content_of, layout_of

_ARTIST, _COPYRIGHT = 315, 33_432


def read(block: bytes) -> tuple[str, str]:
    """Creators and copyright in `block`; MalformedFile or struct.error if it is malformed."""
    exif = block.removeprefix(EXIF_PREFIX)
    layout = layout_of(exif)
    creator, notice = (content_of(exif, layout, layout.first, tag) for tag in (_ARTIST, _COPYRIGHT))
    return iptc.text_of(creator), iptc.text_of(notice)


def exif_of(creator: str, notice: str) -> bytes:
    """An EXIF block, with its prefix, of these texts in UTF-8; empty if both are."""
    block = Image.Exif()
    tags = {_ARTIST: creator, _COPYRIGHT: notice}
    block.update({tag: text.encode() for tag, text in tags.items() if text})
    return block.tobytes() if block else b""
