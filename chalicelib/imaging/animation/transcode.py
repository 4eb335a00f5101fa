"""Transcodes an animation to its renditions, within a limit of work."""

import math
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from PIL import Image

from chalicelib.errors import Reason
from chalicelib.imaging.animation.frames import pictures_of
from chalicelib.imaging.animation.webp_writer import WebpWriter
from chalicelib.imaging.decoding import Animation, headers_of
from chalicelib.imaging.edits import cost_of
from chalicelib.imaging.formats.cicp import is_hdr
from chalicelib.imaging.formats.file_info import Frame
from chalicelib.imaging.geometry import Size
from chalicelib.imaging.orientation import turned
from chalicelib.imaging.picture import Limits
from chalicelib.imaging.pixel_limits import most_canvas
from chalicelib.imaging.rejections import rejection, too_much_motion

Key = TypeVar("Key")

# Measured with 20 frames of 640x480 pixels in PQ and with profiles of a matrix and of a table.
_CONVERSION, _TONE_MAPPING = 1, 6
_EDITING = 30  # nanoseconds for a pixel that cost as much as changing it
_ENCODERS = 2  # threads; libwebp releases the interpreter's lock


def check(animation: Animation, outputs: Iterable[Size], limits: Limits) -> None:
    """Rejection for too much work, judged by headers: decoding, and rendering in all `outputs`."""
    canvas = animation.canvas.width * animation.canvas.height
    most = most_canvas(limits)
    if canvas > most:
        raise rejection(Reason.TOO_MANY_PIXELS, canvas, most)
    frames = [_drawn(frame, canvas, most) for frame in headers_of(animation)]
    drawn = sum(frames)
    made = sum(output.width * output.height for output in outputs)
    converted = len(frames) * canvas * _conversions(animation.info.profile)
    pixels = drawn + drawn * made // canvas + converted + len(frames) * _edited_pixels(animation)
    if pixels > limits.max_animation_pixels:
        raise too_much_motion(pixels, limits.max_animation_pixels)


def _edited_pixels(animation: Animation) -> int:
    """How many pixels' change costs as much as the edits of a frame."""
    width, height = turned(animation.canvas, animation.info.orientation)
    cost = cost_of(animation.edits, Size(width, height))
    return math.ceil(cost * width * height / _EDITING)


def _drawn(frame: Frame, canvas: int, most: int) -> int:
    """The pixels that drawing and disposing of `frame` change; Rejection for more than `most`.

    Finding out that the rest of a canvas is unchanged costs a quarter of changing it.
    """
    pixels = frame.width * frame.height
    if pixels > most:
        raise rejection(Reason.TOO_MANY_PIXELS, pixels, most)
    return max(pixels if frame.disposal == "keep" else 2 * pixels, canvas // 4)


def _conversions(profile: bytes) -> int:
    """How many changes of a whole canvas cost as much as converting its colours."""
    if not profile:
        return 0
    return _TONE_MAPPING if is_hdr(profile) else _CONVERSION


def transcode(
    animation: Animation,
    writers: Mapping[Key, WebpWriter],
    pictures: Callable[[Image.Image], Iterable[tuple[Key, Image.Image]]],
) -> dict[Key, bytes]:
    """The file of each writer; `pictures` renders a frame's picture for each of them."""
    encoding: list[Future[None]] = []
    with ThreadPoolExecutor(_ENCODERS) as encoders:
        for whole, milliseconds in pictures_of(animation):
            scaled = list(pictures(whole))
            # While one frame is encoded the next is rendered, and no more than these two are held.
            for future in encoding:
                future.result()
            encoding = [
                encoders.submit(writers[key].add, picture, milliseconds) for key, picture in scaled
            ]
        for future in encoding:
            future.result()
    return {key: writer.file(animation.info.plays or 0) for key, writer in writers.items()}
