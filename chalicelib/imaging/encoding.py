"""Encodes pixels as files: one table of codecs; files hold pixels and given metadata only."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, NamedTuple

from PIL import Image

from chalicelib.imaging.alpha import premultiplied, straight
from chalicelib.imaging.alpha_bleeding import bleed
from chalicelib.imaging.formats import CONTAINERS
from chalicelib.imaging.formats.file_info import Metadata
from chalicelib.imaging.palettes import indexed
from chalicelib.imaging.plugins import plugin
from chalicelib.imaging.subsampling import has_few_pixels, is_tiny, subsampling_for
from chalicelib.model.formats import CodedFormat, OutputFormat
from chalicelib.model.variants import Fallback, Format

NO_METADATA = Metadata()


class File(NamedTuple):
    """A whole file and its format; `moving` for an animation, `hdr` for one with a gain map."""

    output: OutputFormat
    data: bytes
    moving: bool = False
    hdr: bool = False


class Codec(NamedTuple):
    """How a format is written; `lossy` if neighbouring pixels affect each other.

    Browsers that support a format also support all formats of a lower `support_rank`; 0 is the
    lowest. `options` returns Pillow's options for a quality of 1 to 100, a longest side in
    pixels, and whether to take several times as long for fewer bytes.
    """

    alpha: bool
    lossy: bool
    support_rank: int
    options: Callable[[int, int, bool], dict[str, Any]]


def _webp_options(quality: int, _side: int, slow: bool) -> dict[str, Any]:
    method = 6 if slow else 2
    return {"quality": quality, "method": method, "alpha_quality": 90, "exact": False}


def _avif_options(quality: int, side: int, slow: bool) -> dict[str, Any]:
    # One thread and fixed tiles: the bytes must not depend on the machine's CPU count.
    return {
        "quality": avif_quality(quality, side),
        "speed": 8 if slow else 9,
        "max_threads": 1,
        "autotiling": False,
    }


def _jpeg_options(quality: int, side: int, _slow: bool) -> dict[str, Any]:
    return {"quality": jpeg_quality(quality, side), "progressive": True, "optimize": True}


def _png_options(_quality: int, _side: int, _slow: bool) -> dict[str, Any]:
    return {"optimize": True}


CODECS: dict[OutputFormat, Codec] = {
    "webp": Codec(True, True, 1, _webp_options),
    "avif": Codec(True, True, 2, _avif_options),
    "jpeg": Codec(False, True, 0, _jpeg_options),
    "png": Codec(True, False, 0, _png_options),
}


_LOSSLESS_WEBP = {"lossless": True, "quality": 75, "method": 4}


def avif_quality(quality: int, side: int) -> int:
    """The AVIF quality that looks like WebP's `quality`, for a longest side in pixels."""
    return _matching_quality(quality, side, (67, 62, 58))


def jpeg_quality(quality: int, side: int) -> int:
    """The JPEG quality that looks like WebP's `quality`, for a longest side in pixels."""
    return _matching_quality(quality, side, (89, 74, 70))


def _matching_quality(quality: int, side: int, middles: tuple[int, int, int]) -> int:
    """A codec's own quality for WebP's: `middles` match 82 at 200, 640 and 1280 pixels.

    Linear between those sides, and towards 1 and 100 at the ends; docs/quality.md has the
    measurements.
    """
    small, medium, large = middles
    if side < 640:
        middle = small + (medium - small) * (max(side, 200) - 200) / 440
    else:
        middle = medium + (large - medium) * (min(side, 1280) - 640) / 640
    if quality <= 82:
        return round(1 + (quality - 1) * (middle - 1) / 81)
    return round(middle + (quality - 82) * (100 - middle) / 18)


def output_for(format: Format | Fallback, kind: CodedFormat, mode: str) -> OutputFormat:
    """The format to write for a picture of `kind` in `mode`.

    "fallback" means PNG with alpha and JPEG without, "original" the input's own format if we
    write it, else the fallback.
    """
    if format == "original":
        match kind:
            case "jpeg" | "png" | "webp" | "avif":
                return kind
    elif format != "fallback":
        return format
    return "png" if mode == "RGBa" else "jpeg"


def encode(
    image: Image.Image,
    output: OutputFormat,
    quality: int,
    background: str,
    *,
    side: int = 0,
    slow: bool = False,
    metadata: Metadata = NO_METADATA,
    profile: bytes = b"",
) -> bytes:
    """Encode `image` (`L`, `RGB`, `RGBa`, `RGBA`).

    It gets a `background` (`#rrggbb`) if the format has no alpha.

    `side` is the longest side, in pixels, of the picture that `image` is a part of; 0 if it is
    the whole picture. A `slow` encoder takes several times as long for fewer bytes. `metadata` is
    written into the file, and so is the `profile` of its colours, which is empty for sRGB.
    """
    codec = CODECS[output]
    options = codec.options(quality, side or max(image.size), slow)
    if profile:
        options["icc_profile"] = profile
    # Pillow keeps a save's options on the object, and another thread may be saving this one.
    with _prepared(image, background, codec) as prepared:
        if output == "png":
            alternatives = [found] if (found := indexed(prepared)) else []
            files = [
                _saved(picture, output, options, metadata) for picture in (prepared, *alternatives)
            ]
        elif output == "webp" and has_few_pixels(prepared):
            files = [_saved(prepared, output, _LOSSLESS_WEBP, metadata)]
            if not is_tiny(prepared):
                files.append(_saved(prepared, output, options, metadata))
        else:
            files = [_saved(prepared, output, options, metadata)]
    return min(files, key=len)


def lossless(image: Image.Image, metadata: Metadata = NO_METADATA) -> bytes:
    """`image` (`L`, `RGB`, `RGBa`) as a lossless WebP with `metadata`."""
    with _prepared(image, "", CODECS["png"]) as prepared:
        return _saved(prepared, "webp", _LOSSLESS_WEBP, metadata)


def _saved(
    image: Image.Image, output: OutputFormat, options: dict[str, Any], metadata: Metadata
) -> bytes:
    plugin(output)
    file = BytesIO()
    options = options | {"exif": metadata.exif}
    # Pillow writes XMP to other formats than PNG.
    if output != "png":
        options = options | {"xmp": metadata.xmp}
    if output == "jpeg":
        options = options | {"subsampling": subsampling_for(image)}
    elif output == "avif" and has_few_pixels(image):
        options = options | {"subsampling": "4:4:4"}
    image.save(file, output, **options)
    if output == "png":
        return CONTAINERS["png"].with_metadata(file.getvalue(), metadata._replace(exif=b""))
    return file.getvalue()


def _prepared(image: Image.Image, background: str, codec: Codec) -> Image.Image:
    """A separate object to save, in `L`, `RGB` or `RGBA`; it may share the pixels of `image`."""
    if image.mode in {"L", "RGB"}:
        return _sharing_pixels(image)
    if not codec.alpha:
        return flat(image, background)
    if codec.lossy:
        return bleed(image if image.mode == "RGBa" else premultiplied(image))
    return straight(image) if image.mode == "RGBa" else _sharing_pixels(image)


def _sharing_pixels(image: Image.Image) -> Image.Image:
    # A copy of the pixels would cost memory that `pixel_limits` does not count. The new object's
    # own are never touched, so they take none.
    shared = Image.new(image.mode, image.size, None)
    shared.im = image.im
    shared.info = image.info.copy()
    return shared


def flat(image: Image.Image, background: str) -> Image.Image:
    """`image` without transparency, on `background`; the same object if it has none."""
    if image.mode != "RGBa":
        return image
    transparent = straight(image)
    opaque = Image.new("RGB", image.size, background)
    opaque.paste(transparent, mask=transparent)
    return opaque
