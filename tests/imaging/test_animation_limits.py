"""Animations that are damaged, or too large."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace
from PIL import Image

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging import Limits, render
from chalicelib.imaging.formats.cicp import named
from chalicelib.model.variants import Variant
from tests.imaging import animations
from tests.imaging.animations import KINDS, WHOLE, Strip, animated, only, sprite, turning
from tests.imaging.mutations import mutated
from tests.imaging.samples import (
    DISPLAY_P3,
    LIMITS,
    opened,
)


def reason_for(data: bytes, limits: Limits = LIMITS) -> Reason:
    with pytest.raises(Rejection) as caught:
        render(data, (WHOLE,), limits)
    assert str(caught.value).endswith(".")
    return caught.value.reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_truncated_animation_is_corrupt(kind: str):
    data = animated(turning(), kind)
    for length in (len(data) // 2, len(data) * 9 // 10):
        assert reason_for(data[:length]) is Reason.CORRUPT_IMAGE


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_an_animation_with_a_broken_later_frame_is_corrupt(kind: str):
    data = bytearray(animated(turning(), kind, quality=90))
    middle = len(data) * 2 // 3
    data[middle : middle + 200] = b"\xff" * 200
    assert reason_for(bytes(data)) is Reason.CORRUPT_IMAGE


def test_a_gif_with_a_broken_later_frame_is_corrupt():
    data = animations.gif(4, Strip("RRRR"), Strip("GGGG"))
    codes = animations.lzw([1, 1, 1, 1])
    assert codes in data
    # The first code is not a colour.
    assert reason_for(data.replace(codes, b"\x07\x02\x80\xff\x00")) is Reason.CORRUPT_IMAGE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"acTL\0\0\0\x02", b"acTL\0\0\0\x03"),
        (b"fdAT\0\0\0\x02", b"fdAT\0\0\0\x07"),
        (b"fcTL\0\0\0\x01\0\0\0\x02", b"fcTL\0\0\0\x01\0\0\0\x09"),
    ],
    ids=["another count", "a gap", "a frame beyond the canvas"],
)
def test_an_apng_that_breaks_the_rules_shows_its_default_image(old: bytes, new: bytes):
    data = animations.apng(4, Strip("RRRR"), Strip("GG"))
    assert old in data
    assert b"ANMF" not in only(data.replace(old, new)).data


def test_more_pixels_than_allowed_are_rejected_with_a_sentence():
    data = animated(turning(), "png")  # 4 frames of 96 x 96, read and written
    most = Limits(max_pixels=10**6, max_frames=9, max_animation_pixels=8 * 96 * 96)
    assert opened(render(data, (WHOLE,), most).renditions[0].data).n_frames == 4
    less = Limits(max_pixels=10**6, max_frames=9, max_animation_pixels=8 * 96 * 96 - 1)
    assert reason_for(data, less) is Reason.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    ("profile", "canvases"), [(DISPLAY_P3, 1), (named(9, 16), 6)], ids=["Display P3", "PQ"]
)
def test_converting_the_colours_of_frames_counts(profile: bytes, canvases: int):
    data = animated(turning(), "webp", icc_profile=profile)
    counted = (8 + 4 * canvases) * 96 * 96
    most = Limits(max_pixels=10**6, max_frames=9, max_animation_pixels=counted)
    assert opened(render(data, (WHOLE,), most).renditions[0].data).n_frames == 4
    less = replace(most, max_animation_pixels=counted - 1)
    assert reason_for(data, less) is Reason.TOO_MANY_PIXELS


def test_frames_that_change_little_count_little():
    data = animations.gif(400, Strip("R" * 400), *[Strip("G", place) for place in range(20)])
    few = Limits(max_pixels=10**6, max_frames=30, max_animation_pixels=2 * (400 + 20 * 100))
    assert opened(render(data, (WHOLE,), few).renditions[0].data).n_frames == 21


def test_an_animation_without_animated_renditions_is_not_counted():
    data = animated(turning(), "png")
    none = Limits(max_pixels=10**6, max_frames=9, max_animation_pixels=1)
    still = Variant(name="v", width=50, formats=("jpeg",))
    assert render(data, (still,), none).renditions


def test_a_frame_larger_than_all_limits_is_rejected_before_it_is_decoded():
    data = animations.gif(4, Strip("RRRR"), Strip("GG"))
    place = data.rindex(b",") + 5
    huge = data[:place] + b"\xff\xff\xff\xff" + data[place + 4 :]
    assert reason_for(huge) is Reason.TOO_MANY_PIXELS


def test_a_canvas_beyond_4k_is_rejected_before_it_is_decoded():
    data = animations.webp(4, Strip("RRRR"), Strip("GG"))
    size = data.index(b"VP8X") + 12
    huge = data[:size] + (16_000).to_bytes(3, "little") + (600).to_bytes(3, "little")
    assert reason_for(huge + data[size + 6 :]) is Reason.TOO_MANY_PIXELS


_PEAK = """
import resource, sys
from msgspec.structs import replace
from PIL import Image
from chalicelib.imaging import Limits, render
from chalicelib.model.variants import Variant
data = open(sys.argv[1], "rb").read()
limits = Limits(max_pixels=10**7, max_frames=1000, max_animation_pixels=10**9)
render(data, (Variant(name="v", width=640),), limits)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak(frames: int, path: Path) -> int:
    """Peak memory, in megabytes, of rendering this many frames of 640x480 pixels."""
    pictures = [Image.new("RGB", (640, 480), (place, 0, 0)) for place in range(0, 4 * frames, 4)]
    path.write_bytes(animated([picture.convert("P") for picture in pictures], "gif"))
    command = [sys.executable, "-c", _PEAK, str(path)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_memory_does_not_grow_with_the_frames(tmp_path: Path):
    # A frame of this size takes 1.2 MB.
    assert peak(60, tmp_path / "long.gif") - peak(6, tmp_path / "short.gif") < 10


SEEDS = [
    animated(sprite(3), kind, **options) for kind in KINDS for options in ({}, {"loop": 2})
] + [
    animations.apng(6, Strip("RRRR"), Strip("GG", 2, "restore"), hidden="BBBBBB"),
    animations.gif(4, Strip("RRRR"), Strip("GGGG", 2), repeats=1),
    animations.webp(4, Strip("RRRR"), Strip("GG", 2, "clear", blended=False)),
]


SMALL = (
    Variant(name="a", width=16, height=16),
    Variant(name="b", width=8, height=8, fit="cover", formats=("original", "webp")),
)


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(mutated(SEEDS, front=120))
def test_mutated_animations_are_rendered_or_rejected(data: bytes):
    limits = Limits(max_pixels=1_000_000, max_frames=50, max_animation_pixels=10_000_000)
    with suppress(Rejection):
        render(data, SMALL, limits)


def test_a_function_with_little_memory_accepts_only_smaller_frames():
    data = animated(turning(), "png")  # 96 x 96 pixels
    little = Limits(max_pixels=10**6, max_frames=9, megabytes=251)
    assert reason_for(data, little) is Reason.TOO_MANY_PIXELS
    still = Variant(name="v", width=50, formats=("png",))
    enough = Limits(max_pixels=10**6, max_frames=9, megabytes=252)
    assert render(data, (WHOLE, still), enough).renditions
