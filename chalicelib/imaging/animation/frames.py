"""An animation's frames as a viewer sees them: whole pictures, one after another."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import accumulate, tee

from PIL import Image

from chalicelib.imaging.colour import reducible, to_srgb
from chalicelib.imaging.containers.survey import Frame
from chalicelib.imaging.decoding import Film, frames_of
from chalicelib.imaging.geometry import Size
from chalicelib.imaging.upright import upright

# Browsers show a frame that asks for 10 ms or less for 100: Chromium, Firefox and WebKit all do,
# in every format (https://webkit.org/b/36082, FrameTimeout.h in Firefox).
_LONGEST_FLASH, _SHOWN_FLASH = 10, 100
_NOTHING = (0, 0, 0, 0)


def pictures_of(film: Film) -> Iterator[tuple[Image.Image, int]]:
    """Each frame's picture and the milliseconds that it is shown; Rejection for any fault.

    A picture is upright, sRGB, `L`, `RGB` or premultiplied `RGBa`; only one is held at a time.
    """
    survey = film.survey
    shown, timed = tee(_composed(film.canvas, frames_of(film)))
    durations = shown_for(frame.milliseconds for frame, _ in timed)
    for (_, canvas), milliseconds in zip(shown, durations, strict=True):
        picture = to_srgb(upright(reducible(canvas), survey.orientation), survey.profile)
        # As in decoding: a colour conversion would leave its profile to the encoders.
        picture.info = {}
        yield picture, milliseconds


def _composed(
    size: Size, frames: Iterable[tuple[Frame, Image.Image]]
) -> Iterator[tuple[Frame, Image.Image]]:
    """Each frame with the canvas (`RGBA`) that shows it, until the next one is asked for.

    As in browsers what was never drawn is transparent, whatever background a
    file names, and what reaches over the canvas is cut off.
    """
    canvas = Image.new("RGBA", size, _NOTHING)
    for frame, pixels in frames:
        box = (
            frame.left,
            frame.top,
            min(frame.left + frame.width, size.width),
            min(frame.top + frame.height, size.height),
        )
        if box[0] >= box[2] or box[1] >= box[3]:
            yield frame, canvas
            continue
        before = canvas.crop(box)
        part = pixels.crop((0, 0, *before.size))
        canvas.paste(Image.alpha_composite(before, part) if frame.blended else part, box)
        yield frame, canvas
        if frame.disposal != "keep":
            canvas.paste(before if frame.disposal == "restore" else _NOTHING, box)


def shown_for(durations: Iterable[Fraction]) -> Iterator[int]:
    """Whole milliseconds for each of `durations` (milliseconds), as browsers would show them.

    Rounding does not add up: at every frame's end the sum is off by half a millisecond at most,
    but where a frame would come out so short that browsers slowed it down.
    """
    said = (_SHOWN_FLASH if each <= _LONGEST_FLASH else each for each in durations)
    end = 0
    for exact in accumulate(said):
        start, end = end, max(round(exact), end + _LONGEST_FLASH + 1)
        yield end - start
