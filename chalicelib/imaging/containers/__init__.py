"""The structure of each kind of file, walked without decoding a pixel.

A survey counts pixels and frames and takes out the two pieces of metadata that
matter. What goes on to Pillow is lean: only what the first frame's pixels need,
so comments, previews and broken metadata can neither fail nor slow it.
"""

from collections.abc import Iterator

from chalicelib.imaging.containers import avif, gif, heif, jpeg, png, tiff, webp
from chalicelib.imaging.containers.body import Body
from chalicelib.imaging.containers.survey import Frame, Survey
from chalicelib.imaging.signatures import Kind

_BOXED = {"avif": avif.survey, "heic": heif.survey}


def survey(kind: Kind, data: bytes, most_frames: int) -> Survey:
    """The survey of `data`, of `kind`; frames counted to one over `most_frames`. Broken raised."""
    match kind:
        case "jpeg":
            return jpeg.survey(data)
        case "png":
            return png.survey(data)
        case "webp":
            return webp.survey(data, most_frames)
        case "gif":
            return gif.survey(data, most_frames)
        case "avif" | "heic":
            return _BOXED[kind](data)
        case "tiff":
            return tiff.survey(data, most_frames)
        case "bmp":
            return Survey(Body(data))


def frames(kind: Kind, data: bytes) -> Iterator[Frame]:
    """The frames of `data`, of `kind`, an animation by its survey. Broken raised."""
    match kind:
        case "png":
            return png.frames(data)
        case "webp":
            return webp.frames(data)
        case "gif":
            return gif.frames(data)
        case _:
            return iter(())


def bare_animation(kind: Kind, data: bytes) -> bytes:
    """The file of nothing but pixels and their timing in `data`, an animation by its survey.

    Browsers show it, in sRGB if the survey's profile does not matter. Empty where there is none.
    """
    match kind:
        case "png":
            return png.bare_animation(data)
        case "webp":
            return webp.bare_animation(data)
        case _:
            return b""


def bare(kind: Kind, body: bytes) -> bytes:
    """The file of nothing but pixels in `body`, the body of a still picture's survey of `kind`.

    Browsers show it, in sRGB if the survey's profile does not matter. Empty where there is none.
    """
    match kind:
        case "jpeg":
            return jpeg.bare(body)
        case "png":
            return png.bare(body)
        case "webp":
            return webp.bare(body)
        case "avif":
            return avif.bare(body)
        case _:
            return b""


def with_exif(kind: Kind, data: bytes, exif: bytes) -> bytes:
    """`data`, bare and of `kind`, with the block `exif`; the same where either is empty.

    Empty for a kind that we do not write.
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
