"""HDR photos as phones and programs write them, made by hand: JPEGs with gain maps."""

import struct
from functools import cache
from typing import NamedTuple

from PIL import Image

from tests.imaging.samples import saved, scene

HDRGM = "http://ns.adobe.com/hdr-gain-map/1.0/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMP = b"http://ns.adobe.com/xap/1.0/\x00"
URN = b"urn:iso:std:iso:ts:21496:-1\x00"
APPLE_MAP = "urn:com:apple:photo:2020:aux:hdrgainmap"
# The boxes at the start of a phone's MP4, and bytes that look like the start of a JPEG.
VIDEO = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + b"\0\0\x10\0mdat" + b"\xff\xd8\xff\xe0\0\x10" * 700


class Gains(NamedTuple):
    """What a gain map's levels mean; each one number, or three for red, green and blue."""

    low: tuple[float, ...] = (0.0,)
    high: tuple[float, ...] = (3.0,)
    gamma: tuple[float, ...] = (1.0,)
    sdr_offset: tuple[float, ...] = (1 / 64,)
    hdr_offset: tuple[float, ...] = (1 / 64,)
    headroom: float = 3.0


ONE = Gains()
COLOURED = Gains((-0.5, -0.25, 0.0), (3.0, 2.5, 2.0), (0.5, 0.75, 1.25))


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


def with_segments(data: bytes, *segments: bytes) -> bytes:
    """`data`, Pillow's, with segments behind its JFIF segment."""
    return data[:20] + b"".join(segments) + data[20:]


@cache
def sky(width: int = 400, height: int = 300) -> Image.Image:
    """A scene whose upper half is bright."""
    image = scene(width, height)
    light = Image.linear_gradient("L").rotate(180).resize(image.size)
    image.paste((235, 225, 240), mask=light)
    return image


def glow(width: int = 100, height: int = 75, mode: str = "L") -> Image.Image:
    """A gain map: the upper half shines."""
    ramp = Image.linear_gradient("L").rotate(180).resize((width, height))
    return ramp if mode == "L" else Image.merge("RGB", (ramp, ramp, ramp.rotate(180)))


def iso(gains: Gains = ONE, *, denominator: int = 1 << 16, common: bool = False) -> bytes:
    """The block of ISO 21496-1, without its URN."""
    channels = max(map(len, gains[:5]))
    rows = [[field[n % len(field)] for field in gains[:5]] for n in range(channels)]
    numbers = [0.0, gains.headroom, *(number for row in rows for number in row)]
    flags = 0x40 | (0x80 if channels > 1 else 0) | (8 if common else 0)
    integers = [round(number * denominator) for number in numbers]
    if common:
        fields = struct.pack(f">I{len(integers)}i", denominator, *integers)
    else:
        fields = b"".join(struct.pack(">iI", number, denominator) for number in integers)
    return struct.pack(">HHB", 0, 0, flags) + fields


def packet(attributes: str, content: str = "") -> bytes:
    """An XMP segment."""
    text = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">'
    text += f'<rdf:Description rdf:about="" xmlns:hdrgm="{HDRGM}" {attributes}>{content}'
    return segment(0xE1, XMP + f"{text}</rdf:Description></rdf:RDF></x:xmpmeta>".encode())


def hdrgm(gains: Gains = ONE, extra: str = "") -> bytes:
    """The XMP of a gain map, as lists where there are three numbers."""
    names = ("GainMapMin", "GainMapMax", "Gamma", "OffsetSDR", "OffsetHDR")
    fields = dict(zip(names, gains[:5], strict=True))
    attributes = "".join(f' hdrgm:{k}="{v[0]:g}"' for k, v in fields.items() if len(v) == 1)
    lists = "".join(
        f"<hdrgm:{k}><rdf:Seq>{''.join(f'<rdf:li>{n}</rdf:li>' for n in v)}</rdf:Seq></hdrgm:{k}>"
        for k, v in fields.items()
        if len(v) == 3
    )
    head = f'hdrgm:Version="1.0" hdrgm:HDRCapacityMax="{gains.headroom:g}" {extra}'
    return packet(head + attributes, lists)


def container(length: int, *, video: int = 0) -> bytes:
    """The XMP of a photo: what follows it, and how long that is."""
    items = [("Primary", 0), ("GainMap", length)] + ([("MotionPhoto", video)] if video else [])
    found = "".join(
        f'<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="{name}"'
        f' Item:Mime="image/jpeg" Item:Length="{size}"/></rdf:li>'
        for name, size in items
    )
    namespaces = 'xmlns:Container="http://ns.google.com/photos/1.0/container/"'
    namespaces += ' xmlns:Item="http://ns.google.com/photos/1.0/container/item/"'
    listed = f"<Container:Directory><rdf:Seq>{found}</rdf:Seq></Container:Directory>"
    return packet(f'{namespaces} hdrgm:Version="1.0"', listed)


def mpf(first: int, second: int, start: int) -> bytes:
    """An index of two pictures, little-endian as some phones write it; `start` is its segment's."""
    table = struct.pack("<H", 2) + struct.pack("<HHII", 0xB001, 4, 1, 2)
    table += struct.pack("<HHII", 0xB002, 7, 32, 38) + bytes(4)
    entries = struct.pack("<IIII", 0x030000, first, 0, 0)
    entries += struct.pack("<IIII", 0, second, first - start - 8, 0)
    return segment(0xE2, b"MPF\x00" + b"II*\x00\x08\x00\x00\x00" + table + entries)


def apple(headroom: float | None = None) -> bytes:
    """The XMP of Apple's gain map; files of older phones have the headroom in the maker's note."""
    said = "" if headroom is None else f"<a:HDRGainMapHeadroom>{headroom}</a:HDRGainMapHeadroom>"
    return packet(
        'xmlns:a="http://ns.apple.com/HDRGainMap/1.0/"'
        ' xmlns:p="http://ns.apple.com/pixeldatainfo/1.0/"',
        f"<p:AuxiliaryImageType>{APPLE_MAP}</p:AuxiliaryImageType>"
        f"<a:HDRGainMapVersion>65536</a:HDRGainMapVersion>{said}",
    )


def apple_exif(headroom: tuple[int, int], gain: tuple[int, int]) -> bytes:
    """EXIF with a maker's note of an iPhone, in an APP1 segment."""
    note = b"Apple iOS\x00\x00\x01MM" + struct.pack(">H", 2)
    note += struct.pack(">HHII", 0x21, 10, 1, 44) + struct.pack(">HHII", 0x30, 10, 1, 52)
    note += bytes(4) + struct.pack(">iiii", *headroom, *gain)
    block = b"MM\x00*" + struct.pack(">I", 8)
    block += struct.pack(">HHHIII", 1, 0x8769, 4, 1, 26, 0)
    block += struct.pack(">HHHIII", 1, 0x927C, 7, len(note), 44, 0)
    return segment(0xE1, b"Exif\x00\x00" + block + note)


def described(gain_map: Image.Image, *segments: bytes, quality: int = 90) -> bytes:
    return with_segments(saved(gain_map, "jpeg", quality=quality), *segments)


def hdr_photo(
    image: Image.Image | None = None,
    gain_map: bytes = b"",
    *,
    indexed: bool = True,
    **options: object,
) -> bytes:
    """A photo with a gain map by ISO 21496-1 and by XMP, and with both indices if `indexed`."""
    second = gain_map or described(glow(), hdrgm(), segment(0xE2, URN + iso()))
    options = {"quality": 90} | options
    photo = saved(image or sky(), "jpeg", **options)
    if not indexed:
        return photo + second
    photo = with_segments(photo, container(len(second)), segment(0xE2, URN + bytes(4)))
    length = len(photo) + len(mpf(100, 0, 0))
    return with_segments(photo, mpf(length, len(second), 20)) + second


def apple_photo(*segments: bytes, headroom: float | None = None) -> bytes:
    """A photo as an iPhone writes it: no index but MPF."""
    photo = with_segments(saved(sky(), "jpeg", quality=90), *segments)
    return photo + described(glow(), apple(headroom))
