"""The one door to Pillow's decoders: formats named, pixels and frames limited, errors renamed."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from io import BytesIO
from typing import NamedTuple

from PIL import Image
from PIL.ImageFile import ImageFile

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging import containers
from chalicelib.imaging.colour import reducible, to_srgb
from chalicelib.imaging.containers.body import Body
from chalicelib.imaging.containers.directories import exif_orientation
from chalicelib.imaging.containers.survey import Frame, Survey
from chalicelib.imaging.footprint import most_pixels
from chalicelib.imaging.geometry import Size
from chalicelib.imaging.picture import Limits
from chalicelib.imaging.plugins import plugin
from chalicelib.imaging.scaling import scaled
from chalicelib.imaging.signatures import Kind, sniff
from chalicelib.imaging.silence import no_stderr, no_warnings
from chalicelib.imaging.upright import turned, upright
from chalicelib.imaging.verdicts import corrupt, heic_is_off, rejection

# Our own limit is checked first, whatever its size; Pillow's would only add warnings.
Image.MAX_IMAGE_PIXELS = None
logging.getLogger("PIL").setLevel(logging.CRITICAL)


class Film(NamedTuple):
    """An animation as it came, its frames on a canvas of stored pixels.

    `unchanged` is whether its colours and its way up stay.
    """

    kind: Kind
    data: bytes
    canvas: Size
    survey: Survey
    unchanged: bool


class Decoded(NamedTuple):
    """An original: its kind, its upright size, and its pixels, no more of them than needed.

    `image` is upright, sRGB, `L`, `RGB` or premultiplied `RGBa`, and carries no metadata.
    `body` is the survey's where those are its very pixels: nothing scaled,
    turned, converted or left out; else it is None. `film` is None for what does not move.
    """

    kind: Kind
    size: Size
    image: Image.Image
    body: Body | None
    film: Film | None

    @property
    def has_alpha(self) -> bool:
        """Whether any pixel is transparent."""
        return self.image.mode == "RGBa"


def decode(data: bytes, limits: Limits, reach: Callable[[Size], Size]) -> Decoded:
    """Read `data` once; Rejection for any fault.

    `reach` answers, to the upright size, how large a copy is needed.
    """
    kind = sniff(data)
    if kind == "heic" and not limits.allow_heic:
        raise heic_is_off()
    with _renamed_errors(), no_warnings, no_stderr if kind == "tiff" else nullcontext():
        survey = containers.survey(kind, data, limits.max_frames)
        _check(kind, survey.width * survey.height, survey.frames, limits)
        with plugin(kind)(survey.body.opened()) as image:
            frames: int = getattr(image, "n_frames", 1) if kind == "avif" else 1
            _check(kind, image.width * image.height, frames, limits)
            decoded = _read(kind, image, survey, reach)
    if survey.plays is None:
        return decoded
    unchanged = survey.orientation == 1 and not survey.profile
    canvas = Size(survey.width, survey.height)
    return decoded._replace(film=Film(kind, data, canvas, survey, unchanged))


def headers_of(film: Film) -> Iterator[Frame]:
    """Each frame, none decoded; Rejection for any fault."""
    with _renamed_errors():
        yield from containers.frames(film.kind, film.data)


def frames_of(film: Film) -> Iterator[tuple[Frame, Image.Image]]:
    """Each frame with its own pixels in `RGBA`, one at a time; Rejection for any fault."""
    with _renamed_errors(), no_warnings:
        for frame in containers.frames(film.kind, film.data):
            with plugin(film.kind)(BytesIO(frame.body)) as image:
                # Pillow would cut 16 bits to 8 instead of reducing them.
                eight = reducible(image) if image.mode.startswith("I") else image
                yield frame, eight.convert("RGBA")


def _check(kind: Kind, pixels: int, frames: int, limits: Limits) -> None:
    if pixels > (most := most_pixels(kind, limits)):
        raise rejection(Reason.TOO_MANY_PIXELS, pixels, most)
    if frames > limits.max_frames:
        raise rejection(Reason.TOO_MANY_FRAMES, limits.max_frames)


def _read(kind: Kind, image: ImageFile, survey: Survey, reach: Callable[[Size], Size]) -> Decoded:
    orientation = survey.orientation
    if kind == "avif":
        orientation = exif_orientation(image.info.get("exif", b""))
    profile = survey.profile or image.info.get("icc_profile") or b""
    size = Size(*turned(image.size, orientation))
    reduced = _reduced(image, turned(reach(size), orientation))
    finished = to_srgb(upright(reduced, orientation), profile)
    # Every step hands back the object it was given when it has nothing to do.
    same = finished is reduced and finished.size == size and survey.frames == 1
    # Pillow copies metadata from picture to picture and its encoders would write some of it.
    finished.info = {}
    return Decoded(kind, size, finished, survey.body if same else None, None)


def _reduced(image: ImageFile, size: tuple[int, int]) -> Image.Image:
    """`image` decoded at `size`, stored way up; a JPEG's decoder does the first halvings."""
    drafted = image.draft(None, size)
    box = drafted[1] if drafted else None
    image.load()
    pixels = reducible(image)
    if pixels.size == size:
        return pixels.copy() if pixels is image else pixels
    return scaled(pixels, size, box)


@contextmanager
def _renamed_errors() -> Iterator[None]:
    try:
        yield
    except Rejection:
        raise
    # A decoder fed with arbitrary bytes raises what it likes; all of it means the same to a user.
    except Exception as reason:
        raise corrupt() from reason
