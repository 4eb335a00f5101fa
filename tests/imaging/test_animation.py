"""Animated originals become animated WebPs; other formats show the first frame."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging import Limits, Rendered, render
from chalicelib.variants import Variant, Watermark, load_variants
from tests.imaging import films
from tests.imaging.films import Strip, animated, played, sprite
from tests.imaging.samples import (
    DISPLAY_P3,
    LIMITS,
    exif,
    opened,
    rendered,
    saved,
    scene,
)

KINDS = ("gif", "png", "webp")
WHOLE = Variant(name="whole", width=2000)


def only(data: bytes, variant: Variant = WHOLE) -> Rendered:
    (made,) = rendered(data, variant).renditions
    return made


PHOTO = scene(96, 96)


def turning(frames: int = 4) -> list[Image.Image]:
    """Photograph-like pictures, each quite another."""
    return [PHOTO.rotate(90 * turn) for turn in range(frames)]


def reason_for(data: bytes, limits: Limits = LIMITS) -> Reason:
    with pytest.raises(Rejection) as caught:
        render(data, (WHOLE,), limits)
    assert str(caught.value).endswith(".")
    return caught.value.reason


@pytest.mark.parametrize("kind", KINDS)
def test_an_animation_becomes_an_animated_webp(kind: str):
    made = only(animated(sprite(5), kind))
    assert (made.format, made.media_type, made.width, made.height) == ("webp", "image/webp", 64, 48)
    assert opened(made.data).n_frames == 5


@pytest.mark.parametrize("kind", KINDS)
def test_every_frame_shows_what_the_originals_did(kind: str):
    given = sprite(6)
    for (seen, milliseconds), expected in zip(
        played(only(animated(given, kind)).data), given, strict=True
    ):
        assert milliseconds == 50
        for spot in ((2, 20), *((6 + 4 * place, 24) for place in range(10))):
            wanted = expected.getpixel(spot)
            assert isinstance(wanted, tuple)
            pixel = seen.getpixel(spot)
            assert isinstance(pixel, tuple)
            assert abs(pixel[3] - wanted[3]) < 5
            assert all(abs(a - b) < 12 for a, b in zip(pixel, wanted, strict=True)) or pixel[3] < 5


@pytest.mark.parametrize("kind", KINDS)
def test_a_photograph_in_motion_looks_like_itself(kind: str):
    given = turning()
    pictures = played(only(animated(given, kind)).data)
    for (seen, _), expected in zip(pictures, given, strict=True):
        small, wanted = (one.convert("RGB").reduce(8) for one in (seen, expected))
        differences = [abs(a - b) for a, b in zip(small.tobytes(), wanted.tobytes(), strict=True)]
        assert sum(differences) / len(differences) < 6


@pytest.mark.parametrize(
    ("data", "plays"),
    [
        (films.gif(4, Strip("RRRR"), Strip("G")), 1),
        (films.gif(4, Strip("RRRR"), Strip("G"), repeats=0), 0),
        (films.gif(4, Strip("RRRR"), Strip("G"), repeats=1), 2),
        (films.gif(4, Strip("RRRR"), Strip("G"), repeats=65_535), 65_535),
        (films.apng(4, Strip("RRRR"), Strip("G"), plays=0), 0),
        (films.apng(4, Strip("RRRR"), Strip("G"), plays=3), 3),
        (films.apng(4, Strip("RRRR"), Strip("G"), plays=70_000), 65_535),
        (films.webp(4, Strip("RRRR"), Strip("G"), plays=0), 0),
        (films.webp(4, Strip("RRRR"), Strip("G"), plays=2), 2),
    ],
)
def test_it_is_played_as_often(data: bytes, plays: int):
    assert opened(only(data, Variant(name="v", width=3)).data).info["loop"] == plays


def test_every_frame_is_timed_and_what_is_alike_is_one_frame():
    data = films.gif(2, Strip("RR", time=3), Strip("RR", time=4), Strip("GG", time=5))
    assert [milliseconds for _, milliseconds in played(only(data).data)] == [70, 50]


def test_an_animation_in_which_nothing_moves_becomes_a_still():
    made = only(films.gif(4, Strip("RRRR"), Strip("RR", 1)))
    assert b"ANMF" not in made.data
    assert not getattr(opened(made.data), "is_animated", False)


def test_a_gif_of_one_frame_is_a_still():
    assert b"ANMF" not in only(films.gif(4, Strip("RRRR"), repeats=0)).data


def test_all_variants_move():
    big = [one.resize((1600, 1200)) for one in turning(2)]
    made = rendered(animated(big, "webp"), *load_variants()).renditions
    assert [(one.variant, one.width, one.height) for one in made] == [
        ("1080p", 1600, 1200),
        ("720p", 1280, 960),
        ("mobile", 640, 480),
        ("thumbnail", 200, 200),
    ]
    assert [opened(one.data).n_frames for one in made] == [2, 2, 2, 2]


def test_a_cover_crop_is_the_same_in_every_frame():
    wide = [Image.new("RGB", (300, 100), "red") for _ in range(3)]
    for one, colour in zip(wide, ("lime", "blue", "white"), strict=True):
        one.paste(colour, (100, 0, 200, 100))
    thumbnail = Variant(name="v", width=50, height=50, fit="cover")
    for seen, _ in played(only(animated(wide, "png"), thumbnail).data):
        red, green, blue, _ = seen.getpixel((2, 25))  # type: ignore[misc]
        assert max(green, blue) > 240, (red, green, blue)


@pytest.mark.parametrize("output", ["avif", "jpeg", "png"])
def test_other_formats_show_the_first_frame(output: str):
    pictures = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    made = only(animated(pictures, "gif"), Variant(name="v", width=20, formats=(output,)))
    image = opened(made.data)
    assert made.format == output
    assert getattr(image, "n_frames", 1) == 1
    red, _, blue = image.convert("RGB").getpixel((10, 10))  # type: ignore[misc]
    assert red > 200
    assert blue < 50


@pytest.mark.parametrize(("kind", "output"), [("gif", "jpeg"), ("png", "png"), ("webp", "webp")])
def test_original_is_the_first_frame_unless_it_is_webp(kind: str, output: str):
    made = only(animated(turning(), kind), Variant(name="v", width=50, formats=("original",)))
    assert made.format == output
    assert getattr(opened(made.data), "n_frames", 1) == (4 if kind == "webp" else 1)


def test_no_still_hides_the_animation():
    formats = ("avif", "webp", "jpeg", "png")
    data = animated(turning(), "gif")
    made = rendered(data, Variant(name="v", width=50, formats=formats)).renditions
    assert [one.format for one in made][:2] == ["webp", "jpeg"]
    assert len(made[1].data) < len(made[0].data)


def test_transparency_stays_and_a_wandering_sprite_leaves_no_trail():
    half = Variant(name="v", width=32)
    for place, (seen, _) in enumerate(played(only(animated(sprite(8), "gif"), half).data)):
        solid = seen.getchannel("A").point(lambda level: 255 * (level > 128)).getbbox()
        assert solid == (2 + 2 * place, 8, 10 + 2 * place, 16)


def test_a_half_transparent_animation_stays_so():
    pictures = sprite(4)
    for one in pictures:
        one.putalpha(one.getchannel("A").point(lambda level: level // 2))
    for place, (seen, _) in enumerate(played(only(animated(pictures, "png")).data)):
        alphas = [seen.getpixel((x, 24))[3] for x in range(64)]  # type: ignore[index]
        assert alphas == [127 * (4 + 4 * place <= x < 20 + 4 * place) for x in range(64)]


def test_a_watermark_lies_on_every_frame():
    mark = Watermark(file="blue.png", width=0.25, position="top-left", margin=0)
    blue = saved(Image.new("RGBA", (9, 9), "blue"), "png")
    variant = Variant(name="v", width=64, watermark=mark)
    picture = render(animated(turning(), "gif"), (variant,), LIMITS, {"blue.png": blue})
    for seen, _ in played(picture.renditions[0].data):
        red, green, strong, _ = seen.getpixel((6, 6))  # type: ignore[misc]
        assert strong > 200 > 60 > max(red, green)


def test_sharpening_is_for_every_frame():
    soft, crisp = (
        played(only(animated(turning(), "webp"), Variant(name="v", width=48, sharpen=amount)).data)
        for amount in (0.0, 1.0)
    )
    for (one, _), (other, _) in zip(soft, crisp, strict=True):
        assert one.tobytes() != other.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_no_metadata_leaks(kind: str):
    said = {"comment": b"SecretPlace", "xmp": b"<x>SecretPlace</x>"}
    block = {} if kind == "gif" else {"exif": exif(6, gps=True), "icc_profile": DISPLAY_P3}
    data = animated(turning(), kind, **said, **block)
    assert b"Secret" in data
    made = only(data)
    assert b"Secret" not in made.data
    assert not {"icc_profile", "exif", "xmp", "comment"} & set(opened(made.data).info)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_input_gives_the_same_bytes(kind: str):
    data = animated(turning(), kind)
    variants = (WHOLE, Variant(name="v", width=50, formats=("webp", "jpeg")))
    assert rendered(data, *variants) == rendered(data, *variants)


def test_the_preview_is_of_the_first_frame():
    pictures = [Image.new("RGB", (40, 40), colour) for colour in ("#c82814", "blue")]
    assert rendered(animated(pictures, "gif"), WHOLE).preview.color == "#c82814"


def poor(**options: object) -> bytes:
    return animated(turning(), "webp", quality=1, method=6, **options)


def test_a_small_clean_animation_is_served_itself():
    data = poor()
    assert only(data).data == data


def test_no_metadata_is_left_in_an_animation_that_is_served():
    data = poor(xmp=b"<x>SecretPlace</x>", exif=exif(1, gps=True))
    made = only(data)
    assert b"Secret" not in made.data
    assert made.data == poor()


def test_an_animated_png_that_is_smaller_is_served_itself():
    noise = Image.effect_noise((64, 64), 90).point(lambda level: 255 * (level > 128)).convert("1")
    given = [noise, noise.transpose(Image.Transpose.ROTATE_90)]
    data = saved(noise, "png", save_all=True, append_images=given[1:], optimize=True)
    made = only(data)
    assert (made.format, opened(made.data).n_frames) == ("png", 2)
    assert made.data == data


@pytest.mark.parametrize(
    "changes", [{"exif": exif(6)}, {"icc_profile": DISPLAY_P3}], ids=["turned", "wide colours"]
)
def test_an_animation_that_changes_is_made_anew(changes: dict[str, bytes]):
    data = poor(**changes)
    assert only(data).data != poor()


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_animation_is_corrupt(kind: str):
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
    data = films.gif(4, Strip("RRRR"), Strip("GGGG"))
    codes = films.lzw([1, 1, 1, 1])
    assert codes in data
    # A first code that is no colour.
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
    data = films.apng(4, Strip("RRRR"), Strip("GG"))
    assert old in data
    assert b"ANMF" not in only(data.replace(old, new)).data


def test_more_pixels_than_allowed_are_rejected_with_a_sentence():
    data = animated(turning(), "png")  # 4 frames of 96 x 96, read and written
    most = Limits(max_pixels=10**6, max_frames=9, max_animation_pixels=8 * 96 * 96)
    assert opened(render(data, (WHOLE,), most).renditions[0].data).n_frames == 4
    less = Limits(max_pixels=10**6, max_frames=9, max_animation_pixels=8 * 96 * 96 - 1)
    assert reason_for(data, less) is Reason.TOO_MANY_PIXELS


def test_what_changes_little_counts_little():
    data = films.gif(400, Strip("R" * 400), *[Strip("G", place) for place in range(20)])
    few = Limits(max_pixels=10**6, max_frames=30, max_animation_pixels=2 * (400 + 20 * 100))
    assert opened(render(data, (WHOLE,), few).renditions[0].data).n_frames == 21


def test_an_animation_that_nobody_asked_for_is_not_counted():
    data = animated(turning(), "png")
    none = Limits(max_pixels=10**6, max_frames=9, max_animation_pixels=1)
    still = Variant(name="v", width=50, formats=("jpeg",))
    assert render(data, (still,), none).renditions


def test_a_frame_larger_than_all_limits_is_rejected_before_it_is_decoded():
    data = films.gif(4, Strip("RRRR"), Strip("GG"))
    place = data.rindex(b",") + 5
    huge = data[:place] + b"\xff\xff\xff\xff" + data[place + 4 :]
    assert reason_for(huge) is Reason.TOO_MANY_PIXELS


def test_a_canvas_beyond_4k_is_rejected_before_it_is_decoded():
    data = films.webp(4, Strip("RRRR"), Strip("GG"))
    size = data.index(b"VP8X") + 12
    huge = data[:size] + (16_000).to_bytes(3, "little") + (600).to_bytes(3, "little")
    assert reason_for(huge + data[size + 6 :]) is Reason.TOO_MANY_PIXELS


_PEAK = """
import resource, sys
from PIL import Image
from chalicelib.imaging import Limits, render
from chalicelib.variants import Variant
data = open(sys.argv[1], "rb").read()
limits = Limits(max_pixels=10**7, max_frames=1000, max_animation_pixels=10**9)
render(data, (Variant(name="v", width=640),), limits)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak(frames: int, path: Path) -> int:
    """Megabytes that rendering so many frames of 640x480 takes at most."""
    pictures = [Image.new("RGB", (640, 480), (place, 0, 0)) for place in range(0, 4 * frames, 4)]
    path.write_bytes(animated([one.convert("P") for one in pictures], "gif"))
    command = [sys.executable, "-c", _PEAK, str(path)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_memory_does_not_grow_with_the_frames(tmp_path: Path):
    # A frame of this size takes 1.2 MB.
    assert peak(60, tmp_path / "long.gif") - peak(6, tmp_path / "short.gif") < 10


SEEDS = [
    animated(sprite(3), kind, **options) for kind in KINDS for options in ({}, {"loop": 2})
] + [
    films.apng(6, Strip("RRRR"), Strip("GG", 2, "restore"), hidden="BBBBBB"),
    films.gif(4, Strip("RRRR"), Strip("GGGG", 2), repeats=1),
    films.webp(4, Strip("RRRR"), Strip("GG", 2, "clear", blended=False)),
]
SMALL = (
    Variant(name="a", width=16, height=16),
    Variant(name="b", width=8, height=8, fit="cover", formats=("original", "webp")),
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), max_size=6),
    st.floats(0, 1),
)
def test_mutated_animations_are_rendered_or_rejected(
    seed: bytes, spots: list[tuple[float, bytes]], cut: float
):
    data = bytearray(seed)
    for place, content in spots:
        start = int(place * 120) if len(content) % 2 else int(place * len(data))
        data[start : start + len(content)] = content
    given = bytes(data if cut < 0.8 else data[: int(len(data) * cut)])
    limits = Limits(max_pixels=1_000_000, max_frames=50, max_animation_pixels=10_000_000)
    with suppress(Rejection):
        render(given, SMALL, limits)


def test_a_function_of_little_memory_takes_smaller_frames():
    data = animated(turning(), "png")  # 96 x 96 pixels
    little = Limits(max_pixels=10**6, max_frames=9, megabytes=251)
    assert reason_for(data, little) is Reason.TOO_MANY_PIXELS
    still = Variant(name="v", width=50, formats=("png",))
    enough = Limits(max_pixels=10**6, max_frames=9, megabytes=252)
    assert render(data, (WHOLE, still), enough).renditions
