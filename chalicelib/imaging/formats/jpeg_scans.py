"""Whether the scans of a JPEG describe a whole picture (ITU-T T.81, annexes A, B and G)."""

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.imaging.formats.file_info import MalformedFile

_SCAN, _RESTART_INTERVAL = 0xDA, 0xDD
_BASELINE, _EXTENDED, _PROGRESSIVE, _ARITHMETIC = 0xC0, 0xC1, 0xC2, (0xC9, 0xCA)
_FRAMES = frozenset({_BASELINE, _EXTENDED, _PROGRESSIVE, *_ARITHMETIC})
_COEFFICIENTS = 64  # of a block
_BLOCK = 8  # pixels
_RESTARTS = [bytes((0xFF, number)) for number in range(0xD0, 0xD8)]


class Segment(NamedTuple):
    """A segment: its marker's number, where its marker starts, and where its content ends."""

    marker: int
    start: int
    end: int


class _Frame(NamedTuple):
    """The size in pixels, and the horizontal and vertical sampling factors by component."""

    width: int
    height: int
    factors: dict[int, tuple[int, int]]


class _Scan(NamedTuple):
    """A scan's components, coefficients from `first` to `last`, and the bits it leaves out."""

    components: tuple[int, ...]
    first: int
    last: int
    bits_left: int


def is_incomplete(data: bytes, segments: Sequence[Segment]) -> bool:
    """Whether scans, or restart intervals of the last scan, are missing.

    `segments` are all of a picture's, in order; the last one is where it stops. An interval that
    is cut short is not found. MalformedFile if a segment is.
    """
    try:
        return _lacks_scans(data, segments) or _lacks_intervals(data, segments)
    except (IndexError, KeyError, ZeroDivisionError) as reason:
        raise MalformedFile from reason


def _lacks_scans(data: bytes, segments: Sequence[Segment]) -> bool:
    """Whether bits of a coefficient of any component are in no scan."""
    frame = _frame(data, segments)
    scans = [_scan(_content(data, segment)) for segment in segments if segment.marker == _SCAN]
    left = {(component, n) for component in frame.factors for n in range(_COEFFICIENTS)}
    for scan in scans:
        if not scan.bits_left:
            left -= {(c, n) for c in scan.components for n in range(scan.first, scan.last + 1)}
    return bool(left)


def _lacks_intervals(data: bytes, segments: Sequence[Segment]) -> bool:
    """Whether the last scan has fewer restarts than its number of blocks needs."""
    intervals = [s for s in segments if s.marker == _RESTART_INTERVAL]
    interval = int.from_bytes(_content(data, intervals[-1])[:2]) if intervals else 0
    if not interval:
        return False
    last = [segment for segment in segments if segment.marker == _SCAN][-1]
    units = _units(_frame(data, segments), _scan(_content(data, last)))
    restarts = sum(data.count(marker, last.end, segments[-1].start) for marker in _RESTARTS)
    return restarts < _rounded_up(units, interval) - 1


def _units(frame: _Frame, scan: _Scan) -> int:
    """The number of minimum coded units of a scan (T.81, A.2)."""
    most_across = max(across for across, _ in frame.factors.values())
    most_down = max(down for _, down in frame.factors.values())
    across, down = frame.factors[scan.components[0]]
    if len(scan.components) == 1:
        width = _rounded_up(frame.width * across, most_across)
        height = _rounded_up(frame.height * down, most_down)
        return _rounded_up(width, _BLOCK) * _rounded_up(height, _BLOCK)
    return _rounded_up(frame.width, _BLOCK * most_across) * _rounded_up(
        frame.height, _BLOCK * most_down
    )


def _frame(data: bytes, segments: Sequence[Segment]) -> _Frame:
    content = next(_content(data, s) for s in segments if s.marker in _FRAMES)
    factors = {
        content[position]: (content[position + 1] >> 4, content[position + 1] & 15)
        for position in range(6, 6 + 3 * content[5], 3)
    }
    return _Frame(int.from_bytes(content[3:5]), int.from_bytes(content[1:3]), factors)


def _scan(content: bytes) -> _Scan:
    number = content[0]
    components = tuple(content[1 + 2 * n] for n in range(number))
    first, last, bits = content[1 + 2 * number : 4 + 2 * number]
    return _Scan(components, first, last, bits & 15)


def _content(data: bytes, segment: Segment) -> bytes:
    return data[segment.start + 4 : segment.end]


def _rounded_up(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)
