"""EXIF's two tags: read of any block, and alone in one of our own."""

from PIL import Image

from chalicelib.imaging.containers.directories import EXIF_PREFIX, content_of, layout_of
from chalicelib.imaging.credits import iptc

_ARTIST, _COPYRIGHT = 315, 33_432


def read(block: bytes) -> tuple[str, str]:
    """Creators and copyright notice in `block`; Broken or struct.error if it is broken."""
    exif = block.removeprefix(EXIF_PREFIX)
    layout = layout_of(exif)
    creator, notice = (content_of(exif, layout, layout.first, tag) for tag in (_ARTIST, _COPYRIGHT))
    return iptc.text_of(creator), iptc.text_of(notice)


def exif_of(creator: str, notice: str) -> bytes:
    """The block, with its prefix, of what is said, in UTF-8; empty where nothing is."""
    block = Image.Exif()
    said = {_ARTIST: creator, _COPYRIGHT: notice}
    block.update({tag: text.encode() for tag, text in said.items() if text})
    return block.tobytes() if block else b""
