"""HEIF, and what AVIF shares with it: a picture is one item, or a grid of items."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from chalicelib.errors import Reason
from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.cicp import is_hdr, named_video
from chalicelib.imaging.formats.file_info import FileInfo, MalformedFile
from chalicelib.imaging.formats.heif_items import Items, items_of
from chalicelib.imaging.formats.isobmff import Box, boxes, numbers
from chalicelib.imaging.rejections import rejection

# Tiles may overhang and layers may overlap; a file that needs more than this is malformed.
_SLACK = 1 << 24  # pixels
# CPU nanoseconds of a pixel, of a coded byte, and of each picture that this one consists of.
_COST, _COST_OF_BYTE, _COST_OF_PART = 50, 80, 400_000
_MOST_PARTS = 10_000
# Bytes of all parts together if the file has fewer: tiles may be the same ones.
_MOST_CODED = 1 << 26
_DEEPEST = 4
_USUAL_BITS = 8
_CODED = frozenset({b"hvc1", b"grid", b"iovl", b"iden"})
_ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")


def inspect(data: bytes) -> FileInfo:
    """The structure of a HEIC; its body hides EXIF and XMP. Raises MalformedFile.

    The decoder applies the format's own rotation and mirroring, which take precedence over
    EXIF's orientation. Rejection for other codecs.
    """
    top = {box.name: box for box in reversed(boxes(data, 0, len(data)))}
    if b"meta" not in top and b"moov" in top:
        raise rejection(Reason.UNSUPPORTED_FORMAT, "HEIF video")
    if b"meta" not in top:
        raise MalformedFile
    items = items_of(data, top[b"meta"])
    if items.types.get(items.primary) not in _CODED:
        raise rejection(Reason.UNSUPPORTED_FORMAT, "HEIF (other than HEIC)")
    width, height = size_of(data, items, items.primary)
    check_parts(data, items, lambda item: area_of(data, items, item))
    profile, peak = profile_of(data, items), peak_of(data, items)
    body = Body(without_metadata(data, items))
    cost = cost_of(data, items, _COST, is_hdr=is_hdr(profile))
    return FileInfo(body, width, height, profile=profile, peak=peak, cost=cost)


def check_parts(data: bytes, items: Items, area: Callable[[int], int]) -> None:
    """MalformedFile if picture or alpha consist of far more pixels (`area`) than are shown.

    Also if their parts are too many, or hold far more bytes than the file.
    """
    shown = area_of(data, items, items.primary)
    left = _MOST_PARTS
    for whole in (items.primary, *alpha_items(data, items)):
        parts = _counted(items, whole)
        left -= parts.total()
        if left < 0 or _coded(items, parts) > max(len(data), _MOST_CODED):
            raise MalformedFile
        check_area(shown, sum(area(part) * times for part, times in parts.items()))


def check_area(shown: int, decoded: int) -> None:
    """MalformedFile if far more pixels are to be `decoded` than are `shown`."""
    if decoded > 2 * shown + _SLACK:
        raise MalformedFile


def size_of(data: bytes, items: Items, item: int) -> tuple[int, int]:
    """Width and height by the properties of `item`; zeros if they have none."""
    for found in items.properties.get(item, []):
        if found.name == b"ispe":
            width, height = numbers(data, ">II", found.start + 4)
            return width, height
    return 0, 0


def area_of(data: bytes, items: Items, item: int) -> int:
    """The number of pixels by the properties of `item`."""
    width, height = size_of(data, items, item)
    return width * height


def profile_of(data: bytes, items: Items) -> bytes:
    """The ICC profile for the picture's CICP numbers; empty if it has a profile of its own."""
    found = _colours_of(items)
    numbered = [box for box in found if data[box.start : box.start + 4] == b"nclx"]
    if len(numbered) != 1 or len(found) > 1:
        return b""
    primaries, transfer = numbers(data, ">HH", numbered[0].start + 4)
    return named_video(primaries, transfer)


def has_colours(items: Items) -> bool:
    """Whether the picture's properties state its colours."""
    return bool(_colours_of(items))


def _colours_of(items: Items) -> list[Box]:
    return [box for box in items.properties.get(items.primary, []) if box.name == b"colr"]


def peak_of(data: bytes, items: Items) -> int:
    """The picture's brightest pixel in cd/m2 by its content light level; 0 if unknown."""
    for found in items.properties.get(items.primary, []):
        if found.name == b"clli":
            return numbers(data, ">H", found.start)[0]
    return 0


def cost_of(data: bytes, items: Items, usual: float, *, is_hdr: bool) -> float:
    """CPU nanoseconds of a pixel, of `usual` ones and by the number of bytes and parts.

    More with alpha, more than 8 bits, PQ or HLG.
    """
    alphas = alpha_items(data, items)
    parts = [_counted(items, whole) for whole in (items.primary, *alphas)]
    more = _COST_OF_BYTE * sum(_coded(items, found) for found in parts)
    more += _COST_OF_PART * sum(found.total() for found in parts)
    pixels = max(1, area_of(data, items, items.primary))
    is_deep = any(
        found.name == b"pixi" and max(_depths(data, found), default=0) > _USUAL_BITS
        for found in items.properties.get(items.primary, [])
    )
    return usual + 12 * bool(alphas) + 30 * is_deep + 35 * is_hdr + more / pixels


def alpha_items(data: bytes, items: Items) -> list[int]:
    """The alpha planes of the picture."""
    return [
        source
        for (name, source), targets in items.references.items()
        if name == b"auxl"
        and items.primary in targets
        and any(_is_alpha(data, found) for found in items.properties.get(source, []))
    ]


def without_metadata(data: bytes, items: Items) -> bytes:
    """`data` with EXIF and XMP detached from pictures: malformed ones would fail the decoder."""
    hidden = bytearray(data) if items.metadata else data
    if isinstance(hidden, bytearray):
        for position in items.metadata:
            hidden[position : position + 4] = b"skip"
    return bytes(hidden)


def _is_alpha(data: bytes, box: Box) -> bool:
    return box.name == b"auxC" and data.startswith(_ALPHA, box.start + 4, box.end)


def _depths(data: bytes, box: Box) -> bytes:
    """The bits of each channel by a `pixi` box."""
    return data[box.start + 5 : min(box.end, box.start + 5 + data[box.start + 4])]


def _counted(items: Items, whole: int) -> Counter[int]:
    """The coded pictures that an item consists of, at most one more than allowed."""
    return Counter(islice(_parts(items, whole, 0), _MOST_PARTS + 1))


def _coded(items: Items, parts: Counter[int]) -> int:
    """The bytes of all `parts`, of each as often as it is used."""
    return sum(
        times * sum(end - start for start, end in items.extents.get(part, []))
        for part, times in parts.items()
    )


def _parts(items: Items, item: int, depth: int) -> Iterator[int]:
    """The coded pictures that `item` consists of, each as often as it is used."""
    parts = items.references.get((b"dimg", item), [])
    if not parts:
        yield item
    elif depth == _DEEPEST:
        raise MalformedFile
    for part in parts:
        yield from _parts(items, part, depth + 1)
