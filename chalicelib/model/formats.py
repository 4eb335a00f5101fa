"""The image formats that Darkroom reads and writes: their names, media types and suffixes."""

import re
from typing import Literal, NamedTuple

InputFormat = Literal["jpeg", "png", "webp", "gif", "avif", "heic", "tiff", "bmp"]
OutputFormat = Literal["webp", "avif", "jpeg", "png"]


class Format(NamedTuple):
    """One format: media types and file name suffixes, the canonical ones first.

    `aliases` are other media types that programs report for it, without those with "x-" before
    the subtype, which all formats have. `optional` formats are accepted only where the settings
    allow them.
    """

    media_types: tuple[str, ...]
    suffixes: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    optional: bool = False

    @property
    def media_type(self) -> str:
        """The canonical media type."""
        return self.media_types[0]

    @property
    def extension(self) -> str:
        """The canonical suffix, without its dot."""
        return self.suffixes[0].removeprefix(".")


# Suffixes and aliases as registered with IANA or listed by shared-mime-info, Apache, Windows and
# Wikidata. An MPO and a JPS are JPEGs with a second view, which is left out.
FORMATS: dict[InputFormat, Format] = {
    "avif": Format(("image/avif",), (".avif", ".avifs"), ("image/avif-sequence",)),
    "bmp": Format(
        ("image/bmp",),
        (".bmp", ".dib"),
        ("image/ms-bmp", "image/windows-bmp", "image/win-bitmap", "image/dib", "application/bmp"),
    ),
    "gif": Format(("image/gif",), (".gif",)),
    "heic": Format(
        ("image/heic", "image/heif"),
        (".heic", ".heif", ".hif", ".heics", ".heifs"),
        ("image/heic-sequence", "image/heif-sequence"),
        optional=True,
    ),
    "jpeg": Format(
        ("image/jpeg",),
        (".jpg", ".jpeg", ".jpe", ".jfif", ".jfi", ".jif", ".pjpeg", ".pjp", ".mpo", ".jps"),
        (
            *("image/jpg", "image/pjpeg", "image/pjpg", "image/jfif", "image/pipeg", "image/jpe"),
            *("image/citrix-jpeg", "image/mpo", "image/jps", "application/jpg", "application/jpeg"),
        ),
    ),
    "png": Format(
        ("image/png",),
        (".png", ".apng"),
        ("image/apng", "image/vnd.mozilla.apng", "image/citrix-png", "application/png"),
    ),
    "tiff": Format(
        ("image/tiff",), (".tif", ".tiff"), ("image/tif", "application/tif", "application/tiff")
    ),
    "webp": Format(("image/webp",), (".webp",)),
}

# Camera raw files that begin like a TIFF; only their directories, which may be at the end, tell.
RAW_SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in (
        *("3fr", "arw", "cs1", "dcr", "dng", "erf", "fff", "gpr", "iiq", "k25", "kdc"),
        *("mef", "mos", "nef", "nrw", "pef", "rwl", "sr2", "srf", "srw", "sti"),
    )
)

# A sender's media type when it does not know one: the type of any bytes (RFC 2046).
UNKNOWN_TYPE = "application/octet-stream"
# Android's pickers report the wildcards, S3 gives binary/octet-stream to objects without a type.
_UNKNOWN = frozenset({"", UNKNOWN_TYPE, "binary/octet-stream", "image/*", "*/*"})

# RFC 9110: a type, then parameters; nothing that could end a header.
_MEDIA_TYPE = re.compile(r" *([a-z0-9!#$&^_.+*/-]*) *(?:;[ -~]*)?", re.IGNORECASE)

# Browsers show the first of these that they support; later ones have wider support.
PREFERENCE: tuple[OutputFormat, ...] = ("avif", "webp", "jpeg", "png")

# A suffix stands for the media type at its position, or else for the canonical one.
MEDIA_TYPE_OF_SUFFIX = {
    suffix: entry.media_types[min(position, len(entry.media_types) - 1)]
    for entry in FORMATS.values()
    for position, suffix in enumerate(entry.suffixes)
}


_FORMAT_OF_TYPE: dict[str, InputFormat] = {
    media_type: kind
    for kind, entry in FORMATS.items()
    for media_type in (*entry.media_types, *entry.aliases)
}


def format_of(content_type: str) -> InputFormat | None:
    """The format that a Content-Type names: by any alias, in any case, with any parameters."""
    essence = _essence(content_type) or ""
    # RFC 6648: before there was a registered type, programs put "x-" before its subtype.
    return _FORMAT_OF_TYPE.get(essence) or _FORMAT_OF_TYPE.get(essence.replace("/x-", "/", 1))


def is_unknown(content_type: str) -> bool:
    """Whether a Content-Type says nothing: it is empty, or that of any bytes."""
    return _essence(content_type) in _UNKNOWN


def _essence(content_type: str) -> str | None:
    """The media type in lower case, without parameters; None if it is not valid in a header."""
    match = _MEDIA_TYPE.fullmatch(content_type)
    return match[1].lower() if match else None


def upload_types(*, allow_optional: bool) -> frozenset[str]:
    """The canonical media types accepted for uploads."""
    allowed = (entry for entry in FORMATS.values() if allow_optional or not entry.optional)
    return frozenset(media_type for entry in allowed for media_type in entry.media_types)
