"""Gain maps are found whatever wrote them, and a broken one never harms the photo."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.imaging.formats import jpeg
from chalicelib.imaging.gain_map import FoundGainMap, GainMapFault, find
from chalicelib.imaging.gain_map.metadata import Channel, Metadata, read_iso, write_iso
from chalicelib.imaging.gain_map.writing import overhead, with_gain_map
from chalicelib.imaging.gain_map.xmp import of_gain_map, read
from tests.imaging.hdr_files import (
    COLOURED,
    URN,
    VIDEO,
    Gains,
    apple,
    apple_exif,
    apple_photo,
    container,
    described,
    glow,
    hdr_photo,
    hdrgm,
    iso,
    packet,
    segment,
    sky,
    with_segments,
)
from tests.imaging.mutations import mutated
from tests.imaging.samples import saved

PHOTO = saved(sky(), "jpeg", quality=90)


def found(data: bytes) -> FoundGainMap:
    gain_map = find(data, jpeg.inspect(data))
    assert gain_map
    return gain_map


def fault(data: bytes) -> str:
    with pytest.raises(GainMapFault) as caught:
        find(data, jpeg.inspect(data))
    return caught.value.fault


def channels(gains: Gains) -> list[tuple[float, ...]]:
    """The fields of each channel."""
    count = max(map(len, gains[:5]))
    return [tuple(field[n % len(field)] for field in gains[:5]) for n in range(count)]


def assert_means(gain_map: FoundGainMap, gains: Gains) -> None:
    assert gain_map.metadata.hdr_headroom == pytest.approx(gains.headroom, abs=1e-3)
    for got, expected in zip(gain_map.metadata.channels, channels(gains), strict=True):
        assert tuple(got) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("gains", [Gains(), COLOURED], ids=["one channel", "three"])
@pytest.mark.parametrize(
    ("form", "of"),
    [
        ("iso", lambda gains: segment(0xE2, URN + iso(gains))),
        ("iso", lambda gains: segment(0xE2, URN + iso(gains, common=True))),
        ("xmp", hdrgm),
    ],
    ids=["ISO 21496-1", "ISO 21496-1 with one denominator", "XMP"],
)
def test_a_gain_map_is_read_by_its_metadata(form: str, of: object, gains: Gains) -> None:
    gain_map = found(PHOTO + described(glow(), of(gains)))  # type: ignore[operator]
    assert gain_map.form == form
    assert (gain_map.info.width, gain_map.info.height) == (100, 75)
    assert_means(gain_map, gains)


def test_iso_metadata_counts_before_xmp() -> None:
    second = described(glow(), hdrgm(Gains(high=(1.0,))), segment(0xE2, URN + iso()))
    assert_means(found(PHOTO + second), Gains())


def test_xmp_counts_if_the_iso_metadata_is_malformed() -> None:
    second = described(glow(), hdrgm(), segment(0xE2, URN + iso()[:20]))
    gain_map = found(PHOTO + second)
    assert gain_map.form == "xmp"
    assert_means(gain_map, Gains())


@pytest.mark.parametrize("indexed", [True, False], ids=["indexed", "not indexed"])
@pytest.mark.parametrize("end", [b"", VIDEO], ids=["photo", "motion photo"])
def test_a_gain_map_is_found_with_and_without_an_index(indexed: bool, end: bytes) -> None:
    assert_means(found(hdr_photo(indexed=indexed) + end), Gains())


def test_a_gain_map_is_found_by_its_length_from_the_end_of_a_motion_photo() -> None:
    second = described(glow(), hdrgm())
    gap = b"\0" * 100_000
    photo = with_segments(PHOTO, container(len(second), video=len(VIDEO)))
    assert_means(found(photo + gap + second + VIDEO), Gains())


def test_a_gain_map_is_found_behind_another_picture() -> None:
    assert_means(found(PHOTO + PHOTO + described(glow(), hdrgm())), Gains())


def test_an_index_that_was_not_corrected_does_not_matter() -> None:
    data = hdr_photo()
    moved = with_segments(data, segment(0xFE, b"a program added this"))
    assert_means(found(moved), Gains())


def test_a_jpeg_without_a_gain_map_has_none() -> None:
    for data in (PHOTO, PHOTO + VIDEO, PHOTO + PHOTO):
        assert find(data, jpeg.inspect(data)) is None


@pytest.mark.parametrize(
    ("headroom", "gain", "stops"),
    [
        ((1519, 1000), (0, 1), 3.0),
        ((3, 2), (1, 2), 2.303 - 0.303 / 2),
        ((1, 2), (0, 1), 1.8),
        ((1, 2), (1, 1), 1.601 - 0.101),
    ],
)
def test_apples_headroom_is_in_the_makers_note(
    headroom: tuple[int, int], gain: tuple[int, int], stops: float
) -> None:
    gain_map = found(apple_photo(apple_exif(headroom, gain)))
    assert gain_map.form == "apple"
    assert gain_map.metadata.hdr_headroom == pytest.approx(stops)


def test_newer_gain_maps_of_apples_say_how_many_times_white_they_reach() -> None:
    gain_map = found(apple_photo(apple_exif((2, 1), (0, 1)), headroom=4.5))
    assert gain_map.metadata.hdr_headroom == pytest.approx(math.log2(4.5))


def test_a_gain_map_of_apples_without_headroom_is_unsupported() -> None:
    assert fault(PHOTO + described(glow(), apple())) == "unsupported"


TWO = "<hdrgm:Gamma><rdf:Seq><rdf:li>1</rdf:li><rdf:li>2</rdf:li></rdf:Seq></hdrgm:Gamma>"
NARROW = saved(glow(100, 40), "jpeg")
BROKEN = {
    "no end": described(glow(), hdrgm())[:-40],
    "not a number": described(glow(), packet('hdrgm:GainMapMax="bright"')),
    "infinite": described(glow(), packet('hdrgm:GainMapMax="inf" hdrgm:HDRCapacityMax="2"')),
    "upside down": described(glow(), hdrgm(Gains(low=(4.0,)))),
    "two channels": described(glow(), packet('hdrgm:GainMapMax="2"', TWO)),
    "another shape": with_segments(NARROW, hdrgm()),
    "larger than the photo": described(glow(800, 600), hdrgm()),
    "denominator of zero": described(glow(), segment(0xE2, URN + iso(denominator=0))),
    "cut metadata": described(glow(), segment(0xE2, URN + iso()[:30])),
}


@pytest.mark.parametrize("second", BROKEN.values(), ids=BROKEN)
def test_a_broken_gain_map_is_malformed(second: bytes) -> None:
    assert fault(PHOTO + second) == "malformed"


@pytest.mark.parametrize(
    "second",
    [
        described(glow(), hdrgm(extra='hdrgm:BaseRenditionIsHDR="True"')),
        described(glow(), segment(0xE2, URN + b"\0\1" + iso()[2:])),
        described(glow(), segment(0xE2, URN + iso()[:4] + b"\x44" + iso()[5:])),
        described(glow(), hdrgm()).replace(b"\xff\xc0\x00\x0b\x08", b"\xff\xc1\x00\x0b\x0c"),
    ],
    ids=["the photo is HDR by XMP", "a later version", "the photo is HDR by ISO", "12 bits"],
)
def test_a_gain_map_of_another_kind_is_unsupported(second: bytes) -> None:
    assert fault(PHOTO + second) == "unsupported"


@pytest.mark.parametrize(
    "announced",
    [container(1_000), packet('hdrgm:Version="1.0"'), segment(0xE2, URN + bytes(4))],
    ids=["container", "XMP", "ISO"],
)
def test_a_gain_map_that_a_program_removed_is_missing(announced: bytes) -> None:
    assert fault(with_segments(PHOTO, announced)) == "missing"


def test_a_document_type_in_xmp_is_not_read() -> None:
    bomb = packet('hdrgm:Version="1.0"').replace(b"<x:xmpmeta", b"<!DOCTYPE x []><x:xmpmeta", 1)
    bomb = segment(0xE1, bomb[4:])
    data = with_segments(PHOTO, bomb)
    assert find(data, jpeg.inspect(data)) is None


SEEDS = [
    hdr_photo(sky(64, 48), described(glow(32, 24), hdrgm(COLOURED), segment(0xE2, URN + iso()))),
    hdr_photo(sky(64, 48), described(glow(32, 24), hdrgm())) + VIDEO[:500],
    apple_photo(apple_exif((3, 2), (0, 1)))[:4_000] + described(glow(32, 24), apple()),
]


@settings(max_examples=200, deadline=None)
@given(mutated(SEEDS, 1_600))
def test_damage_leads_to_a_gain_map_or_a_fault_and_to_nothing_else(data: bytes) -> None:
    try:
        info = jpeg.inspect(data)
    except Exception:
        return
    try:
        gain_map = find(data, info)
    except GainMapFault:
        return
    if gain_map:
        assert gain_map.metadata.hdr_headroom > gain_map.metadata.sdr_headroom >= 0
        assert gain_map.info.width <= info.width


def test_a_bounded_number_of_places_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    item = b'<q xmlns:i="http://ns.google.com/photos/1.0/container/item/" i:Semantic="GainMap"/>'
    items = container(10).replace(b"</rdf:Seq>", item * 60 + b"</rdf:Seq>")
    items = segment(0xE1, items[4:])
    data = with_segments(PHOTO, items) + PHOTO * 200
    info = jpeg.inspect(data)
    looked_at: list[int] = []
    segments = jpeg.segments

    def counted(data: bytes, start: int = 0, *rest: int) -> object:
        looked_at.append(start)
        return segments(data, start, *rest)

    monkeypatch.setattr(jpeg, "segments", counted)
    assert fault(data) == "missing"
    assert info.end in looked_at
    assert len(looked_at) <= 60


numbers = st.floats(-30, 30).map(lambda number: round(number, 5))
positive = st.floats(0.02, 90).map(lambda number: round(number, 5))
CHANNELS = st.builds(
    lambda ends, gamma, sdr, hdr: Channel(min(ends), max(ends), gamma, sdr, hdr),
    st.tuples(numbers, numbers), positive, positive, positive,
)  # fmt: skip
METADATA = st.builds(
    lambda channels, low, more: Metadata(tuple(channels), low, low + more),
    st.lists(CHANNELS, min_size=1, max_size=3).filter(lambda found: len(found) != 2),
    st.floats(0, 4),
    st.floats(0.1, 20),
)


@given(METADATA)
def test_what_is_written_by_iso_21496_is_read_again(metadata: Metadata) -> None:
    again = read_iso(write_iso(metadata))
    assert again.hdr_headroom == pytest.approx(metadata.hdr_headroom, abs=1e-5)
    for got, expected in zip(again.channels, metadata.channels, strict=True):
        assert tuple(got) == pytest.approx(tuple(expected), abs=1e-5)


@given(METADATA)
def test_what_is_written_as_xmp_is_read_again(metadata: Metadata) -> None:
    packet = read(of_gain_map(metadata))
    assert packet.describes
    again = packet.metadata()
    assert again.hdr_headroom == pytest.approx(metadata.hdr_headroom, abs=1e-5)
    expected = metadata.channels if len(again.channels) > 1 else metadata.channels[:1]
    for got, channel in zip(again.channels, expected, strict=True):
        assert tuple(got) == pytest.approx(tuple(channel), abs=1e-5)


@given(METADATA)
def test_the_neutral_level_is_the_one_that_changes_least(metadata: Metadata) -> None:
    for channel in metadata.channels:

        def stops(level: int, channel: Channel = channel) -> float:
            share = (level / 255) ** (1 / channel.gamma)
            return channel.low + (channel.high - channel.low) * share

        least = min(abs(stops(level)) for level in range(256))
        step = max(
            abs(stops(min(255, channel.neutral + 1)) - stops(channel.neutral)),
            abs(stops(max(0, channel.neutral - 1)) - stops(channel.neutral)),
        )
        assert abs(stops(channel.neutral)) <= least + step


def test_a_written_file_has_both_forms_and_both_indices() -> None:
    metadata = Metadata((Channel(0.0, 2.0),), 0.0, 2.0)
    second = saved(glow(), "jpeg")
    data = with_gain_map(PHOTO, second, metadata)
    assert len(data) - len(PHOTO) - len(second) == pytest.approx(overhead(metadata), abs=4)
    assert data.count(URN) == 2
    gain_map = found(data)
    assert gain_map.form == "iso"
    assert bytes(gain_map.info.body) == second
    for without in (URN, b"hdr-gain-map"):
        assert found(data.replace(without, without[::-1])).metadata == metadata
