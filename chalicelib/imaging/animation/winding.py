"""An animation from its frames to its files, and what that may cost."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from PIL import Image

from chalicelib.errors import Reason
from chalicelib.imaging.animation.frames import pictures_of
from chalicelib.imaging.animation.reel import Reel
from chalicelib.imaging.containers.survey import Frame
from chalicelib.imaging.decoding import Film, headers_of
from chalicelib.imaging.footprint import most_canvas
from chalicelib.imaging.geometry import Size
from chalicelib.imaging.picture import Limits
from chalicelib.imaging.verdicts import rejection, too_much_motion

Key = TypeVar("Key")

_ENCODERS = 2  # threads; libwebp releases the interpreter's lock


def check(film: Film, outputs: Iterable[Size], limits: Limits) -> None:
    """Rejection for too much work, told by headers: what is read, and made of it in `outputs`."""
    canvas = film.canvas.width * film.canvas.height
    most = most_canvas(limits)
    if canvas > most:
        raise rejection(Reason.TOO_MANY_PIXELS, canvas, most)
    drawn = sum(_drawn(frame, canvas, most) for frame in headers_of(film))
    made = sum(output.width * output.height for output in outputs)
    pixels = drawn + drawn * made // canvas
    if pixels > limits.max_animation_pixels:
        raise too_much_motion(pixels, limits.max_animation_pixels)


def _drawn(frame: Frame, canvas: int, most: int) -> int:
    """The pixels that `frame` changes, when it comes and when it goes; Rejection for over `most`.

    To find that the rest of a canvas stays costs a fourth of changing it.
    """
    pixels = frame.width * frame.height
    if pixels > most:
        raise rejection(Reason.TOO_MANY_PIXELS, pixels, most)
    return max(pixels if frame.disposal == "keep" else 2 * pixels, canvas // 4)


def wind(
    film: Film,
    reels: Mapping[Key, Reel],
    pictures: Callable[[Image.Image], Iterable[tuple[Key, Image.Image]]],
) -> dict[Key, bytes]:
    """Every reel's file; `pictures` makes of one frame's picture that of each reel."""
    packing: list[Future[None]] = []
    with ThreadPoolExecutor(_ENCODERS) as encoders:
        for whole, milliseconds in pictures_of(film):
            scaled = list(pictures(whole))
            # While one frame is packed the next is made, and none waits beside it.
            for each in packing:
                each.result()
            packing = [encoders.submit(reels[key].add, one, milliseconds) for key, one in scaled]
        for each in packing:
            each.result()
    return {key: reel.file(film.survey.plays or 0) for key, reel in reels.items()}
