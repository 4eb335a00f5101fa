"""Moving pictures: decoded, scaled and packed frame by frame, so that memory holds few of them."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from PIL import Image

from chalicelib.imaging.decoding import Film
from chalicelib.imaging.frames import pictures_of
from chalicelib.imaging.picture import Limits
from chalicelib.imaging.reel import Reel
from chalicelib.imaging.verdicts import too_much_motion

Key = TypeVar("Key")

_ENCODERS = 2  # threads; libwebp releases the interpreter's lock


def check(film: Film, outputs: Iterable[tuple[int, int]], limits: Limits) -> None:
    """Rejection for more pixels than allowed: those read, and those of all `outputs` (sizes)."""
    made = sum(width * height for width, height in outputs) * film.survey.frames
    pixels = film.survey.moving_pixels + made
    if pixels > limits.max_animation_pixels:
        raise too_much_motion(pixels, limits.max_animation_pixels)


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
    return {key: reel.file(film.survey.plays) for key, reel in reels.items()}
