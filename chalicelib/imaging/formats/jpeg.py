"""JPEG: segments, and entropy-coded data after each scan's header, up to the end of the picture."""

import re
import struct
import sys
from collections.abc import Iterator, Sequence

from chalicelib.errors import Reason
from chalicelib.imaging.formats import exif_colours
from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.file_info import FileInfo, MalformedFile, Metadata
from chalicelib.imaging.formats.jpeg_scans import Segment, is_incomplete
from chalicelib.imaging.formats.tiff_ifd import EXIF_PREFIX, exif_orientation
from chalicelib.imaging.rejections import rejection

# Each scan of a progressive picture makes the decoder process all blocks, however small the scan.
# Programs write about ten scans, the strangest a few dozen.
_MOST_SCANS = 64

_MOST_SEGMENTS = 10_000
_LONGEST_HEADER = 1 << 20  # bytes of a JPEG within another file, where many are looked at

# CPU nanoseconds of a pixel, of a byte, and of a sample in each of several scans. One that refines
# coefficients looks at all of them, even if it changes none and takes a few bytes.
_COST, _COST_OF_BYTE, _COST_OF_SCAN, _COST_OF_REFINEMENT = 4, 40, 0.25, 0.9
# Bytes of a coefficient, all of which the decoder then holds.
_COEFFICIENT = 2
# Each proof is decoded again, at full size: nanoseconds of a pixel and of a sample, and the bytes
# that a pixel then takes.
_COST_OF_PROOF, _COST_OF_PROVEN_SAMPLE, _PROOF = 4, 4, 8

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LOSSLESS, _LOSSLESS_ARITHMETIC = 0xC3, 0xCB
_HIERARCHICAL = frozenset({0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF})
_DISPENSABLE = frozenset(range(0xE1, 0xF0)) - {0xEE} | {0xFE}
_START, _END, _SCAN, _RESTART_INTERVAL, _JFIF = 0xD8, 0xD9, 0xDA, 0xDD, 0xE0
_SIGNATURE = b"\xff\xd8\xff"
XMP_PREFIX = b"http://ns.adobe.com/xap/1.0/\x00"
_PROFILE = b"ICC_PROFILE\x00"

# The next segment. Fill bytes, stuffed zeros and markers without a length come before it.
_SEGMENT = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])", re.DOTALL)
# The end of entropy-coded data, in which stuffed zeros and restarts may occur.
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])", re.DOTALL)
# Huffman-coded 8-bit frames, tables and scans; browsers show no others.
_SHOWN = frozenset({0xC0, 0xC1, 0xC2, 0xC4, _SCAN, 0xDB, 0xDC, _RESTART_INTERVAL})
# JFIF and Adobe segments define the colours; longer ones hold a preview or something else.
_PLAIN = {_JFIF: (b"JFIF\x00", 14), 0xEE: (b"Adobe", 12)}

# What follows a picture without its end: if no pixel is missing, it looks the same with each. They
# are longer than the ten blocks of the largest coded unit, whose last ones may be the visible ones.
_FILLERS = tuple(pattern * 4096 for pattern in (b"\x00", b"\x55", b"\xaa"))
_EOI = b"\xff\xd9"

_FILL = b"\xff" * 16
_NOT_FILL = re.compile(rb"[^\xff]")


def inspect(data: bytes) -> FileInfo:
    """The structure of a JPEG; its body is the first picture, with only JFIF and Adobe metadata.

    A picture without its end is accepted if no pixel is missing: its `proofs` have to look the
    same. Raises MalformedFile, and Rejection for kinds of JPEG that no decoder here reads.
    """
    header = segments(data)
    kept = [(0, 2)]
    exif, frame, size = b"", b"", (0, 0)
    pieces: dict[int, bytes] = {}
    for marker, start, end in header:
        content = data[start + 4 : end]
        if marker not in _DISPENSABLE and (marker != _JFIF or _is_jfif(content)):
            kept.append((start, end))
        if marker in _FRAMES:
            frame, size = content, _size(content)
            _check_frame(marker, content)
        elif marker == 0xE1 and content.startswith(EXIF_PREFIX):
            exif = exif or content
        elif marker == 0xE2 and content.startswith(_PROFILE) and len(content) > 14:
            pieces[content[12]] = content
    further = list(_further_segments(data, header[-1].end))
    end = further[-1].end
    kept += _without_fill(data, header[-1].end, end)
    width, height = size
    profile = _assembled(pieces) or exif_colours.profile_of(exif)
    scans = sum(segment.marker == _SCAN for segment in (*header, *further))
    samples = sum(_samples(frame).values())
    is_lossless = any(segment.marker == _LOSSLESS for segment in header)
    cost = _COST + (_scan_cost(data, frame, (*header, *further)) if scans > 1 else 0.0)
    cost += _COST_OF_BYTE * (end - header[-1].end) / max(1, width * height)
    info = FileInfo(
        Body(data, kept), width, height, 1, exif_orientation(exif), profile,
        cost=cost, held=_COEFFICIENT * samples * (scans > 1), is_scalable=not is_lossless,
        header=header, end=end,
    )  # fmt: skip
    if further[-1].marker == _END:
        return info
    kept[-1] = (kept[-1][0], _without_padding(data, *kept[-1]))
    if is_incomplete(data, [*header, *further]):
        raise MalformedFile
    proofs = tuple(Body(data, kept, filler + _EOI) for filler in _FILLERS)
    more = len(proofs) * (cost + _COST_OF_PROOF + _COST_OF_PROVEN_SAMPLE * samples)
    return info._replace(
        body=Body(data, kept, _EOI), proofs=proofs, cost=cost + more, held=info.held + _PROOF
    )


def segments(data: bytes, start: int = 0, end: int = sys.maxsize) -> list[Segment]:
    """The segments up to and including the first scan's header; MalformedFile if it is missing.

    The file is `data` from `start` to `end`.
    """
    found: list[Segment] = []
    position, end = start + 2, min(end, len(data))
    while len(found) < _MOST_SEGMENTS and (match := _SEGMENT.search(data, position, end)):
        segment = _segment(data, match)
        position = segment.end
        if segment.marker == _END or position > end:
            break
        found.append(segment)
        if segment.marker == _SCAN:
            return found
    raise MalformedFile


def end_of(data: bytes, start: int) -> int:
    """Where the JPEG at `start` of `data` ends; MalformedFile if it has no picture.

    Without its end it ends with the data, or where the next one starts.
    """
    header = segments(data, start)
    return list(_further_segments(data, header[-1].end))[-1].end


def shown_size(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Width and height of the JPEG from `start` to `end` of `data`, by its headers alone.

    Zeros if it is none, or one that browsers do not show: lossless, or not of 8 bits.
    """
    if not data.startswith(_SIGNATURE, start):
        return 0, 0
    try:
        header = segments(data, start, min(end, start + _LONGEST_HEADER))
        marker, first, last = next(found for found in header if found.marker in _FRAMES)
        content = data[first + 4 : last]
        width, height = _size(content)
    except (MalformedFile, StopIteration):
        return 0, 0
    shown = marker in _SHOWN and content[0] == 8 and content[5:6] in (b"\x01", b"\x03")
    return (width, height) if shown else (0, 0)


def strip_metadata(body: bytes) -> bytes:
    """`body` up to the end of its picture, without metadata between scans.

    Empty if the picture is truncated or of a kind that browsers do not show.
    """
    kept = [body[:2]]
    position = 2
    while (found := _MARKER.search(body, position)) and len(kept) < _MOST_SEGMENTS:
        kept.append(body[position : found.start()])
        marker, start = found[1][0], found.end()
        if marker == _END:
            return b"".join((*kept, _EOI))
        position = start + int.from_bytes(body[start : start + 2])
        content = body[start + 2 : position]
        if marker in _DISPENSABLE:
            continue
        if marker not in _SHOWN and not _is_plain(marker, content):
            return b""
        kept.append(body[start - 2 : position])
    return b""


def insert(data: bytes, metadata: Metadata) -> bytes:
    """`data`, without metadata, plus `metadata` after a leading JFIF segment."""
    start = 2
    if data[2:4] == b"\xff\xe0":
        start += 2 + int.from_bytes(data[4:6])
    blocks = (metadata.exif, metadata.xmp and XMP_PREFIX + metadata.xmp)
    segments = (
        b"\xff\xe1" + struct.pack(">H", 2 + len(block)) + block for block in blocks if block
    )
    return data[:start] + b"".join(segments) + data[start:]


def _further_segments(data: bytes, position: int) -> Iterator[Segment]:
    """What follows the first scan's header: other scans and their tables, and the picture's end.

    If that is missing, the last one is that of the next file, or an empty one at the end of the
    data. MalformedFile if there are too many segments or scans.
    """
    scans = 1
    for _ in range(_MOST_SEGMENTS):
        match = _MARKER.search(data, position)
        if match is None or match[1][0] == _START:
            end = match.start() if match else len(data)
            yield Segment(_START, end, end)
            return
        if match[1][0] == _END:
            yield Segment(_END, match.start(), match.end())
            return
        segment = _segment(data, match)
        scans += segment.marker == _SCAN
        if scans > _MOST_SCANS:
            break
        yield segment
        position = segment.end
    raise MalformedFile


def _segment(data: bytes, match: re.Match[bytes]) -> Segment:
    """The segment at a marker. Decoders read a length below 2 as 2, which it includes itself."""
    length = int.from_bytes(data[match.end() : match.end() + 2])
    return Segment(match[1][0], match.start(), match.end() + max(2, length))


def _without_fill(data: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """The spans from `start` to `end` without long runs of fill bytes before a marker.

    The decoder's time grows with the square of their length. MalformedFile if there are too many.
    """
    spans: list[tuple[int, int]] = []
    while (run := data.find(_FILL, start, end)) >= 0:
        if len(spans) == _MOST_SEGMENTS:
            raise MalformedFile
        spans.append((start, run))
        fill = _NOT_FILL.search(data, run, end)
        start = fill.start() - 1 if fill else end
    return [*spans, (start, end)]


def _without_padding(data: bytes, start: int, end: int) -> int:
    """Where the bytes from `start` to `end` end without padding.

    Programs fill up files with zeros or ones. No picture ends with ones, and hardly any with more
    than two bytes of zeros.
    """
    padded = data[start:end].rstrip(b"\xff")
    unpadded = len(padded.rstrip(b"\x00"))
    return start + (len(padded) if len(padded) <= unpadded + 2 else unpadded)


def _check_frame(marker: int, content: bytes) -> None:
    """Rejection for kinds of JPEG that the decoder does not read."""
    precision = content[0]
    if precision not in (8, 12, 16) and marker != _LOSSLESS:
        raise MalformedFile
    if marker in _HIERARCHICAL:
        raise rejection(Reason.UNSUPPORTED_FORMAT, "Hierarchical JPEG")
    if marker == _LOSSLESS_ARITHMETIC:
        raise rejection(Reason.UNSUPPORTED_FORMAT, "Arithmetically coded lossless JPEG")
    if precision != 8:
        raise rejection(Reason.UNSUPPORTED_FORMAT, f"{precision}-bit JPEG")


def _is_jfif(content: bytes) -> bool:
    name, length = _PLAIN[_JFIF]
    return content.startswith(name) and len(content) >= length


def _is_plain(marker: int, content: bytes) -> bool:
    name, length = _PLAIN.get(marker, (b"", 0))
    return bool(name) and content.startswith(name) and len(content) == length


def _size(content: bytes) -> tuple[int, int]:
    try:
        height, width = struct.unpack_from(">xHH", content)
    except struct.error as reason:
        raise MalformedFile from reason
    return width, height


def _samples(frame: bytes) -> dict[int, float]:
    """Samples for each pixel, by component: 1, or 1/4 if they are halved both ways."""
    found = list(zip(frame[6::3], frame[7::3], strict=False))[: frame[5] if frame[5:] else 0]
    factors = {number: (factor >> 4, factor & 15) for number, factor in found}
    across, down = (max((pair[axis] for pair in factors.values()), default=0) for axis in (0, 1))
    whole = max(1, across * down)
    return {n: horizontal * vertical / whole for n, (horizontal, vertical) in factors.items()}


def _scan_cost(data: bytes, frame: bytes, segments: Sequence[Segment]) -> float:
    """CPU nanoseconds for each pixel of what scans cost besides their bytes."""
    samples, cost = _samples(frame), 0.0
    for marker, start, end in segments:
        if marker == _SCAN:
            content = data[start + 4 : end]
            names = content[1 : 2 * content[0] : 2] if content else b""
            first, _, bits = content[-3:].rjust(3, b"\0")
            each = _COST_OF_REFINEMENT if first and bits >> 4 else _COST_OF_SCAN
            cost += each * sum(samples.get(name, 0.0) for name in names)
    return cost


def _assembled(pieces: dict[int, bytes]) -> bytes:
    """The ICC profile from its numbered pieces; empty unless all are present."""
    numbers = sorted(pieces)
    if not numbers or pieces[numbers[0]][13] != len(numbers):
        return b""
    return b"".join(pieces[number][14:] for number in numbers)
