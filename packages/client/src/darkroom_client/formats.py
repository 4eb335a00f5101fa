"""Media types of files, by their first bytes and their suffixes. The server decides in the end."""

import re

HEAD_BYTES = 4096  # of a file, enough to detect its format
UNKNOWN_TYPE = "application/octet-stream"

_SUFFIXES = {
    "image/avif": "avif avifs",
    "image/bmp": "bmp dib",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/heif": "heif hif heics heifs",
    "image/jpeg": "jpg jpeg jpe jfif jfi jif pjpeg pjp mpo jps",
    "image/jxl": "jxl",
    "image/png": "png apng",
    "image/tiff": "tif tiff",
    "image/webp": "webp",
}
_RAW_SUFFIXES = {
    "image/x-sony-arw": "arw sr2 srf",
    "image/x-canon-cr2": "cr2",
    "image/x-canon-cr3": "cr3",
    "image/x-adobe-dng": "dng gpr",
    "image/x-nikon-nef": "nef nrw",
    "image/x-olympus-orf": "orf ori",
    "image/x-pentax-pef": "pef",
    "image/x-fuji-raf": "raf",
    "image/x-panasonic-rw2": "rw2 rwl",
}
# Raw files that are not read and begin like a TIFF.
UNREAD_RAW_SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in (
        *("3fr", "cs1", "dcr", "erf", "fff", "iiq", "k25", "kdc", "mef", "mos", "srw", "sti"),
    )
)
TYPE_OF_SUFFIX = {
    f".{suffix}": media_type
    for media_type, suffixes in (_SUFFIXES | _RAW_SUFFIXES).items()
    for suffix in suffixes.split()
}

# `ftyp` boxes list four-byte fields: the major brand, a version, then the compatible brands.
_HEVC = rb"he[iv][cxms]"
_SIGNATURES = tuple(
    (re.compile(pattern, re.DOTALL), media_type)
    for pattern, media_type in (
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"RIFF.{4}WEBP", "image/webp"),
        (rb"GIF8[79]a", "image/gif"),
        (
            rb".{4}ftyp(?:avi[fs]|mif3avif|(?:mif[13]|msf1|miaf|MA1[AB]).{4}(?:.{4}){0,30}?avi[fs])",
            "image/avif",
        ),
        (
            rb".{4}ftyp(?:%b|(?:mif[12]|msf1|miaf).{4}(?:.{4}){0,30}?%b)" % (_HEVC, _HEVC),
            "image/heic",
        ),
        (rb"BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00", "image/bmp"),
        (rb"(?:\xff\x0a|\x00\x00\x00\x0cJXL )", "image/jxl"),
        # Only their directories tell most raw files from TIFFs.
        (rb"(?:II[*+]\x00|MM\x00[*+])(?!.{4}(?:CR|I{4}|M{4}))", "image/tiff"),
        (rb"II\*\x00.{4}CR", "image/x-canon-cr2"),
        (rb".{4}ftypcrx", "image/x-canon-cr3"),
        (rb"(?:II(?:RO|RS)|MMOR)", "image/x-olympus-orf"),
        (rb"IIU\x00", "image/x-panasonic-rw2"),
        (rb"FUJIFILMCCD-RAW", "image/x-fuji-raf"),
    )
)


def sniff(head: bytes) -> str | None:
    """The media type by a file's first `HEAD_BYTES`; None if they are not a picture's."""
    return next((kind for pattern, kind in _SIGNATURES if pattern.match(head)), None)


def media_type(head: bytes, suffix: str) -> str:
    """The media type by a file's first bytes, or else by its suffix."""
    found = sniff(head)
    if found is None or (found == "image/tiff" and is_raw(suffix)):
        return TYPE_OF_SUFFIX.get(suffix.lower(), UNKNOWN_TYPE)
    return found


def is_raw(suffix: str) -> bool:
    """Whether files with this suffix are a camera's raw files that are read."""
    return TYPE_OF_SUFFIX.get(suffix.lower()) in _RAW_SUFFIXES
