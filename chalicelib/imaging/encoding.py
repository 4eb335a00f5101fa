"""From pixels to files: one table of formats, and nothing in a file but pixels and credits."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, Literal, NamedTuple

from PIL import Image

from chalicelib.imaging.alpha import straight
from chalicelib.imaging.palettes import indexed
from chalicelib.imaging.plugins import plugin
from chalicelib.imaging.signatures import Kind
from chalicelib.imaging.subsampling import subsampling_for
from chalicelib.variants import Format

Output = Literal["webp", "avif", "jpeg", "png"]


class File(NamedTuple):
    """A whole file and its format; `moving` for an animation."""

    output: Output
    data: bytes
    moving: bool = False


class Codec(NamedTuple):
    """How a format is named and written.

    Browsers that show a format of one `youth` show all of a lower one, 0 the
    lowest. `options` are Pillow's for a quality of 1 to 100, a longest side in pixels, and
    whether to take several times as long for fewer bytes.
    """

    extension: str
    media_type: str
    alpha: bool
    youth: int
    options: Callable[[int, int, bool], dict[str, Any]]


def _webp_options(quality: int, _side: int, patient: bool) -> dict[str, Any]:
    method = 6 if patient else 2
    return {"quality": quality, "method": method, "alpha_quality": 90, "exact": False}


def _avif_options(quality: int, side: int, patient: bool) -> dict[str, Any]:
    # One thread and fixed tiles: the bytes must not depend on the machine's processors.
    return {
        "quality": avif_quality(quality, side),
        "speed": 8 if patient else 9,
        "max_threads": 1,
        "autotiling": False,
    }


def _jpeg_options(quality: int, side: int, _patient: bool) -> dict[str, Any]:
    return {"quality": jpeg_quality(quality, side), "progressive": True, "optimize": True}


def _png_options(_quality: int, _side: int, _patient: bool) -> dict[str, Any]:
    return {"optimize": True}


CODECS: dict[Output, Codec] = {
    "webp": Codec("webp", "image/webp", True, 1, _webp_options),
    "avif": Codec("avif", "image/avif", True, 2, _avif_options),
    "jpeg": Codec("jpg", "image/jpeg", False, 0, _jpeg_options),
    "png": Codec("png", "image/png", True, 0, _png_options),
}


def avif_quality(quality: int, side: int) -> int:
    """The AVIF quality that looks like WebP's `quality`, for a longest side in pixels."""
    return _alike(quality, side, (67, 62, 58))


def jpeg_quality(quality: int, side: int) -> int:
    """The JPEG quality that looks like WebP's `quality`, for a longest side in pixels."""
    return _alike(quality, side, (89, 74, 70))


def _alike(quality: int, side: int, middles: tuple[int, int, int]) -> int:
    """A codec's own quality for WebP's: `middles` is 82's at 200, 640 and 1280 pixels.

    Straight between the sides, and to 1 and 100 at the ends; docs/quality.md has the measurements.
    """
    small, medium, large = middles
    if side < 640:
        middle = small + (medium - small) * (max(side, 200) - 200) / 440
    else:
        middle = medium + (large - medium) * (min(side, 1280) - 640) / 640
    if quality <= 82:
        return round(1 + (quality - 1) * (middle - 1) / 81)
    return round(middle + (quality - 82) * (100 - middle) / 18)


def output_for(format: Format, kind: Kind, mode: str) -> Output:
    """The format to write for a picture of `kind` in `mode`.

    "original" is the input's own where we write it, else PNG with alpha, JPEG without.
    """
    if format != "original":
        return format
    match kind:
        case "jpeg" | "png" | "webp" | "avif":
            return kind
        case _:
            return "png" if mode == "RGBa" else "jpeg"


def encode(
    image: Image.Image,
    output: Output,
    quality: int,
    background: str,
    *,
    side: int = 0,
    patient: bool = False,
    exif: bytes = b"",
) -> bytes:
    """`image` (`L`, `RGB` or `RGBa`) as a file; on `background` where the format has no alpha.

    `side` is the longest one of the picture that `image` is a part of. A `patient`
    encoder takes several times as long for fewer bytes. `exif` is the block, prefix
    and all, that the file has if it is not empty.
    """
    codec = CODECS[output]
    options = codec.options(quality, side or max(image.size), patient) | {"exif": exif}
    # Pillow keeps a save's options on the object, and another thread may be saving this one.
    with _prepared(image, background, alpha=codec.alpha) as own:
        file = _saved(own, output, options)
        few = indexed(own) if output == "png" else None
        return file if few is None else min(file, _saved(few, output, options), key=len)


def _saved(image: Image.Image, output: Output, options: dict[str, Any]) -> bytes:
    plugin(output)
    file = BytesIO()
    if output == "jpeg":
        options = options | {"subsampling": subsampling_for(image)}
    image.save(file, output, **options)
    return file.getvalue()


def _prepared(image: Image.Image, background: str, *, alpha: bool) -> Image.Image:
    """A picture of its own to save, in `L`, `RGB` or `RGBA`; its pixels may be `image`'s."""
    if image.mode != "RGBa":
        return image._new(image.im)
    return straight(image) if alpha else flat(image, background)


def flat(image: Image.Image, background: str) -> Image.Image:
    """`image` without transparency, on `background`; the same object where it has none."""
    if image.mode != "RGBa":
        return image
    clear = straight(image)
    laid = Image.new("RGB", image.size, background)
    laid.paste(clear, mask=clear)
    return laid
