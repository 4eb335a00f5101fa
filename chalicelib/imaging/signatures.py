"""Detects a file's format by its first bytes, never by its name."""

import re
from typing import NamedTuple

from chalicelib.errors import Reason
from chalicelib.imaging.formats import raw_tiff
from chalicelib.imaging.rejections import a_form, as_text, rejection
from chalicelib.model.formats import InputFormat

HEAD_BYTES = 4096  # of a file, enough to detect its format


class _Signature(NamedTuple):
    pattern: re.Pattern[bytes]
    kind: InputFormat


class _Unsupported(NamedTuple):
    pattern: re.Pattern[bytes]
    label: str


def _starts(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


# `ftyp` boxes list four-byte fields: the major brand, a version, then the compatible brands.
_AVIF_BRANDS = (
    rb".{4}ftyp(?:avi[fs]|mif3avif|(?:mif[13]|msf1|miaf|MA1[AB]).{4}(?:.{4}){0,30}?avi[fs])"
)
_HEVC = rb"he[iv][cxms]"
_HEIC_BRANDS = rb".{4}ftyp(?:%b|(?:mif[12]|msf1|miaf).{4}(?:.{4}){0,30}?%b)" % (_HEVC, _HEVC)
_HEIF_BRANDS = rb".{4}ftyp(?:mif[123]|msf1|miaf)"
_BMP_HEADERS = rb"BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00"
_SVG = rb"(?:\xef\xbb\xbf)?\s*(?=<)(?!.*<html)(?=.*(?<=[<:])svg[\s>])"

_SUPPORTED: tuple[_Signature, ...] = (
    _Signature(_starts(rb"\xff\xd8\xff"), "jpeg"),
    _Signature(_starts(rb"\x89PNG\r\n\x1a\n"), "png"),
    _Signature(_starts(rb"RIFF.{4}WEBP"), "webp"),
    _Signature(_starts(rb"GIF8[79]a"), "gif"),
    _Signature(_starts(_AVIF_BRANDS), "avif"),
    _Signature(_starts(_HEIC_BRANDS), "heic"),
    _Signature(_starts(_BMP_HEADERS), "bmp"),
    _Signature(_starts(rb"(?:\xff\x0a|\x00\x00\x00\x0cJXL )"), "jxl"),
    # Only their directories tell most raw files from TIFFs.
    _Signature(_starts(rb"(?:II[*+]\x00|MM\x00[*+])(?!.{4}(?:CR|I{4}|M{4}))"), "tiff"),
    _Signature(_starts(rb"II\*\x00.{4}CR"), "cr2"),
    _Signature(_starts(rb".{4}ftypcrx"), "cr3"),
    _Signature(_starts(rb"(?:II(?:RO|RS)|MMOR)"), "orf"),
    _Signature(_starts(rb"IIU\x00"), "rw2"),
    _Signature(_starts(rb"FUJIFILMCCD-RAW"), "raf"),
)

# Labels precede "files are not supported."
_UNSUPPORTED: tuple[_Unsupported, ...] = (
    _Unsupported(_starts(rb"II.{4}HEAPCCDR"), "Canon CRW raw"),
    _Unsupported(_starts(rb"\x00MRM"), "Minolta MRW raw"),
    _Unsupported(_starts(rb"FOVb"), "Sigma X3F raw"),
    _Unsupported(_starts(rb"(?:II\*\x00|MM\x00\*).{4}(?:I{4}|M{4})"), "Phase One IIQ raw"),
    _Unsupported(_starts(_HEIF_BRANDS), "HEIF (other than HEIC)"),
    _Unsupported(_starts(_SVG), "SVG"),
    _Unsupported(_starts(rb"\x1f\x8b.{8}[^\x00]{1,200}\.svg\x00"), "SVG"),
    _Unsupported(_starts(rb"%PDF-"), "PDF"),
    _Unsupported(_starts(rb"%!PS|\xc5\xd0\xd3\xc6"), "PostScript"),
    _Unsupported(_starts(rb"8BP[SB]\x00"), "Photoshop"),
    _Unsupported(_starts(rb"\x00\x00\x00\x0cjP {2}|\xff\x4f\xff\x51"), "JPEG 2000"),
    _Unsupported(_starts(rb"II\xbc[\x00\x01]"), "JPEG XR"),
    _Unsupported(_starts(rb"\x00\x00[\x01\x02]\x00[^\x00]\x00.{3}\x00|icns"), "Icon"),
    _Unsupported(_starts(rb"gimp xcf"), "GIMP"),
    _Unsupported(_starts(rb"AT&TFORM"), "DjVu"),
    _Unsupported(_starts(rb"BPG\xfb"), "BPG"),
    _Unsupported(_starts(rb"DDS "), "DirectDraw"),
    _Unsupported(_starts(rb"qoif"), "QOI"),
    _Unsupported(_starts(rb"v/1\x01"), "OpenEXR"),
    _Unsupported(_starts(rb"#\?RADIANCE"), "Radiance HDR"),
    _Unsupported(_starts(rb"SIMPLE  ="), "FITS"),
    _Unsupported(_starts(rb"P[1-7]\s+[\d#W]"), "Netpbm"),
    _Unsupported(_starts(rb"\x8a[MJ]NG|\x8bJNG"), "MNG"),
    _Unsupported(_starts(rb"\xd7\xcd\xc6\x9a|.{40} EMF"), "Windows metafile"),
    # An object that was stored compressed, usually with Content-Encoding: gzip.
    _Unsupported(_starts(rb"\x1f\x8b\x08"), "Gzip-compressed"),
)

# Bodies of requests that clients stored as the file, instead of the file in them.
_FORM = re.compile(rb"\s*--[^\r\n]{1,70}\r?\ncontent-disposition\s*:", re.IGNORECASE)
_TEXT = re.compile(
    rb"data:image/[\w.+-]+[;,]|/9j/[\w+/]{12}|iVBORw0KGgo|R0lGOD[\w+/]{12}|UklGR[\w+/]{14}"
)


def sniff(data: bytes) -> InputFormat:
    """The format of `data`; Rejection if it is empty, not a picture, or not supported.

    The first `HEAD_BYTES` are enough, except to tell some raw files from TIFFs.
    """
    if not data:
        raise rejection(Reason.EMPTY_FILE)
    head = data[:HEAD_BYTES]
    for signature in _SUPPORTED:
        if signature.pattern.match(head):
            return (signature.kind == "tiff" and raw_tiff.kind_of(data)) or signature.kind
    for unsupported in _UNSUPPORTED:
        if unsupported.pattern.match(head):
            raise rejection(Reason.UNSUPPORTED_FORMAT, unsupported.label)
    if _FORM.match(head):
        raise a_form()
    if _TEXT.match(head):
        raise as_text()
    raise rejection(Reason.NOT_AN_IMAGE)
