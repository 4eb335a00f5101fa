"""EXIF's two attribution tags: reading them, and writing blocks of them and the orientation."""

from PIL import Image

from chalicelib.imaging.attribution import iptc
from chalicelib.imaging.formats.tiff_ifd import EXIF_PREFIX, ORIENTATION, content_of, layout_of

_ARTIST, _COPYRIGHT = 315, 33_432


def read(block: bytes) -> tuple[str, str]:
    """Creators and copyright in `block`; MalformedFile or struct.error if it is malformed."""
    exif = block.removeprefix(EXIF_PREFIX)
    layout = layout_of(exif)
    creator, notice = (content_of(exif, layout, layout.first, tag) for tag in (_ARTIST, _COPYRIGHT))
    return iptc.text_of(creator), iptc.text_of(notice)


def exif_of(creator: str, notice: str, orientation: int = 1) -> bytes:
    """An EXIF block, with its prefix, of these texts in UTF-8 and an orientation other than 1.

    Empty if there is nothing to write.
    """
    block = Image.Exif()
    if orientation != 1:
        block[ORIENTATION] = orientation
    tags = {_ARTIST: creator, _COPYRIGHT: notice}
    block.update({tag: text.encode() for tag, text in tags.items() if text})
    return block.tobytes() if block else b""
