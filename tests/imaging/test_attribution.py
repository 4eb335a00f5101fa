"""Creator and copyright notice: kept on request, without any other metadata."""

import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from chalicelib.imaging import render
from chalicelib.imaging.attribution import Attribution, exif_of, read_attribution
from chalicelib.imaging.encoding import encode
from chalicelib.imaging.formats import CONTAINERS
from chalicelib.imaging.formats.file_info import Metadata
from chalicelib.model.formats import InputFormat, OutputFormat
from chalicelib.model.variants import Variant
from tests.imaging.samples import LIMITS, chunk, opened, saved, scene

ALL = ("webp", "avif", "jpeg", "png")
KINDS: tuple[InputFormat, ...] = ("jpeg", "png", "webp", "avif", "heic", "tiff")
ARTIST, COPYRIGHT, GPS = 315, 33_432, 0x8825
NAMED = Attribution("Zoë 日本", "© 2026 Zoë")
BLOCK = exif_of(*NAMED)
PIXELS = scene(64, 48)

PACKET = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
  xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/">
<rdf:Description rdf:about="" exif:GPSLatitude="48,12.57N" exif:GPSLongitude="16,22.03E">{}
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""
PROPERTIES = (
    "<dc:creator><rdf:Seq><rdf:li>Zoë 日本</rdf:li></rdf:Seq></dc:creator><dc:rights><rdf:Alt>"
    '<rdf:li xml:lang="de">Rechte</rdf:li><rdf:li xml:lang="x-default">© 2026 Zoë</rdf:li>'
    "</rdf:Alt></dc:rights>"
)


def exif(creator: bytes = b"", notice: bytes = b"") -> Image.Exif:
    """An EXIF block with a camera and a position, too."""
    block = Image.Exif()
    block[0x010F] = "SecretCameraMaker"
    block.get_ifd(GPS).update({1: "N", 2: (48.0, 12.0, 34.0), 3: "E", 4: (16.0, 22.0, 2.0)})
    block.update({tag: text for tag, text in ((ARTIST, creator), (COPYRIGHT, notice)) if text})
    return block


def packet(properties: str = PROPERTIES) -> bytes:
    return PACKET.format(properties).encode()


def in_mode(mode: str) -> Image.Image:
    image = PIXELS.convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


def holding(kind: str, xmp: bytes = b"", iptc: bytes = b"", **options: object) -> bytes:
    """A picture of `kind` with metadata, placed as that format requires."""
    if kind == "tiff":
        block = options.pop("exif", Image.Exif())
        block.update({tag: text for tag, text in ((700, xmp), (33_723, iptc)) if text})  # type: ignore[attr-defined]
        return saved(PIXELS, kind, exif=block, **options)
    if kind != "png":
        return saved(PIXELS, kind, **options, **({"xmp": xmp} if xmp else {}))
    data = saved(PIXELS, kind, **options)
    text = chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(xmp))
    return data[:33] + text + data[33:]


def data_sets(*sets: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack(">BBBH", 28, 2, number, len(text)) + text for number, text in sets)


def in_photoshop(iptc: bytes) -> bytes:
    """A JPEG with IPTC after another Photoshop resource."""
    resources = b"8BIM" + struct.pack(">HxxI", 0x03ED, 3) + b"abc\x00"
    resources += b"8BIM" + struct.pack(">HxxI", 0x0404, len(iptc)) + iptc
    content = b"Photoshop 3.0\x00" + resources
    data = saved(PIXELS, "jpeg")
    return data[:2] + b"\xff\xed" + struct.pack(">H", 2 + len(content)) + content + data[2:]


@pytest.mark.parametrize("kind", KINDS)
def test_attribution_is_read_from_exif(kind: InputFormat) -> None:
    block = exif(NAMED.creator.encode(), NAMED.copyright.encode())
    assert read_attribution(kind, saved(PIXELS, kind, exif=block)) == NAMED


@pytest.mark.parametrize("kind", KINDS)
def test_attribution_is_read_from_xmp(kind: InputFormat) -> None:
    assert read_attribution(kind, holding(kind, packet())) == NAMED


def test_attribution_is_read_from_iptc() -> None:
    sets = data_sets((80, "Zoë 日本".encode()), (90, b"Vienna"), (116, "© 2026 Zoë".encode()))
    assert read_attribution("jpeg", in_photoshop(sets)) == NAMED
    assert read_attribution("tiff", holding("tiff", iptc=sets)) == NAMED


def test_creator_and_copyright_may_come_from_different_blocks() -> None:
    creator = "<dc:creator><rdf:Seq><rdf:li>Ana</rdf:li></rdf:Seq></dc:creator>"
    data = saved(PIXELS, "jpeg", exif=exif(b"Anna", b"(c) Ana"), xmp=packet(creator))
    assert read_attribution("jpeg", data) == Attribution("Ana", "(c) Ana")


def test_several_creators_are_all_named() -> None:
    creators = "<dc:creator><rdf:Seq><rdf:li>Ana</rdf:li><rdf:li>Bo</rdf:li></rdf:Seq></dc:creator>"
    assert read_attribution("webp", holding("webp", packet(creators))).creator == "Ana; Bo"
    assert (
        read_attribution("jpeg", in_photoshop(data_sets((80, b"A"), (80, b"B")))).creator == "A; B"
    )


def test_text_that_is_not_utf_8_is_read_as_latin_1() -> None:
    data = saved(PIXELS, "jpeg", exif=exif("Zoë".encode("latin-1")))
    assert read_attribution("jpeg", data).creator == "Zoë"


def test_a_photographers_and_an_editors_copyright_are_both_kept() -> None:
    data = saved(PIXELS, "jpeg", exif=exif(notice=b"Ana\x00Bo\x00"))
    assert read_attribution("jpeg", data).copyright == "Ana; Bo"


def test_text_is_one_line_without_control_characters_and_of_bounded_length() -> None:
    named = read_attribution(
        "jpeg", saved(PIXELS, "jpeg", exif=exif(b"A\x1b[31m\n\tB\x07" + b"x" * 5000))
    )
    assert named.creator.startswith("A[31m Bxx")
    assert len(named.creator) == 1000


def rules() -> tuple[Variant, ...]:
    return (Variant(name="v", width=50, formats=ALL), Variant(name="w", width=64, formats=ALL))


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_gps_position_never_leaks(kind: InputFormat, keep: bool) -> None:
    data = holding(kind, packet(), exif=exif(b"Ana", b"(c) Ana"))
    assert b"SecretCameraMaker" in data
    for made in render(data, rules(), LIMITS, keep_credits=keep).renditions:
        image = opened(made.data)
        assert set(image.getexif()) == ({ARTIST, COPYRIGHT} if keep else set())
        assert not image.getexif().get_ifd(GPS)
        assert not {"xmp", "icc_profile", "comment"} & set(image.info)
        assert not any(word in made.data for word in (b"Secret", b"GPS", b"Rechte", b"rdf"))


@pytest.mark.parametrize("kind", KINDS)
def test_kept_attribution_is_in_every_rendition(kind: InputFormat) -> None:
    picture = render(holding(kind, packet()), rules(), LIMITS, keep_credits=True)
    for made in picture.renditions:
        tags = opened(made.data).getexif()
        assert tags[ARTIST].encode("latin-1").decode() == NAMED.creator
        assert tags[COPYRIGHT].encode("latin-1").decode() == NAMED.copyright


def test_an_original_that_is_served_has_its_attribution_too() -> None:
    poor = saved(scene(300, 200), "jpeg", quality=20)
    named = CONTAINERS["jpeg"].with_metadata(poor, Metadata(exif_of("Ana", "")))
    (made,) = render(named, (Variant(name="v", width=300),), LIMITS, keep_credits=True).renditions
    assert made.data == named


def test_an_original_that_is_served_has_no_metadata_but_its_attribution() -> None:
    poor = saved(scene(300, 200), "jpeg", quality=20, exif=exif(b"Ana"), xmp=packet(""))
    (made,) = render(poor, (Variant(name="v", width=300),), LIMITS, keep_credits=True).renditions
    assert made.format == "jpeg"
    assert dict(opened(made.data).getexif()) == {ARTIST: "Ana"}
    assert b"GPS" not in made.data


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("output", ALL)
def test_attribution_changes_no_pixel_of_an_encoded_file(output: OutputFormat, mode: str) -> None:
    image = in_mode(mode).convert("RGBa") if mode == "RGBA" else in_mode(mode)
    plain, attributed = (
        encode(image, output, 82, "#ffffff", metadata=Metadata(exif)) for exif in (b"", BLOCK)
    )
    assert read_attribution(output, attributed) == NAMED
    assert opened(attributed).mode == opened(plain).mode
    assert opened(attributed).tobytes() == opened(plain).tobytes()


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("jpeg", "L", {}),
        ("jpeg", "RGB", {"progressive": True}),
        ("jpeg", "CMYK", {}),
        ("png", "P", {}),
        ("png", "RGBA", {}),
        *(
            ("webp", mode, {"lossless": lossless})
            for mode in ("RGB", "RGBA")
            for lossless in (False, True)
        ),
    ],
)
def test_attribution_changes_no_pixel_of_an_original_that_is_served(
    kind: InputFormat, mode: str, options: dict[str, Any]
) -> None:
    data = saved(in_mode(mode), kind, **options)
    attributed = CONTAINERS[kind].with_metadata(data, Metadata(BLOCK))
    assert read_attribution(kind, attributed) == NAMED
    assert opened(attributed).mode == opened(data).mode
    assert opened(attributed).tobytes() == opened(data).tobytes()


def animation(**options: Any) -> bytes:
    """An animated WebP of two pictures."""
    turned = [PIXELS.rotate(90)]
    return saved(PIXELS, "webp", save_all=True, append_images=turned, duration=70, **options)


@pytest.mark.parametrize("width", [32, 64])
def test_an_animation_has_its_attribution_once_and_all_its_frames(width: int) -> None:
    variant = Variant(name="v", width=width)
    (made,) = render(animation(exif=exif(b"Ana")), (variant,), LIMITS, keep_credits=True).renditions
    image = opened(made.data)
    assert (image.n_frames, dict(image.getexif())) == (2, {ARTIST: "Ana"})  # type: ignore[attr-defined]
    assert made.data.count(b"EXIF") == 1


def test_an_animation_in_which_nothing_moves_has_its_attribution_too() -> None:
    still = [PIXELS] * 2
    data = saved(still[0], "webp", save_all=True, append_images=still[1:], allow_mixed=True)
    data = CONTAINERS["webp"].with_metadata(data, Metadata(BLOCK))
    (made,) = render(data, (Variant(name="v", width=32),), LIMITS, keep_credits=True).renditions
    assert read_attribution("webp", made.data) == NAMED


def test_without_attribution_files_stay_unchanged() -> None:
    data = saved(PIXELS, "webp")
    assert exif_of("", "") == b""
    assert CONTAINERS["webp"].with_metadata(data, Metadata()) is data


@pytest.mark.parametrize("kind", ["avif", "heic"])
def test_metadata_of_another_item_is_ignored(kind: InputFormat) -> None:
    data = holding(kind, packet())
    place = data.index(b"cdsc") + 4
    (target,) = struct.unpack_from(">H", data, place + 4)
    other = data[: place + 4] + struct.pack(">H", target + 7) + data[place + 6 :]
    assert read_attribution(kind, other) == Attribution()


BOMB = "<!DOCTYPE b [<!ENTITY a 'aaaaaaaaaa'>{}]>".format(
    "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
)
OUTSIDE = '<!DOCTYPE b [<!ENTITY i SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("declared", [BOMB, OUTSIDE], ids=["billion laughs", "external entity"])
def test_xml_that_declares_entities_is_not_parsed(declared: str) -> None:
    creator = "<dc:creator><rdf:Seq><rdf:li>&i;</rdf:li></rdf:Seq></dc:creator>"
    hostile = declared.encode() + packet(creator).partition(b"?>\n")[2]
    assert read_attribution("webp", holding("webp", hostile)) == Attribution()


def test_a_text_bomb_in_a_png_is_not_decompressed() -> None:
    bomb = chunk(
        b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(bytes(60_000_000))
    )
    data = saved(PIXELS, "png")
    assert read_attribution("png", data[:33] + bomb + data[33:]) == Attribution()


def test_malformed_xmp_does_not_hide_exif() -> None:
    data = saved(PIXELS, "jpeg", exif=exif(b"Ana"), xmp=packet()[:200])
    assert read_attribution("jpeg", data).creator == "Ana"


SEEDS = [(kind, holding(kind, packet(), exif=exif(b"Ana", b"Bo"))) for kind in KINDS]
SEEDS.append(("jpeg", in_photoshop(data_sets((80, b"A"), (116, b"B")))))


@settings(max_examples=400)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=4)), max_size=6),
    st.integers(0, 4000),
)
def test_no_metadata_makes_reading_fail(
    seed: tuple[InputFormat, bytes], spots: list[tuple[int, bytes]], cut: int
) -> None:
    kind, data = seed[0], bytearray(seed[1])
    for start, content in spots:
        data[start : start + len(content)] = content
    named = read_attribution(kind, bytes(data if cut > 2000 else data[: 2 * cut]))
    assert all(len(text) <= 1000 and text.isprintable() for text in named)
