"""The only access to Pillow's decoders: checks formats and limits, translates errors."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from hashlib import sha256
from io import BytesIO
from typing import NamedTuple

from PIL import Image
from PIL.ImageFile import ImageFile

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging.colour import Colours, colours_of, fitted, reducible, to_srgb
from chalicelib.imaging.formats import CONTAINERS
from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.file_info import FileInfo, Frame, MalformedFile
from chalicelib.imaging.formats.tiff_ifd import exif_orientation
from chalicelib.imaging.geometry import Size
from chalicelib.imaging.library_output import no_stderr, no_warnings
from chalicelib.imaging.orientation import turned, upright
from chalicelib.imaging.picture import Limits
from chalicelib.imaging.pixel_limits import most_pixels
from chalicelib.imaging.plugins import plugin
from chalicelib.imaging.rejections import corrupt, heic_is_off, rejection
from chalicelib.imaging.scaling import scaled
from chalicelib.imaging.signatures import sniff
from chalicelib.model.formats import InputFormat

# Our own limit is checked first; Pillow's would only add warnings.
Image.MAX_IMAGE_PIXELS = None
logging.getLogger("PIL").setLevel(logging.CRITICAL)


class Animation(NamedTuple):
    """An animation as uploaded; `canvas` is the stored size, before orientation.

    `unchanged`: neither its colours nor its orientation need converting.
    """

    kind: InputFormat
    data: bytes
    canvas: Size
    info: FileInfo
    unchanged: bool


class Decoded(NamedTuple):
    """An original: its kind, its upright size, and its pixels, no more of them than needed.

    `image` is upright, sRGB, `L`, `RGB` or premultiplied `RGBa`, and carries no metadata.
    `body` is the file's body if `image` has exactly its pixels, with nothing scaled, converted or
    left out; else None. They have been turned by `orientation`, EXIF's number. `animation` is None
    for a still picture.
    """

    kind: InputFormat
    size: Size
    image: Image.Image
    body: Body | None
    orientation: int
    animation: Animation | None

    @property
    def has_alpha(self) -> bool:
        """Whether any pixel is transparent."""
        return self.image.mode == "RGBa"


def decode(data: bytes, limits: Limits, size_needed: Callable[[Size], Size]) -> Decoded:
    """Decode `data`; Rejection for any fault.

    `size_needed` returns how large a copy is needed, given the upright size in pixels.
    """
    kind = sniff(data)
    if kind == "heic" and not limits.allow_heic:
        raise heic_is_off()
    with _renamed_errors(), no_warnings, no_stderr if kind == "tiff" else nullcontext():
        info = CONTAINERS[kind].inspect(data, limits.max_frames)
        if info.width and info.height:
            _check(kind, info, Size(info.width, info.height), limits, size_needed)
        with plugin(kind)(info.body.opened()) as image:
            info = _completed(kind, info, image)
            _check(kind, info, Size(*image.size), limits, size_needed)
            decoded = _read(kind, image, info, size_needed)
        _check_proofs(kind, info.proofs)
    if info.plays is None:
        return decoded
    unchanged = info.orientation == 1 and colours_of(info.profile).is_srgb
    canvas = Size(info.width, info.height)
    return decoded._replace(animation=Animation(kind, data, canvas, info, unchanged))


def headers_of(animation: Animation) -> Iterator[Frame]:
    """Each frame, not decoded; Rejection for any fault."""
    with _renamed_errors():
        yield from CONTAINERS[animation.kind].frames(animation.data)


def frames_of(animation: Animation) -> Iterator[tuple[Frame, Image.Image]]:
    """Each frame with its own pixels (`RGBA`), one at a time; Rejection for any fault."""
    with _renamed_errors(), no_warnings:
        for frame in CONTAINERS[animation.kind].frames(animation.data):
            with plugin(animation.kind)(BytesIO(frame.body)) as image:
                # Pillow would clip 16-bit levels to 8 bits instead of scaling them.
                eight = reducible(image) if image.mode.startswith("I") else image
                yield frame, eight.convert("RGBA")


def _completed(kind: InputFormat, info: FileInfo, image: ImageFile) -> FileInfo:
    """`info` with what only the decoder knows."""
    profile = info.profile or image.info.get("icc_profile") or b""
    frames: int = getattr(image, "n_frames", 1) if kind == "avif" else info.frames
    return info._replace(profile=profile, frames=frames)


def _check(
    kind: InputFormat,
    info: FileInfo,
    size: Size,
    limits: Limits,
    size_needed: Callable[[Size], Size],
) -> None:
    """Rejection if a picture of the stored `size` has too many pixels or frames."""
    pixels = size.width * size.height
    if pixels > limits.max_pixels:
        raise rejection(Reason.TOO_MANY_PIXELS, pixels, limits.max_pixels)
    needed = Size(*turned(size_needed(Size(*turned(size, info.orientation))), info.orientation))
    scale = 1
    if kind == "jpeg" and info.is_scalable:
        # The decoder can leave out coefficients.
        room = min(size.width // needed.width, size.height // needed.height)
        scale = next(scale for scale in (8, 4, 2, 1) if scale <= max(1, room))
    converted = needed.width * needed.height / pixels if info.profile else 0.0
    most = most_pixels(kind, info, limits, **size._asdict(), scale=scale, converted=converted)
    if pixels > most:
        raise rejection(Reason.TOO_MANY_PIXELS, pixels, most)
    if info.frames > limits.max_frames:
        raise rejection(Reason.TOO_MANY_FRAMES, limits.max_frames)


def _check_proofs(kind: InputFormat, proofs: Sequence[Body]) -> None:
    """MalformedFile unless all `proofs` show the same pixels."""
    if len({_pixels_digest(kind, proof) for proof in proofs}) > 1:
        raise MalformedFile


def _pixels_digest(kind: InputFormat, body: Body) -> bytes:
    with plugin(kind)(body.opened()) as image:
        return sha256(image.tobytes()).digest()


def _read(
    kind: InputFormat, image: ImageFile, info: FileInfo, size_needed: Callable[[Size], Size]
) -> Decoded:
    orientation = info.orientation
    if kind == "avif":
        orientation = exif_orientation(image.info.get("exif", b""))
    colours = colours_of(info.profile, info.peak)
    canvas = (info.width, info.height) if info.offset else image.size
    size = Size(*turned(canvas, orientation))
    reduced, colours = _reduced(image, info, turned(size_needed(size), orientation), colours)
    upright_image = upright(reduced, orientation)
    finished = to_srgb(upright_image, colours)
    # Every step returns the object it was given if it has nothing to do.
    same = finished is upright_image and finished.size == size and info.frames == 1
    # Pillow copies metadata from image to image, and its encoders would write some of it.
    finished.info = {}
    return Decoded(kind, size, finished, info.body if same else None, orientation, None)


def _reduced(
    image: ImageFile, info: FileInfo, size: tuple[int, int], colours: Colours
) -> tuple[Image.Image, Colours]:
    """`image` decoded at `size`, not yet turned upright, and its colours.

    JPEG's decoder does the first halvings.
    """
    drafted = image.draft(None, size) if info.is_scalable else None
    box = drafted[1] if drafted else None
    loaded, colours = fitted(image, colours)
    loaded.load()
    pixels = reducible(_on_canvas(loaded, info))
    if pixels.size == size:
        return pixels.copy() if pixels is image else pixels, colours
    return scaled(pixels, size, box), colours


def _on_canvas(image: Image.Image, info: FileInfo) -> Image.Image:
    """`image`, or a transparent canvas with it at its place."""
    if info.offset is None:
        return image
    canvas = Image.new("RGBA", (info.width, info.height))
    canvas.paste(image.convert("RGBA"), info.offset)
    return canvas


@contextmanager
def _renamed_errors() -> Iterator[None]:
    try:
        yield
    except Rejection:
        raise
    # A decoder fed arbitrary bytes may raise anything; to a user it all means the same.
    except Exception as reason:
        raise corrupt() from reason
