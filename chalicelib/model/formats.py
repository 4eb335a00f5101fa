"""The image formats that Darkroom reads and writes: their names, media types and suffixes."""

from typing import Literal, NamedTuple

InputFormat = Literal["jpeg", "png", "webp", "gif", "avif", "heic", "tiff", "bmp"]
OutputFormat = Literal["webp", "avif", "jpeg", "png"]


class Format(NamedTuple):
    """One format: media types and file name suffixes, the canonical ones first.

    `optional` formats are accepted only where the settings allow them.
    """

    media_types: tuple[str, ...]
    suffixes: tuple[str, ...]
    optional: bool = False

    @property
    def media_type(self) -> str:
        """The canonical media type."""
        return self.media_types[0]

    @property
    def extension(self) -> str:
        """The canonical suffix, without its dot."""
        return self.suffixes[0].removeprefix(".")


FORMATS: dict[InputFormat, Format] = {
    "avif": Format(("image/avif",), (".avif",)),
    "bmp": Format(("image/bmp",), (".bmp",)),
    "gif": Format(("image/gif",), (".gif",)),
    "heic": Format(("image/heic", "image/heif"), (".heic", ".heif"), optional=True),
    "jpeg": Format(("image/jpeg",), (".jpg", ".jpeg")),
    "png": Format(("image/png",), (".png",)),
    "tiff": Format(("image/tiff",), (".tif", ".tiff")),
    "webp": Format(("image/webp",), (".webp",)),
}

# Browsers show the first of these that they support; later ones have wider support.
PREFERENCE: tuple[OutputFormat, ...] = ("avif", "webp", "jpeg", "png")

# A suffix stands for the media type at its position, or else for the canonical one.
MEDIA_TYPE_OF_SUFFIX = {
    suffix: entry.media_types[min(position, len(entry.media_types) - 1)]
    for entry in FORMATS.values()
    for position, suffix in enumerate(entry.suffixes)
}


def upload_types(*, allow_optional: bool) -> frozenset[str]:
    """The media types accepted for uploads."""
    allowed = (entry for entry in FORMATS.values() if allow_optional or not entry.optional)
    return frozenset(media_type for entry in allowed for media_type in entry.media_types)


def is_optional(media_type: str) -> bool:
    """Whether files of this type are accepted only where the settings allow them."""
    return any(entry.optional for entry in FORMATS.values() if media_type in entry.media_types)
