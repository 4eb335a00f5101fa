"""Parses the structure of each format without decoding a pixel.

`inspect` counts pixels and frames, and reads the two pieces of metadata that matter:
orientation and colour profile. Only what the first frame's pixels need is passed on to Pillow,
so comments, previews and broken metadata can neither make it fail nor slow it down.
"""

from collections.abc import Iterator

from chalicelib.imaging.formats import avif, gif, heif, jpeg, png, tiff, webp
from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.file_info import FileInfo, Frame
from chalicelib.model.formats import InputFormat

_ISOBMFF = {"avif": avif.inspect, "heic": heif.inspect}


def inspect(kind: InputFormat, data: bytes, most_frames: int) -> FileInfo:
    """The structure of `data`, of `kind`; counts at most `most_frames` + 1 frames.

    Raises MalformedFile.
    """
    match kind:
        case "jpeg":
            return jpeg.inspect(data)
        case "png":
            return png.inspect(data)
        case "webp":
            return webp.inspect(data, most_frames)
        case "gif":
            return gif.inspect(data, most_frames)
        case "avif" | "heic":
            return _ISOBMFF[kind](data)
        case "tiff":
            return tiff.inspect(data, most_frames)
        case "bmp":
            return FileInfo(Body(data))


def frames(kind: InputFormat, data: bytes) -> Iterator[Frame]:
    """The frames of `data`, an animation of `kind` by `inspect`. Raises MalformedFile."""
    match kind:
        case "png":
            return png.frames(data)
        case "webp":
            return webp.frames(data)
        case "gif":
            return gif.frames(data)
        case _:
            return iter(())


def strip_animation_metadata(kind: InputFormat, data: bytes) -> bytes:
    """`data`, an animation of `kind` by `inspect`, with only its pixels and timing.

    Browsers show it correctly if it is sRGB. Empty for other formats.
    """
    match kind:
        case "png":
            return png.strip_animation_metadata(data)
        case "webp":
            return webp.strip_animation_metadata(data)
        case _:
            return b""


def strip_metadata(kind: InputFormat, body: bytes) -> bytes:
    """A file with only the pixels of `body`, which `inspect` returned for a still of `kind`.

    Browsers show it correctly if it is sRGB. Empty if that is not possible.
    """
    match kind:
        case "jpeg":
            return jpeg.strip_metadata(body)
        case "png":
            return png.strip_metadata(body)
        case "webp":
            return webp.strip_metadata(body)
        case "avif":
            return avif.strip_metadata(body)
        case _:
            return b""


def with_exif(kind: InputFormat, data: bytes, exif: bytes) -> bytes:
    """`data`, of `kind` and without metadata, plus the block `exif`; unchanged if either is empty.

    Empty for a format that we do not write.
    """
    if not data or not exif:
        return data
    match kind:
        case "jpeg":
            return jpeg.with_exif(data, exif)
        case "png":
            return png.with_exif(data, exif)
        case "webp":
            return webp.with_exif(data, exif)
        case _:
            return b""
