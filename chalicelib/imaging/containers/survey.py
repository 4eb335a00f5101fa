"""What a walk over a file's structure tells."""

from fractions import Fraction
from typing import Literal, NamedTuple

from chalicelib.imaging.containers.body import Body

Disposal = Literal["keep", "clear", "restore"]


class Survey(NamedTuple):
    """One file's structure.

    `body` is what to decode; `width` and `height` are stored (not upright)
    pixels, 0 where only the decoder knows; `frames` is counted up to one more
    than allowed; `orientation` is EXIF's, 1 to 8; `profile` is the ICC profile,
    empty where there is none or only the decoder knows. `plays` is how often an
    animation is shown, 0 for ever; None for what is none, or none that we show as one.
    """

    body: Body
    width: int = 0
    height: int = 0
    frames: int = 1
    orientation: int = 1
    profile: bytes = b""
    plays: int | None = None


class Frame(NamedTuple):
    """One frame of an animation, and how it is laid over what was shown before.

    `body` is a still picture's file of `width` x `height`; it goes to `left`, `top`
    of the canvas. `blended` is whether its transparent pixels let the
    canvas through. After `milliseconds` the canvas is kept, cleared where the
    frame was, or restored to what it was before.
    """

    body: bytes
    left: int
    top: int
    width: int
    height: int
    milliseconds: Fraction
    disposal: Disposal = "keep"
    blended: bool = True


class Broken(Exception):
    """The structure does not hold together."""
