"""HEIF, and what AVIF shares with it: a picture that is one item, or a grid of many."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from chalicelib.errors import Reason
from chalicelib.imaging.containers.body import Body
from chalicelib.imaging.containers.boxes import Box, boxes, numbers
from chalicelib.imaging.containers.items import Items, items_of
from chalicelib.imaging.containers.profiles import named
from chalicelib.imaging.containers.survey import Broken, Survey
from chalicelib.imaging.verdicts import rejection

# Tiles may overhang, and layers may lie over each other; a file that needs more decoded lies.
_SLACK = 1 << 24  # pixels
_MOST_PARTS = 10_000
_DEEPEST = 4
_CODED = frozenset({b"hvc1", b"grid", b"iovl", b"iden"})
_ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")


def survey(data: bytes) -> Survey:
    """The survey of a HEIC; its body hides EXIF and XMP. Broken raised.

    The decoder turns it upright as the format's own rotation and mirror say,
    which rule; EXIF's orientation does not count. Rejection for other codings.
    """
    top = {box.name: box for box in reversed(boxes(data, 0, len(data)))}
    if b"meta" not in top and b"moov" in top:
        raise rejection(Reason.UNSUPPORTED_FORMAT, "HEIF video")
    if b"meta" not in top:
        raise Broken
    items = items_of(data, top[b"meta"])
    if items.types.get(items.primary) not in _CODED:
        raise rejection(Reason.UNSUPPORTED_FORMAT, "HEIF (other than HEIC)")
    width, height = size_of(data, items, items.primary)
    check_parts(data, items, lambda item: area_of(data, items, item))
    profile = profile_of(data, items)
    return Survey(Body(without_notes(data, items)), width, height, profile=profile)


def check_parts(data: bytes, items: Items, area: Callable[[int], int]) -> None:
    """Broken if the picture, or its opacity, is made of far more pixels (`area`) than it shows."""
    shown = area_of(data, items, items.primary)
    for whole in (items.primary, *_opacities(data, items)):
        parts = Counter(islice(_parts(items, whole, 0), _MOST_PARTS + 1))
        if parts.total() > _MOST_PARTS:
            raise Broken
        check_area(shown, sum(area(part) * times for part, times in parts.items()))


def check_area(shown: int, decoded: int) -> None:
    """Broken if far more pixels are to be `decoded` than are `shown`."""
    if decoded > 2 * shown + _SLACK:
        raise Broken


def size_of(data: bytes, items: Items, item: int) -> tuple[int, int]:
    """Width and height as the properties of `item` say them; zeros if they say none."""
    for found in items.properties.get(item, []):
        if found.name == b"ispe":
            width, height = numbers(data, ">II", found.start + 4)
            return width, height
    return 0, 0


def area_of(data: bytes, items: Items, item: int) -> int:
    """The pixels that the properties of `item` say."""
    width, height = size_of(data, items, item)
    return width * height


def profile_of(data: bytes, items: Items) -> bytes:
    """The profile that the picture's colours ask for by numbers; empty where it has its own."""
    found = [box for box in items.properties.get(items.primary, []) if box.name == b"colr"]
    numbered = [box for box in found if data[box.start : box.start + 4] == b"nclx"]
    if len(numbered) != 1 or len(found) > 1:
        return b""
    primaries, transfer = numbers(data, ">HH", numbered[0].start + 4)
    return named(primaries, transfer)


def without_notes(data: bytes, items: Items) -> bytes:
    """`data` without that EXIF and XMP belong to a picture: broken ones would fail the decoder."""
    hidden = bytearray(data) if items.notes else data
    if isinstance(hidden, bytearray):
        for place in items.notes:
            hidden[place : place + 4] = b"skip"
    return bytes(hidden)


def _opacities(data: bytes, items: Items) -> list[int]:
    return [
        source
        for (name, source), targets in items.references.items()
        if name == b"auxl"
        and items.primary in targets
        and any(_is_alpha(data, found) for found in items.properties.get(source, []))
    ]


def _is_alpha(data: bytes, box: Box) -> bool:
    return box.name == b"auxC" and data[box.start + 4 : box.end].startswith(_ALPHA)


def _parts(items: Items, item: int, depth: int) -> Iterator[int]:
    """The coded pictures that `item` is made of, each as often as it is used."""
    parts = items.references.get((b"dimg", item), [])
    if not parts:
        yield item
    elif depth == _DEEPEST:
        raise Broken
    for part in parts:
        yield from _parts(items, part, depth + 1)
