"""The only access to Pillow's decoders: checks formats and limits, translates errors."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from io import BytesIO
from typing import NamedTuple

from PIL import Image
from PIL.ImageFile import ImageFile

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging.colour import Colours, colours_of, fitted, reducible, to_srgb
from chalicelib.imaging.edits import cost_of, edited, size_of
from chalicelib.imaging.formats import CONTAINERS
from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.file_info import FileInfo, Frame, MalformedFile
from chalicelib.imaging.formats.tiff_ifd import exif_orientation
from chalicelib.imaging.gain_map.locating import FoundGainMap
from chalicelib.imaging.gain_map.metadata import GainMapFault
from chalicelib.imaging.geometry import Size
from chalicelib.imaging.hdr import HdrPicture, locate, with_edits_applied
from chalicelib.imaging.hdr import read as read_hdr
from chalicelib.imaging.library_output import no_stderr, no_warnings
from chalicelib.imaging.orientation import turned, upright
from chalicelib.imaging.picture import Limits
from chalicelib.imaging.pixel_limits import most_pixels, with_gain_map
from chalicelib.imaging.plugins import plugin
from chalicelib.imaging.rejections import corrupt, is_off, rejection, too_many_pixels
from chalicelib.imaging.scaling import scaled
from chalicelib.imaging.signatures import sniff
from chalicelib.model.edits import Edit
from chalicelib.model.formats import CodedFormat, InputFormat, coded_format, switched_off
from chalicelib.model.gain_map import GainMapSummary

# Our own limit is checked first; Pillow's would only add warnings.
Image.MAX_IMAGE_PIXELS = None
logging.getLogger("PIL").setLevel(logging.CRITICAL)


class Animation(NamedTuple):
    """An animation as uploaded; `canvas` is the stored size, before orientation.

    `unchanged`: neither its colours nor its orientation need converting, and it has no `edits`.
    """

    kind: CodedFormat
    data: bytes
    canvas: Size
    info: FileInfo
    unchanged: bool
    edits: Sequence[Edit] = ()


class Decoded(NamedTuple):
    """An original: its kind, its size, and its pixels, no more of them than needed.

    `size` is what is shown: upright, and after edits; `upright_size` is that before edits.
    Of a camera's raw file, `source`, this is the JPEG in it of `preview_bytes`.
    `image` is upright, edited, sRGB, `L`, `RGB` or premultiplied `RGBa`, and carries no metadata.
    `body` is the file's body if `image` has exactly its pixels, with nothing scaled, converted or
    left out; else None. They have been turned by `orientation`, EXIF's number. `animation` is None
    for a still picture. `gain_map` is what is known of the gain map of an HDR photo, `hdr` the
    photo with it, if that was wanted and is possible.
    """

    kind: CodedFormat
    upright_size: Size
    size: Size
    image: Image.Image
    body: Body | None
    orientation: int
    animation: Animation | None
    source: InputFormat
    preview_bytes: int
    gain_map: GainMapSummary | None = None
    hdr: HdrPicture | None = None

    @property
    def has_alpha(self) -> bool:
        """Whether any pixel is transparent."""
        return self.image.mode == "RGBa"


def decode(
    data: bytes,
    limits: Limits,
    size_needed: Callable[[Size], Size],
    edits: Sequence[Edit] = (),
    *,
    hdr: bool = False,
) -> Decoded:
    """Decode `data` and apply `edits`; Rejection for any fault.

    `size_needed` returns how large a copy is needed, given the size in pixels that is shown. With
    `hdr` the gain map of an HDR photo is decoded, too. One that cannot be used is no fault.
    """
    if not edits:
        return _decoded(data, limits, size_needed, hdr=hdr)
    # At full size: of a smaller copy a step would take other pixels, and mix hidden ones in.
    decoded = _decoded(data, limits, _whole, edits, hdr=hdr)
    return _edited(decoded, edits, size_needed)


def inspect(data: bytes, limits: Limits, edits: Sequence[Edit]) -> Animation | None:
    """Check the headers as before decoding: Rejection if `data` cannot be read, or not edited.

    Returns what an animation says of itself; None for a still.
    """
    source, kind = _kinds_of(data, limits)
    with _renamed_errors():
        info = CONTAINERS[source].inspect(data, limits.max_frames)
        canvas = Size(info.width, info.height)
        if info.width and info.height:
            _check(kind, info, canvas, limits, _whole, edits)
    if info.plays is None:
        return None
    return Animation(kind, data, canvas, info, unchanged=False, edits=edits)


def _whole(size: Size) -> Size:
    return size


def _kinds_of(data: bytes, limits: Limits) -> tuple[InputFormat, CodedFormat]:
    """The file's format, and that of the picture in it; Rejection if it is switched off."""
    source = sniff(data)
    if switch := switched_off(source, limits):
        raise is_off(switch.files)
    return source, coded_format(source)


def _edited(
    decoded: Decoded, edits: Sequence[Edit], size_needed: Callable[[Size], Size]
) -> Decoded:
    size = size_of(edits, decoded.upright_size)
    needed = size_needed(size)
    hdr = decoded.hdr  # first, since editing may change the image itself, which both may share
    hdr = with_edits_applied(hdr, edits, decoded.upright_size, needed) if hdr else None
    image = edited(decoded.image, edits)
    image = image if image.size == needed else scaled(image, needed)
    image.info = {}
    animation = decoded.animation
    if animation:
        animation = animation._replace(unchanged=False, edits=edits)
    return decoded._replace(size=size, image=image, body=None, animation=animation, hdr=hdr)


def _decoded(
    data: bytes,
    limits: Limits,
    size_needed: Callable[[Size], Size],
    edits: Sequence[Edit] = (),
    *,
    hdr: bool,
) -> Decoded:
    """The picture before `edits`, if there is room and time to apply them."""
    source, kind = _kinds_of(data, limits)
    with _renamed_errors(), no_warnings, no_stderr if kind == "tiff" else nullcontext():
        info = CONTAINERS[source].inspect(data, limits.max_frames)
        if info.width and info.height:
            _check(kind, info, Size(info.width, info.height), limits, size_needed, edits)
        with plugin(kind)(info.body.opened()) as image:
            info = _completed(kind, info, image)
            _check(kind, info, Size(*image.size), limits, size_needed, edits)
            found, summary = locate(data, info) if source == "jpeg" else (None, None)
            if found and hdr and not _has_room(found, info, limits, size_needed, edits):
                found, summary = None, GainMapSummary(fault="too_large")
            decoded = _read(kind, image, info, size_needed, found if hdr else None)
        _check_proofs(kind, info.proofs)
    decoded = decoded._replace(source=source, gain_map=decoded.gain_map or summary)
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


def _completed(kind: CodedFormat, info: FileInfo, image: ImageFile) -> FileInfo:
    """`info` with what only the decoder knows."""
    profile = info.profile or image.info.get("icc_profile") or b""
    frames: int = getattr(image, "n_frames", 1) if kind == "avif" else info.frames
    return info._replace(profile=profile, frames=frames)


def _check(
    kind: CodedFormat,
    info: FileInfo,
    size: Size,
    limits: Limits,
    size_needed: Callable[[Size], Size],
    edits: Sequence[Edit],
) -> None:
    """Rejection if a picture of the stored `size` has too many pixels or frames."""
    pixels = size.width * size.height
    if pixels > limits.max_pixels:
        raise too_many_pixels(pixels, limits.max_pixels)
    upright_size = Size(*turned(size, info.orientation))
    needed = Size(*turned(size_needed(upright_size), info.orientation))
    scale = 1
    if kind == "jpeg" and info.is_scalable:
        # The decoder can leave out coefficients.
        room = min(size.width // needed.width, size.height // needed.height)
        scale = next(scale for scale in (8, 4, 2, 1) if scale <= max(1, room))
    converted = needed.width * needed.height / pixels if info.profile else 0.0
    most = most_pixels(
        kind,
        info,
        limits,
        **size._asdict(),
        scale=scale,
        converted=converted,
        edited=cost_of(edits, upright_size) if edits else None,
    )
    if pixels > most:
        raise too_many_pixels(pixels, most, to_edit=bool(edits))
    if info.frames > limits.max_frames:
        raise rejection(Reason.TOO_MANY_FRAMES, limits.max_frames)


def _has_room(
    found: FoundGainMap,
    info: FileInfo,
    limits: Limits,
    size_needed: Callable[[Size], Size],
    edits: Sequence[Edit],
) -> bool:
    """Whether there is room and time for a gain map besides its picture."""
    size = Size(info.width, info.height)
    upright_size = Size(*turned(size, info.orientation))
    needed = size_needed(upright_size)
    together = with_gain_map(
        info,
        found.info,
        needed=needed.width * needed.height / (size.width * size.height),
        edited=cost_of(edits, upright_size) if edits else None,
    )
    try:
        _check("jpeg", together, size, limits, size_needed, edits)
    except Rejection:
        return False
    return True


def _check_proofs(kind: CodedFormat, proofs: Sequence[Body]) -> None:
    """MalformedFile unless all `proofs` show the same pixels."""
    if len({_pixels_digest(kind, proof) for proof in proofs}) > 1:
        raise MalformedFile


def _pixels_digest(kind: CodedFormat, body: Body) -> bytes:
    from hashlib import sha256  # loads OpenSSL: 3 MB, which a picture on its own does not need

    with plugin(kind)(body.opened()) as image:
        return sha256(image.tobytes()).digest()


def _read(
    kind: CodedFormat,
    image: ImageFile,
    info: FileInfo,
    size_needed: Callable[[Size], Size],
    found: FoundGainMap | None,
) -> Decoded:
    orientation = info.orientation
    if kind == "avif":
        orientation = exif_orientation(image.info.get("exif", b""))
    colours = colours_of(info.profile, info.peak)
    canvas = (info.width, info.height) if info.offset else image.size
    size = Size(*turned(canvas, orientation))
    needed = size_needed(size)
    reduced, colours = _reduced(image, info, turned(needed, orientation), colours)
    upright_image = upright(reduced, orientation)
    hdr, summary = None, None
    try:
        hdr = read_hdr(found, upright_image, colours, needed, orientation) if found else None
    except GainMapFault as reason:
        summary = GainMapSummary(fault=reason.fault)
    finished = to_srgb(upright_image, colours)
    # Every step returns the object it was given if it has nothing to do.
    same = finished is upright_image and finished.size == size and info.frames == 1
    # Pillow copies metadata from image to image, and its encoders would write some of it.
    finished.info = {}
    body = info.body if same else None
    return Decoded(
        *(kind, size, size, finished, body, orientation, None, kind, info.preview_bytes),
        *(summary, hdr),
    )


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
