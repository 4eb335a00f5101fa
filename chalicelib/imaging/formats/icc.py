"""Writes ICC profiles of three primaries and one curve, and reads the tags of any."""

import struct
from collections.abc import Sequence
from typing import NamedTuple

Vector = Sequence[float]
Matrix = Sequence[Vector]

# The white point of profiles (D50) in XYZ, ICC.1:2022, 7.2.16.
D50 = (0.9642, 1.0, 0.8249)
_D65 = (0.95046, 1.0, 1.08906)  # that of sRGB and Display P3
# Bradford's cone responses, as ICC.1:2022, annex E, adapts white points.
_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_MOST_TAGS = 100
_HEADER = 128  # bytes


class Curve(NamedTuple):
    """A parametric curve from levels to light (ICC.1:2022, 10.18): its type and parameters."""

    kind: int
    parameters: tuple[float, ...]


class Chromaticities(NamedTuple):
    """x and y (CIE 1931) of the white point and the primaries."""

    white: tuple[float, float]
    red: tuple[float, float]
    green: tuple[float, float]
    blue: tuple[float, float]


def gamma(exponent: float) -> Curve:
    """The curve of light = level ** `exponent`."""
    return Curve(0, (exponent,))


def matrix_profile(
    columns: Sequence[Vector],
    curve: Curve,
    code_points: tuple[int, int] | None = None,
    *,
    name: str = "",
) -> bytes:
    """The display profile of red, green and blue in XYZ under D50, all with one curve.

    `code_points` are CICP's primaries and transfer, recorded in a `cicp` tag. With a `name` it has
    all that a profile in a file needs (ICC.1:2022, 8.2), of a space whose white is D65.
    """
    para = struct.pack(">4s4xHH", b"para", curve.kind, 0) + _fixed(*curve.parameters)
    contents = [b"XYZ \0\0\0\0" + _fixed(*xyz) for xyz in (D50, *columns)]
    tags = [*zip((b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ"), contents, strict=True)]
    tags += [(name, para) for name in (b"rTRC", b"gTRC", b"bTRC")]
    if name:
        tags += [(b"desc", _text(name)), (b"cprt", _text("No copyright"))]
        adaptation = _fixed(*(number for row in _adaptation(_D65) for number in row))
        tags.append((b"chad", b"sf32\0\0\0\0" + adaptation))
    if code_points:
        tags.append((b"cicp", b"cicp\0\0\0\0" + bytes((*code_points, 0, 1))))
    return _profile(tags)


def tag_of(profile: bytes, name: bytes) -> bytes:
    """The content of a tag, type and all; empty if there is none."""
    count = int.from_bytes(profile[_HEADER : _HEADER + 4])
    for index in range(min(count, _MOST_TAGS)):
        start = _HEADER + 4 + 12 * index
        entry = profile[start : start + 12]
        if entry[:4] == name and len(entry) == 12:
            start, length = struct.unpack(">4xII", entry)
            return profile[start : start + length]
    return b""


def columns_of(space: Chromaticities) -> tuple[Vector, ...]:
    """Red, green and blue in XYZ, adapted from the white point of `space` to D50.

    ValueError if a coordinate is out of range, or white outside the triangle of the primaries.
    """
    if not all(0 < y <= 1 and 0 <= x <= 1 for x, y in space):
        raise ValueError(space)
    white, *primaries = ((x / y, 1.0, (1 - x - y) / y) for x, y in space)
    shares = times(inverted(transposed(primaries)), white)
    if min(shares) <= 0:
        raise ValueError(space)
    adapted = _adaptation(white)
    return tuple(
        times(adapted, [share * part for part in primary])
        for share, primary in zip(shares, primaries, strict=True)
    )


def transposed(matrix: Matrix) -> tuple[tuple[float, ...], ...]:
    """`matrix` with its rows as columns."""
    return tuple(zip(*matrix, strict=True))


def times(matrix: Matrix, vector: Vector) -> tuple[float, ...]:
    """The product of a matrix and a vector."""
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def product(left: Matrix, right: Matrix) -> tuple[tuple[float, ...], ...]:
    """The product of two matrices."""
    return transposed([times(left, column) for column in transposed(right)])


def inverted(matrix: Matrix) -> tuple[tuple[float, ...], ...]:
    """The inverse of a matrix of 3 x 3; ValueError if it has none."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    cofactors = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    determinant = a * cofactors[0][0] + b * cofactors[1][0] + c * cofactors[2][0]
    if abs(determinant) < 1e-9:
        raise ValueError(matrix)
    return tuple(tuple(number / determinant for number in row) for row in cofactors)


def _adaptation(white: Vector) -> Matrix:
    """The matrix that takes XYZ under `white` to XYZ under D50."""
    scales = (
        to / (source or 1e-9)
        for to, source in zip(times(_BRADFORD, D50), times(_BRADFORD, white), strict=True)
    )
    scaled = [[scale * part for part in row] for scale, row in zip(scales, _BRADFORD, strict=True)]
    return product(inverted(_BRADFORD), scaled)


def _profile(tags: Sequence[tuple[bytes, bytes]]) -> bytes:
    """A profile with `tags`; equal contents are stored once."""
    offset = _HEADER + 4 + 12 * len(tags)
    table, body, places = struct.pack(">I", len(tags)), b"", dict[bytes, int]()
    for name, content in tags:
        if content not in places:
            places[content] = offset + len(body)
            body += content + bytes(-len(content) % 4)
        table += name + struct.pack(">II", places[content], len(content))
    head = struct.pack(">I4xI", offset + len(body), 0x04300000) + b"mntrRGB XYZ "
    header = (head + bytes(12) + b"acsp" + bytes(28) + _fixed(*D50)).ljust(_HEADER, b"\0")
    return header + table + body


def _text(text: str) -> bytes:
    content = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", len(content), 28) + content


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)
