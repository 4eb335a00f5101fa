"""An animation's frames as viewers see them: complete pictures, one after another."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import accumulate, tee

from PIL import Image

from chalicelib.imaging.colour import colours_of, reducible, shaped, to_srgb
from chalicelib.imaging.decoding import Animation, frames_of
from chalicelib.imaging.edits import edited
from chalicelib.imaging.formats.file_info import Frame
from chalicelib.imaging.geometry import Size
from chalicelib.imaging.orientation import upright

# Browsers show a frame of 10 ms or less for 100 ms: Chromium, Firefox and WebKit all do, in every
# format (https://webkit.org/b/36082, FrameTimeout.h in Firefox).
_LONGEST_FLASH, _SHOWN_FLASH = 10, 100
_NOTHING = (0, 0, 0, 0)


def pictures_of(animation: Animation) -> Iterator[tuple[Image.Image, int]]:
    """Each frame's picture and its duration in milliseconds; Rejection for any fault.

    A picture is upright, edited, sRGB, `L`, `RGB` or premultiplied `RGBa`; only one is held at a
    time.
    """
    info = animation.info
    colours = colours_of(info.profile, info.peak)
    shown, timed = tee(_composed(animation.canvas, frames_of(animation)))
    durations = shown_for(frame.milliseconds for frame, _ in timed)
    for (_, canvas), milliseconds in zip(shown, durations, strict=True):
        whole = reducible(shaped(canvas, colours))
        picture = to_srgb(upright(whole, info.orientation), colours)
        picture = edited(picture, animation.edits)
        # As in decoding: a colour conversion leaves its profile, which encoders would write.
        picture.info = {}
        yield picture, milliseconds


def _composed(
    size: Size, frames: Iterable[tuple[Frame, Image.Image]]
) -> Iterator[tuple[Frame, Image.Image]]:
    """Each frame with the canvas (`RGBA`) that shows it, valid until the next one is requested.

    As in browsers, what was never drawn is transparent, whatever background the
    file names, and what extends beyond the canvas is cut off.
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

    Rounding errors do not accumulate: at the end of every frame the sum is off by half a
    millisecond at most, unless a frame would become so short that browsers slow it down.
    """
    shown = (_SHOWN_FLASH if duration <= _LONGEST_FLASH else duration for duration in durations)
    end = 0
    for exact in accumulate(shown):
        start, end = end, max(round(exact), end + _LONGEST_FLASH + 1)
        yield end - start
