"""Converts any mode and profile to sRGB in `L`, `RGB` or premultiplied `RGBa`."""

from functools import cache, lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageChops, ImageCms

from chalicelib.imaging.alpha import premultiplied, straight
from chalicelib.imaging.formats.cicp import (
    CHROMATICITIES,
    HLG,
    PQ,
    code_points_of,
    display_p3,
    named,
)
from chalicelib.imaging.grey16_transparency import clear_grey

if TYPE_CHECKING:
    from chalicelib.imaging.tone_mapping import ToneMapping

# A profile that changes no colour of a coarse cube by more than this is effectively sRGB.
_SAME = 2
_STEPS = (0, 51, 102, 153, 204, 255)
_CUBE = bytes(
    level for red in _STEPS for green in _STEPS for blue in _STEPS for level in (red, green, blue)
)

# The mode in which to convert, by the image's mode and the profile's colour space.
_CONVERSION_MODES = {
    ("L", "GRAY"): "L",
    ("L", "RGB"): "RGB",
    ("RGB", "RGB"): "RGB",
    ("RGBa", "RGB"): "RGBA",
    ("CMYK", "CMYK"): "CMYK",
}


class Colours(NamedTuple):
    """What the levels of a picture mean: an ICC profile, empty for sRGB, or PQ or HLG."""

    profile: bytes = b""
    tone_mapping: "ToneMapping | None" = None

    @property
    def is_srgb(self) -> bool:
        """Whether nothing says otherwise."""
        return not self.profile and self.tone_mapping is None


def reducible(image: Image.Image) -> Image.Image:
    """`image` in a mode that can be resized: `L`, `RGB`, `CMYK`, or `RGBa` if not opaque."""
    if image.mode == "F" or image.mode.startswith("I"):
        return _greys(image)
    if image.has_transparency_data:
        return _premultiplied(image)
    if image.mode == "1":
        return image.convert("L")
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return _applied(ImageCms.buildTransform(lab, _srgb(), "LAB", "RGB"), image)
    return image if image.mode in {"L", "RGB", "CMYK"} else image.convert("RGB")


def colours_of(profile: bytes, peak: int = 0) -> Colours:
    """What an ICC profile, empty for none, says; `peak` is the brightest pixel in cd/m2, or 0."""
    code_points = code_points_of(profile) if profile else None
    if code_points is None:
        return Colours(profile)
    if code_points[0] in CHROMATICITIES and code_points[1] in {PQ, HLG}:
        from chalicelib.imaging.tone_mapping import tone_mapping  # for rare pictures

        return Colours(tone_mapping=tone_mapping(*code_points, peak))
    by_code_points = named(*code_points)
    return Colours(profile if by_code_points is None else by_code_points)


def fitted(image: Image.Image, colours: Colours) -> tuple[Image.Image, Colours]:
    """A still, which may not be loaded yet, as `reducible` takes it, and the colours of the result.

    PQ and HLG are dimmed at full depth and by their brightest pixels.
    """
    if colours.tone_mapping is None:
        return image, colours
    image, mapping = colours.tone_mapping.fitted(image)
    return image, Colours(tone_mapping=mapping)


def shaped(image: Image.Image, colours: Colours) -> Image.Image:
    """As `fitted` for frames, which all are dimmed alike."""
    return colours.tone_mapping.shaped(image) if colours.tone_mapping else image


def to_srgb(image: Image.Image, colours: Colours) -> Image.Image:
    """`image` (as `reducible` returns it) in sRGB; a broken or mismatched profile is ignored."""
    if colours.tone_mapping:
        return _tone_mapped(image, colours.tone_mapping)
    profile = colours.profile
    try:
        converted = _converted(image, profile) if profile else image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        converted = image
    return converted.convert("RGB") if converted.mode == "CMYK" else converted


def to_display_p3(image: Image.Image, colours: Colours) -> tuple[Image.Image, bytes]:
    """`image` (as `reducible` returns it) as `RGB`, and the profile of its colours.

    That is Display P3's if the colours are of a space other than sRGB, and empty for sRGB.
    """
    try:
        if image.mode == "RGB" and colours.profile and _is_wide(colours.profile):
            return _in_display_p3(image, colours.profile), display_p3()
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        pass  # as for sRGB, a broken profile is ignored
    converted = to_srgb(image, colours)
    return converted if converted.mode == "RGB" else converted.convert("RGB"), b""


def in_display_p3(image: Image.Image) -> Image.Image:
    """`image` (`RGB` or `RGBA` in sRGB) in Display P3."""
    return _applied(_transform_to_p3(b"", image.mode), image)


def colour_in_display_p3(colour: str) -> str:
    """A colour in sRGB (`#rrggbb`) as the same in Display P3."""
    dot = in_display_p3(Image.new("RGB", (1, 1), colour))
    return f"#{dot.tobytes().hex()}"


def _is_wide(profile: bytes) -> bool:
    space: str = _opened(profile).profile.xcolor_space
    return space.strip() == "RGB" and not _is_srgb(profile)


def _in_display_p3(image: Image.Image, profile: bytes) -> Image.Image:
    transform = _transform_to_p3(profile, "RGB")
    return image.copy() if _changes_little(transform) else _applied(transform, image)


def _tone_mapped(image: Image.Image, mapping: "ToneMapping") -> Image.Image:
    match image.mode:
        case "RGBa":
            return premultiplied(mapping.convert(straight(image)))
        case "RGB":
            return mapping.convert(image)
        case "CMYK":  # its profile is of another colour space
            return image.convert("RGB")
        case _:
            return image.copy()


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    space = _opened(profile).profile.xcolor_space.strip()
    if space == "GRAY" and image.mode != "L":
        return _grey_converted(image, profile)
    mode = _CONVERSION_MODES.get((image.mode, space))
    if mode is None:
        return image
    if mode in {"RGB", "RGBA"} and _is_srgb(profile):
        return image
    transform = _transform(profile, mode, "RGBA" if mode == "RGBA" else "RGB")
    if image.mode == "RGBa":
        return premultiplied(_applied(transform, straight(image)))
    converted = _applied(transform, image if image.mode == mode else image.convert(mode))
    return converted.convert("L") if image.mode == "L" else converted


def _grey_converted(image: Image.Image, profile: bytes) -> Image.Image:
    """`image` by a profile for greys if all its colours are grey, else the same object.

    Greys with an alpha channel come as `RGB` or `RGBa`.
    """
    if image.mode not in {"RGB", "RGBa"}:
        return image
    full = straight(image) if image.mode == "RGBa" else image
    red, green, blue, *alpha = full.split()
    if ImageChops.difference(red, green).getbbox() or ImageChops.difference(red, blue).getbbox():
        return image
    converted = _applied(_transform(profile, "L", "RGB"), red)
    if not alpha:
        return converted
    converted.putalpha(alpha[0])
    return premultiplied(converted)


def _applied(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    converted = ImageCms.applyTransform(image, transform)
    return image if converted is None else converted


# What follows takes more time than converting a small frame, and every frame of an animation has
# the same profile.
@lru_cache(maxsize=1)
def _opened(profile: bytes) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(BytesIO(profile))


@lru_cache(maxsize=2)
def _transform(profile: bytes, mode: str, target: str) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(_opened(profile), _srgb(), mode, target)


@lru_cache(maxsize=1)
def _is_srgb(profile: bytes) -> bool:
    return _changes_little(_transform(profile, "RGB", "RGB"))


@lru_cache(maxsize=2)
def _transform_to_p3(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    source = _opened(profile) if profile else _srgb()
    target = ImageCms.ImageCmsProfile(BytesIO(display_p3()))
    return ImageCms.buildTransform(source, target, mode, mode)


def _changes_little(transform: ImageCms.ImageCmsTransform) -> bool:
    cube = Image.frombytes("RGB", (len(_CUBE) // 3, 1), _CUBE)
    converted = _applied(transform, cube)
    return all(
        isinstance(band, tuple) and band[1] <= _SAME
        for band in ImageChops.difference(cube, converted).getextrema()
    )


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _greys(image: Image.Image) -> Image.Image:
    grey, alpha = _eight_bits(image), clear_grey(image)
    if alpha is None:
        return grey
    grey.putalpha(alpha)
    return _premultiplied(grey)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Greys of 16 or 32 bits or floating point, as `L`.

    Integers up to 65535 count as 16-bit; a wider range, and floats outside 0 to 1,
    are stretched between their own extremes, since nothing defines white.
    """
    wide = image if image.mode in {"I", "F"} else image.convert("I")
    low, high = (float(edge) for edge in wide.getextrema() if not isinstance(edge, tuple))
    if wide.mode == "F" and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif wide.mode == "I" and low >= 0 and high <= 65535:
        low, high = 0.0, 65535.0
    scale = 255 / (high - low) if high > low else 0.0
    return wide.convert("F").point(lambda level: level * scale + (0.5 - low * scale)).convert("L")


def _premultiplied(image: Image.Image) -> Image.Image:
    with image if image.mode == "RGBA" else image.convert("RGBA") as full:
        opaque = full.getchannel("A").getextrema() == (255, 255)
        return full.convert("RGB") if opaque else premultiplied(full)
