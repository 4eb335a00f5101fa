"""GIFs that end oddly, or whose first frame covers a part of the screen."""

import struct

import pytest
from PIL import Image

from chalicelib.errors import Reason, Rejection
from tests.imaging.samples import four_corners, rendered, saved, shown

TRAILER = b";"
RED = (255, 0, 0, 255)
CLEAR = (0, 0, 0, 0)


def still() -> bytes:
    return saved(four_corners().quantize(4), "gif")


def animation() -> bytes:
    frames = [four_corners().quantize(4), four_corners().rotate(180).quantize(4)]
    return saved(frames[0], "gif", save_all=True, append_images=frames[1:], loop=0)


def partial(data: bytes, left: int, top: int) -> bytes:
    """`data` on a screen of 200x100 pixels, its first frame at this place."""
    frame = data.index(b",\x00\x00\x00\x00")
    place = struct.pack("<HH", left, top)
    return (
        data[:6] + struct.pack("<HH", 200, 100) + data[10 : frame + 1] + place + data[frame + 5 :]
    )


@pytest.mark.parametrize("make", [still, animation])
@pytest.mark.parametrize("end", [b"", b"\x00;", b"\x00", b"text", b"!\xfe\x09cut"])
def test_what_is_no_block_after_a_whole_frame_ends_the_file(make: object, end: bytes) -> None:
    assert callable(make)
    data = make()
    assert shown(data.removesuffix(TRAILER) + end).tobytes() == shown(data).tobytes()


@pytest.mark.parametrize("make", [still, animation])
def test_a_gif_that_is_cut_within_a_frame_is_corrupt(make: object) -> None:
    assert callable(make)
    with pytest.raises(Rejection) as caught:
        rendered(make()[:-10])
    assert caught.value.reason is Reason.CORRUPT_IMAGE


@pytest.mark.parametrize("block", [b"!\xfe\x00", b"!\xfe" + b"\x01x" * 1_000 + b"\x00"])
def test_a_gif_of_millions_of_tiny_blocks_is_corrupt(block: bytes) -> None:
    data = still()
    frame = data.index(b",\x00\x00\x00\x00")
    with pytest.raises(Rejection) as caught:
        rendered(data[:frame] + block * (6_000_000 // len(block)) + data[frame:])
    assert caught.value.reason is Reason.CORRUPT_IMAGE


@pytest.mark.parametrize("make", [still, animation])
def test_what_the_first_frame_does_not_cover_is_transparent(make: object) -> None:
    assert callable(make)
    image: Image.Image = shown(partial(make(), 50, 20)).convert("RGBA")
    assert image.size == (200, 100)
    assert image.getpixel((49, 19)) == image.getpixel((199, 99)) == CLEAR
    assert image.getpixel((50, 20)) == RED
