"""The image formats that Darkroom reads and writes: their names, media types and suffixes."""

import re
from typing import Literal, NamedTuple, Protocol, cast

CodedFormat = Literal["jpeg", "png", "webp", "gif", "avif", "heic", "jxl", "tiff", "bmp"]
RawFormat = Literal["arw", "cr2", "cr3", "dng", "nef", "orf", "pef", "raf", "rw2"]
InputFormat = CodedFormat | RawFormat
OutputFormat = Literal["webp", "avif", "jpeg", "png"]


class Switches(Protocol):
    """The settings that allow formats."""

    @property
    def allow_heic(self) -> bool:
        """Whether HEIC is read."""

    @property
    def allow_jxl(self) -> bool:
        """Whether JPEG XL is read."""

    @property
    def allow_raw(self) -> bool:
        """Whether cameras' raw files are read."""


class Switch(NamedTuple):
    """One of `Switches`, and what people call the files that it allows."""

    setting: Literal["allow_heic", "allow_jxl", "allow_raw"]
    files: str


_HEIC = Switch("allow_heic", "HEIC photos")
_JXL = Switch("allow_jxl", "JPEG XL pictures")
_RAW = Switch("allow_raw", "Camera RAW files")


class Format(NamedTuple):
    """One format: media types and file name suffixes, the canonical ones first.

    `aliases` are other media types that programs report for it, without those with "x-" before
    the subtype, which all formats have. Those with a `switch` are accepted only where that setting
    is on.
    """

    media_types: tuple[str, ...]
    suffixes: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    switch: Switch | None = None

    @property
    def media_type(self) -> str:
        """The canonical media type."""
        return self.media_types[0]

    @property
    def extension(self) -> str:
        """The canonical suffix, without its dot."""
        return self.suffixes[0].removeprefix(".")

    @property
    def is_raw(self) -> bool:
        """Whether it is a camera's raw format, of which the embedded JPEG is read."""
        return self.switch is _RAW


def _raw(media_type: str, suffixes: tuple[str, ...], *aliases: str) -> Format:
    """A camera's raw format. Some systems call its files by their suffix, as in `image/cr2`."""
    named = (f"image/{suffix.removeprefix('.')}" for suffix in suffixes)
    return Format((media_type,), suffixes, (*aliases, *named), _RAW)


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
        switch=_HEIC,
    ),
    "jpeg": Format(
        ("image/jpeg",),
        (".jpg", ".jpeg", ".jpe", ".jfif", ".jfi", ".jif", ".pjpeg", ".pjp", ".mpo", ".jps"),
        (
            *("image/jpg", "image/pjpeg", "image/pjpg", "image/jfif", "image/pipeg", "image/jpe"),
            *("image/citrix-jpeg", "image/mpo", "image/jps", "application/jpg", "application/jpeg"),
        ),
    ),
    "jxl": Format(("image/jxl",), (".jxl",), switch=_JXL),
    "png": Format(
        ("image/png",),
        (".png", ".apng"),
        ("image/apng", "image/vnd.mozilla.apng", "image/citrix-png", "application/png"),
    ),
    "tiff": Format(
        ("image/tiff",), (".tif", ".tiff"), ("image/tif", "application/tif", "application/tiff")
    ),
    "webp": Format(("image/webp",), (".webp",)),
    "arw": _raw(
        "image/x-sony-arw", (".arw", ".sr2", ".srf"), "image/x-sony-sr2", "image/x-sony-srf"
    ),
    "cr2": _raw("image/x-canon-cr2", (".cr2",)),
    "cr3": _raw("image/x-canon-cr3", (".cr3",)),
    # Linux calls any raw file image/x-dcraw.
    "dng": _raw("image/x-adobe-dng", (".dng", ".gpr"), "image/x-dcraw", "image/x-gopro-gpr"),
    "nef": _raw("image/x-nikon-nef", (".nef", ".nrw"), "image/x-nikon-nrw"),
    "orf": _raw("image/x-olympus-orf", (".orf", ".ori"), "image/x-olympus-ori"),
    "pef": _raw("image/x-pentax-pef", (".pef",)),
    "raf": _raw("image/x-fuji-raf", (".raf",), "image/x-fujifilm-raf"),
    "rw2": _raw("image/x-panasonic-rw2", (".rw2", ".rwl"), "image/x-leica-rwl"),
}

# Raw files that are not read and begin like a TIFF; only their directories, which may be at the
# end, tell.
UNREAD_RAW_SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in (
        *("3fr", "cs1", "dcr", "erf", "fff", "iiq", "k25", "kdc", "mef", "mos", "srw", "sti"),
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


def coded_format(kind: InputFormat) -> CodedFormat:
    """The format of the picture in files of `kind`: theirs, or that of a raw file's preview."""
    return "jpeg" if FORMATS[kind].is_raw else cast(CodedFormat, kind)


def switched_off(kind: InputFormat, switches: Switches) -> Switch | None:
    """The switch that has to be on for files of `kind` to be accepted; None if they are."""
    switch = FORMATS[kind].switch
    return switch if switch and not getattr(switches, switch.setting) else None


def upload_types(switches: Switches) -> frozenset[str]:
    """The canonical media types accepted for uploads."""
    allowed = (entry for kind, entry in FORMATS.items() if not switched_off(kind, switches))
    return frozenset(media_type for entry in allowed for media_type in entry.media_types)
