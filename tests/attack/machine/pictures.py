"""Tiny files to upload, variants tables, and the expected renditions of each file by each table."""

import functools
import hashlib
import io
from collections.abc import Collection, Mapping

from msgspec import Struct
from PIL import Image

from chalicelib import imaging
from chalicelib.errors import Reason
from chalicelib.model import delivery, keys
from chalicelib.model.delivery import WidthFile
from chalicelib.model.edits import Edit, Redact, Rotate
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.variants import Sizes, Variant, VariantsTable

MOST_BYTES = 4_000
MOST_PIXELS = 5_000


class Content(Struct, frozen=True, kw_only=True):
    """A file: its bytes, and why it must be rejected (None for a good picture)."""

    name: str
    data: bytes
    media_type: str = "image/png"
    reason: Reason | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def etag(self) -> str:
        return md5(self.data)

    def __repr__(self) -> str:
        return self.name


def md5(data: bytes) -> str:
    """S3's ETag of bytes that were stored in one part."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _picture(width: int, height: int, colour: str, format: str) -> bytes:
    gradient = Image.linear_gradient("L").resize((width, height))
    flat = Image.new("RGB", (width, height), colour)
    file = io.BytesIO()
    Image.composite(flat, Image.new("RGB", flat.size, "black"), gradient).save(file, format)
    return file.getvalue()


_RED = _picture(12, 9, "red", "JPEG")

CONTENTS = {
    content.name: content
    for content in (
        Content(name="red", data=_RED, media_type="image/jpeg"),
        Content(name="blue", data=_picture(7, 11, "blue", "PNG")),
        Content(name="green", data=_picture(10, 10, "green", "WEBP"), media_type="image/webp"),
        Content(name="words", data=b"no picture, only words", reason=Reason.NOT_AN_IMAGE),
        Content(name="cut", data=_RED[: len(_RED) // 2], reason=Reason.CORRUPT_IMAGE),
        Content(name="empty", data=b"", reason=Reason.EMPTY_FILE),
        Content(name="heavy", data=_RED + bytes(MOST_BYTES), reason=Reason.TOO_MANY_BYTES),
        Content(name="wide", data=_picture(100, 51, "grey", "PNG"), reason=Reason.TOO_MANY_PIXELS),
    )
}
BY_SHA256 = {content.sha256: content for content in CONTENTS.values()}

_SMALL = Variant(name="small", width=6, height=6)
_THUMB = Variant(name="thumb", width=4, height=4, fit="cover")
SIZES = Sizes(widths=(5, 8))
GENERATION = SIZES.generation({}, keep_credits=False)
_TABLES: Mapping[str, tuple[Variant, ...]] = {
    "plain": (_SMALL, _THUMB),
    "more": (
        _SMALL,
        Variant(name="thumb", width=4, height=4, fit="cover", formats=("webp", "png")),
    ),
    "other": (Variant(name="small", width=6, height=6, quality=40), Variant(name="tiny", width=3)),
}
TABLES = {name: VariantsTable(variants=table, sizes=SIZES) for name, table in _TABLES.items()}
LIMITS = imaging.Limits(max_pixels=MOST_PIXELS, max_frames=1_000)


_BOX = Redact(x=0.1, y=0.1, width=0.5, height=0.5, color="#ffffff")
RECIPES: Mapping[str, tuple[Edit, ...]] = {
    "none": (),
    "turn": (Rotate(degrees=90),),
    "box": (_BOX,),
    "turn and box": (Rotate(degrees=90), _BOX),
}


def recipes_shown_by(edits: tuple[Edit, ...]) -> Collection[tuple[Edit, ...]]:
    """The recipes whose renditions may be shown of an image with these edits.

    Those before a change are, until the new ones are complete, unless the new ones hide more.
    """
    hides = any(isinstance(edit, Redact) for edit in edits)
    return [edits] if hides else list(RECIPES.values())


@functools.cache
def rendered(
    name: str, table: str, point: FocalPoint | None, edits: tuple[Edit, ...] = ()
) -> Mapping[str, str]:
    """The renditions of a valid picture by a table: MD5 by the key without the image's prefix."""
    variants = TABLES[table].variants
    picture = imaging.render(CONTENTS[name].data, variants, LIMITS, edits=edits, focal_point=point)
    return {
        keys.rendition_key("", r.data, r.variant, r.extension).removeprefix("/"): md5(r.data)
        for r in picture.renditions
    }


@functools.cache
def suggestions(name: str, edits: tuple[Edit, ...] = ()) -> Collection[FocalPoint]:
    """What may be suggested for a valid picture: that of the table it was first rendered by."""
    data = CONTENTS[name].data
    pictures = [
        imaging.render(data, table.variants, LIMITS, edits=edits, suggest=True)
        for table in TABLES.values()
    ]
    found = [picture.suggested_focal_point for picture in pictures]
    return {suggestion.place for suggestion in found if suggestion}


@functools.cache
def sized(name: str, key: str, edits: tuple[Edit, ...] = ()) -> str:
    """MD5 of a valid picture's size on demand with this key."""
    file = delivery.parse_file(*keys.without_private(key).split("/")[1:])
    assert isinstance(file, WidthFile)
    rule = delivery.size_rule(SIZES, file)
    (made,) = imaging.render(CONTENTS[name].data, (rule,), LIMITS, edits=edits).renditions
    return md5(made.data)
