"""Cameras' raw files: which of their JPEGs is read, and how."""

import re
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging import Limits, render
from chalicelib.imaging.attribution import read_attribution
from chalicelib.imaging.decoding import decode
from chalicelib.imaging.formats import CONTAINERS, raw_tiff
from chalicelib.imaging.formats.exif_colours import adobe_rgb, prophoto_rgb
from chalicelib.imaging.signatures import sniff
from chalicelib.model.formats import RawFormat
from chalicelib.model.variants import Variant
from tests.imaging import raws
from tests.imaging.raws import CFA, YCBCR, Directory, raw, tiff, with_jpeg
from tests.imaging.samples import (
    DISPLAY_P3,
    LIMITS,
    exif,
    four_corners,
    opened,
    rendered,
    saved,
    scene,
)

KINDS = sorted(raws.KINDS)
WITH_ORIENTATION = sorted(raws.KINDS - {"raf"})
LARGE = saved(scene(640, 480), "jpeg", quality=60)
SMALL = saved(four_corners(), "jpeg")


def size_of(data: bytes) -> tuple[int, int]:
    return tuple(decode(data, LIMITS, lambda size: size).size)


def refused(data: bytes, limits: Limits = LIMITS) -> Rejection:
    with pytest.raises(Rejection) as caught:
        rendered(data, limits=limits)
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
def test_the_renditions_of_a_raw_file_are_those_of_its_preview(kind: RawFormat) -> None:
    variants = (Variant(name="small", width=100, formats=("webp", "jpeg")),)
    of_raw = render(raw(kind, LARGE), variants, LIMITS)
    of_jpeg = render(LARGE, variants, LIMITS)
    assert of_raw.renditions == of_jpeg.renditions
    assert of_raw.embedded_bytes == len(LARGE)
    assert of_jpeg.embedded_bytes == 0


@pytest.mark.parametrize("name", raws.NOTES)
def test_previews_that_only_a_makers_note_describes_are_found(name: str) -> None:
    assert size_of(raws.with_note(name, LARGE)) == (640, 480)


@pytest.mark.parametrize("name", [b"PRVW", b"THMB"])
def test_the_small_jpegs_of_a_cr3_are_read_if_there_is_no_large_one(name: bytes) -> None:
    assert size_of(raws.cr3_with_small(SMALL, name)) == (96, 64)


def two(first: bytes, second: bytes, order: str = "<") -> bytes:
    """A NEF with two previews."""

    def make(start: int, _: int) -> bytes:
        sub = Directory({513: start + len(first), 514: len(second)})
        head = {254: 1, 271: b"NIKON\0", 513: start, 514: len(first)}
        return tiff(Directory(head, {330: [sub]}), order=order)

    return with_jpeg(make, first + second)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("pair", [(SMALL, LARGE), (LARGE, SMALL)], ids=["last", "first"])
def test_the_preview_with_most_pixels_is_read(pair: tuple[bytes, bytes], order: str) -> None:
    assert size_of(two(*pair, order)) == (640, 480)


def test_of_two_previews_of_one_size_the_larger_file_is_read() -> None:
    better = saved(scene(640, 480), "jpeg", quality=90)
    for pair in ((LARGE, better), (better, LARGE)):
        assert rendered(two(*pair)).embedded_bytes == len(better)


def test_a_smaller_preview_is_read_if_the_structure_of_the_larger_one_is_damaged() -> None:
    scan = LARGE.index(b"\xff\xda")
    endless = LARGE[:scan] + LARGE[scan : scan + 40] * 300 + LARGE[scan:]
    assert size_of(two(endless, SMALL)) == (96, 64)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_raw_file_whose_preview_is_cut_off_is_damaged(kind: RawFormat, share: float) -> None:
    data = raw(kind, LARGE)
    cut = data[: len(data) - round(share * len(LARGE))]
    assert refused(cut).reason is Reason.CORRUPT_IMAGE


def test_a_thumbnail_does_not_stand_for_a_preview_that_is_cut_off() -> None:
    data = two(SMALL, LARGE)
    assert refused(data[: -len(LARGE) // 2]).reason is Reason.CORRUPT_IMAGE


def test_a_screen_sized_preview_stands_for_a_larger_one_that_is_cut_off() -> None:
    data = two(LARGE, saved(scene(1200, 800), "jpeg"))
    assert size_of(data[:-10_000]) == (640, 480)


def lossless() -> bytes:
    """The beginning of a JPEG as cameras compress the sensor's data."""
    return re.sub(rb"\xff\xc0", b"\xff\xc3", saved(scene(900, 600), "jpeg"), count=1)


@pytest.mark.parametrize(
    "tags",
    [
        {259: 7, 262: CFA}, {259: 7, 262: 34892}, {259: 7, 262: 52527}, {259: 1, 262: YCBCR},
        {259: 34892, 262: YCBCR},
    ],
    ids=["sensor", "linear", "mask", "uncompressed", "lossy sensor"],
)  # fmt: skip
def test_a_jpeg_that_is_not_a_preview_is_ignored(tags: dict[int, int]) -> None:
    def make(start: int, length: int) -> bytes:
        sub = Directory({254: 1, 273: start, 279: length, **tags})
        return tiff(Directory({50706: 0x401, 271: b"Make\0"}, {330: [sub]}))

    assert refused(with_jpeg(make, LARGE)).reason is Reason.NO_PREVIEW


@pytest.mark.parametrize("kind", sorted(raws.KINDS))
def test_a_raw_file_with_lossless_jpegs_only_has_no_preview(kind: RawFormat) -> None:
    rejection = refused(raw(kind, lossless()))
    assert rejection.reason is Reason.NO_PREVIEW
    assert str(rejection) == (
        "This camera RAW file has no preview picture in it. Please export it as a JPEG, and "
        "upload that."
    )


@pytest.mark.parametrize("kind", WITH_ORIENTATION)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_raw_files_orientation_turns_a_preview_without_one(
    kind: RawFormat, orientation: int
) -> None:
    image = saved(four_corners(), "jpeg", quality=95)
    tagged = saved(four_corners(), "jpeg", quality=95, exif=exif(orientation))
    turned = decode(raw(kind, image, orientation=orientation), LIMITS, lambda size: size)
    expected = decode(tagged, LIMITS, lambda size: size)
    assert turned.size == expected.size
    assert turned.image.tobytes() == expected.image.tobytes()


@pytest.mark.parametrize("kind", WITH_ORIENTATION)
def test_the_previews_own_orientation_counts_before_the_raw_files(kind: RawFormat) -> None:
    preview = saved(four_corners(), "jpeg", quality=95, exif=exif(3))
    both = decode(raw(kind, preview, orientation=6), LIMITS, lambda size: size)
    assert both.image.tobytes() == decode(preview, LIMITS, lambda size: size).image.tobytes()


@pytest.mark.parametrize("own", [None, 1])
def test_a_preview_that_is_upright_already_is_not_turned_again(own: int | None) -> None:
    options = {"exif": exif(own)} if own else {}
    preview = saved(four_corners(64, 96), "jpeg", **options)
    assert size_of(raw("nef", preview, orientation=6)) == (64, 96)


def test_a_preview_that_says_it_is_upright_but_lies_on_its_side_is_turned() -> None:
    preview = saved(four_corners(96, 64), "jpeg", exif=exif(1))
    assert size_of(raw("nef", preview, orientation=6)) == (64, 96)


def colour_of(data: bytes) -> object:
    return decode(data, LIMITS, lambda size: size).image.getpixel((4, 4))


def flat(profile: bytes = b"") -> bytes:
    image = Image.new("RGB", (16, 16), (200, 100, 80))
    return saved(image, "jpeg", quality=100, **({"icc_profile": profile} if profile else {}))


@pytest.mark.parametrize(
    ("colours", "profile"),
    [(None, b""), (0, b""), (2, b""), (3, adobe_rgb()), (4, prophoto_rgb())],
    ids=["none", "unknown", "sRGB", "Adobe RGB", "ProPhoto RGB"],
)
def test_a_dng_states_the_colours_of_its_preview(colours: int | None, profile: bytes) -> None:
    data = raws.dng(flat(), {}, {} if colours is None else {50970: colours})
    assert colour_of(data) == colour_of(flat(profile))


def test_the_previews_own_profile_counts_before_the_raw_files() -> None:
    assert colour_of(raws.dng(flat(DISPLAY_P3), {}, {50970: 3})) == colour_of(flat(DISPLAY_P3))


@pytest.mark.parametrize(("space", "profile"), [(1, b""), (2, adobe_rgb()), (0xFFFF, adobe_rgb())])
def test_a_camera_that_is_not_set_to_srgb_is_set_to_adobe_rgb(space: int, profile: bytes) -> None:
    def make(start: int, length: int) -> bytes:
        head = {254: 1, 262: CFA, 271: b"NIKON\0", 513: start, 514: length}
        return tiff(Directory(head, {34665: [Directory({0xA001: space})]}))

    assert colour_of(with_jpeg(make, flat())) == colour_of(flat(profile))


@pytest.mark.parametrize("kind", WITH_ORIENTATION)
def test_a_raw_files_creator_is_read(kind: RawFormat) -> None:
    assert read_attribution(kind, raw(kind, SMALL, artist=b"Ann Other")).creator == "Ann Other"


def test_the_creator_in_a_raf_is_that_of_its_jpeg() -> None:
    block = Image.Exif()
    block[315] = "Ann Other"
    assert read_attribution("raf", saved(four_corners(), "raf", exif=block)).creator == "Ann Other"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("keep", [False, True])
def test_nothing_of_a_raw_file_but_its_creator_is_in_a_rendition(
    kind: RawFormat, keep: bool
) -> None:
    data = saved(scene(300, 200), kind, quality=20, exif=exif(6, gps=True))
    picture = render(data, (Variant(name="v", width=400),), LIMITS, keep_credits=keep)
    for made in picture.renditions:
        assert not set(opened(made.data).getexif()) - {274}
        assert b"SecretCameraMaker" not in made.data


def test_a_preview_that_is_lighter_than_its_rendition_is_served_itself() -> None:
    poor = saved(scene(300, 200), "jpeg", quality=20)
    (made,) = render(raw("cr2", poor), (Variant(name="v", width=300),), LIMITS).renditions
    assert (made.format, made.data) == ("jpeg", poor)


def test_the_original_format_of_a_raw_file_is_jpeg() -> None:
    variant = Variant(name="v", width=50, formats=("original",))
    assert rendered(raw("nef", LARGE), variant).renditions[0].format == "jpeg"


def test_raw_files_are_refused_if_they_are_switched_off() -> None:
    off = Limits(max_pixels=10**8, max_frames=1, allow_raw=False)
    rejection = refused(raw("arw", SMALL), off)
    assert rejection.reason is Reason.UNSUPPORTED_FORMAT
    assert str(rejection).startswith("Camera RAW files aren't accepted here;")


def test_a_big_tiff_whose_directory_is_beyond_any_file_is_corrupt() -> None:
    data = b"II+\0\x08\0\0\0" + b"\xff" * 8
    assert sniff(data) == "tiff"
    assert refused(data).reason is Reason.CORRUPT_IMAGE


def test_a_tiff_that_a_camera_wrote_is_a_tiff() -> None:
    assert sniff(saved(four_corners(), "tiff", tiffinfo={271: "NIKON CORPORATION"})) == "tiff"


def test_another_makers_raw_file_is_unsupported() -> None:
    data = tiff(Directory({254: 1, 271: b"Hasselblad\0"}, {330: [Directory({259: 1})]}))
    assert refused(data).reason is Reason.UNSUPPORTED_FORMAT


def test_a_directory_that_points_to_itself_is_read_once() -> None:
    data = bytearray(two(SMALL, LARGE))
    count = int.from_bytes(data[8:10], "little")
    following = 10 + 12 * count
    data[following : following + 4] = (8).to_bytes(4, "little")
    assert size_of(bytes(data)) == (640, 480)


def many(directories: int, previews: int) -> bytes:
    """Directories that all name the beginnings of endless JPEGs."""
    sub = [Directory({513: 1000 + place, 514: 1 << 25}) for place in range(previews)]
    first = Directory({254: 1, 271: b"NIKON\0"}, {330: sub[:16]})
    for _ in range(directories):
        first = Directory({254: 1, 271: b"NIKON\0"}, {330: sub[:16]}, first)
    return tiff(first) + b"\xff\xd8\xff\xe1" * 100_000


def test_the_number_of_previews_that_are_looked_at_is_bounded() -> None:
    assert len(raw_tiff.jpegs_of(many(15, 16))) == 64


@given(
    kind=st.sampled_from(KINDS),
    places=st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=4)), max_size=4),
    length=st.integers(0, 2_000),
)
def test_a_damaged_raw_file_has_a_preview_or_is_rejected(
    kind: RawFormat, places: list[tuple[int, bytes]], length: int
) -> None:
    data = bytearray(raw(kind, SMALL, orientation=6))
    for place, content in places:
        data[place : place + len(content)] = content
    with suppress(Rejection):
        assert all(size_of(bytes(data[: length + 1])))


@given(
    kind=st.sampled_from(KINDS),
    width=st.integers(1, 64),
    height=st.integers(1, 64),
    orientation=st.integers(1, 8),
)
def test_the_upright_size_is_the_previews_or_exchanges_its_sides(
    kind: RawFormat, width: int, height: int, orientation: int
) -> None:
    file = BytesIO()
    Image.new("RGB", (width, height)).save(file, "jpeg")
    info = CONTAINERS[kind].inspect(raw(kind, file.getvalue(), orientation=orientation), 1)
    assert (info.width, info.height) == (width, height)
    if kind != "raf" and width >= height:
        assert info.orientation == orientation
