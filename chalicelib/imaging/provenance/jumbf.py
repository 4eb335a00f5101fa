"""Reads JUMBF (ISO 19566-5): nested boxes with labels."""

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.formats.isobmff import Box, boxes

_HAS_LABEL = 0x02
_MOST = 10_000  # superboxes
_DEEPEST = 8


class Superbox(NamedTuple):
    """A labelled box: the first bytes of its type, the superboxes in it, and its other boxes."""

    label: str
    kind: bytes
    inner: list["Superbox"]
    content: list[Box]

    def first(self, *labels: str) -> "Superbox | None":
        """The first superbox in it with one of these labels."""
        return next((box for box in self.inner if box.label in labels), None)


def superboxes(data: bytes) -> list[Superbox]:
    """The superboxes in `data`; MalformedFile if they are malformed, too many or too deep."""
    return _superboxes(data, boxes(data, 0, len(data)), iter(range(_MOST)), 0)


def _superboxes(
    data: bytes, found: list[Box], numbers: Iterator[int], depth: int
) -> list[Superbox]:
    return [_superbox(data, box, numbers, depth) for box in found if box.name == b"jumb"]


def _superbox(data: bytes, box: Box, numbers: Iterator[int], depth: int) -> Superbox:
    if next(numbers, None) is None or depth > _DEEPEST:
        raise MalformedFile
    found = boxes(data, box.start, box.end)
    if not found or found[0].name != b"jumd":
        raise MalformedFile
    description = data[found[0].start : found[0].end]
    if len(description) < 17:
        raise MalformedFile
    label = b""
    if description[16] & _HAS_LABEL:
        label = description[17:].partition(b"\0")[0]
    return Superbox(
        label.decode("utf-8", "replace"),
        description[:4],
        _superboxes(data, found[1:], numbers, depth + 1),
        [inner for inner in found[1:] if inner.name not in (b"jumb", b"")],
    )
