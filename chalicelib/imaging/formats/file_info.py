"""The result of inspecting a file's structure."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from chalicelib.imaging.formats.body import Body

Disposal = Literal["keep", "clear", "restore"]


class FileInfo(NamedTuple):
    """A file's structure.

    `body` is what to decode; `width` and `height` are stored (not upright)
    pixels, 0 if only the decoder knows; `frames` is counted up to one more
    than allowed; `orientation` is EXIF's, 1 to 8; `profile` is the ICC profile,
    empty if there is none or only the decoder knows it. `plays` is how often an
    animation plays, 0 for ever; None for a still, or an animation treated as one. `peak` is the
    brightest pixel in cd/m2 where PQ says it, 0 if unknown.
    `offset` is where the picture in `body` lies on its canvas of `width` x `height`, which is
    transparent around it; None if it covers the canvas. `proofs` are bodies that look the same
    if no pixel is missing; empty where the structure alone shows that. `cost` is the CPU time for
    a pixel in nanoseconds, in the default variants, 0 for what is usual in its format; `held` is
    how many bytes per pixel the decoder holds besides the picture. `is_scalable` if the decoder of
    JPEGs can make a smaller picture. `preview_bytes` is the size of the JPEG in a camera's raw file
    that all this describes; 0 for other files. `header` are the segments
    of a JPEG up to its first scan, each its marker's number, start and end; `end` is where its
    picture ends.
    """

    body: Body
    width: int = 0
    height: int = 0
    frames: int = 1
    orientation: int = 1
    profile: bytes = b""
    plays: int | None = None
    peak: int = 0
    offset: tuple[int, int] | None = None
    proofs: tuple[Body, ...] = ()
    cost: float = 0.0
    held: float = 0.0
    is_scalable: bool = True
    preview_bytes: int = 0
    header: Sequence[tuple[int, int, int]] = ()
    end: int = 0


class Metadata(NamedTuple):
    """All that is written to a file besides its pixels: an EXIF block with its prefix, XMP."""

    exif: bytes = b""
    xmp: bytes = b""


class Frame(NamedTuple):
    """A frame of an animation, and how it is drawn over what was shown before.

    `body` is a still picture's file of `width` x `height` pixels, drawn at `left`, `top`
    of the canvas. `blended` is whether the canvas shows through its transparent
    pixels. After `milliseconds` the canvas is kept, cleared where the frame was,
    or restored to what it was before.
    """

    body: bytes
    left: int
    top: int
    width: int
    height: int
    milliseconds: Fraction
    disposal: Disposal = "keep"
    blended: bool = True


class MalformedFile(Exception):
    """The structure is inconsistent or truncated."""
