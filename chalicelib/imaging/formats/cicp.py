"""ICC profiles for colour spaces that a file gives as code points (CICP, ITU-T H.273)."""

import struct
from functools import cache

from chalicelib.imaging.formats.icc import (
    Chromaticities,
    Curve,
    Vector,
    columns_of,
    gamma,
    matrix_profile,
    tag_of,
)

PQ, HLG = 16, 18
BT709, BT2020 = 1, 9
_P3 = 12
_UNSPECIFIED, _SRGB = 2, 13
_D65, _C = (0.3127, 0.329), (0.31, 0.316)

# H.273 (2024), table 2. BT.709's are sRGB's.
CHROMATICITIES: dict[int, Chromaticities] = {
    1: Chromaticities(_D65, (0.64, 0.33), (0.3, 0.6), (0.15, 0.06)),
    4: Chromaticities(_C, (0.67, 0.33), (0.21, 0.71), (0.14, 0.08)),
    5: Chromaticities(_D65, (0.64, 0.33), (0.29, 0.6), (0.15, 0.06)),
    6: Chromaticities(_D65, (0.63, 0.34), (0.31, 0.595), (0.155, 0.07)),
    7: Chromaticities(_D65, (0.63, 0.34), (0.31, 0.595), (0.155, 0.07)),
    8: Chromaticities(_C, (0.681, 0.319), (0.243, 0.692), (0.145, 0.049)),
    9: Chromaticities(_D65, (0.708, 0.292), (0.17, 0.797), (0.131, 0.046)),
    11: Chromaticities((0.314, 0.351), (0.68, 0.32), (0.265, 0.69), (0.15, 0.06)),
    12: Chromaticities(_D65, (0.68, 0.32), (0.265, 0.69), (0.15, 0.06)),
    22: Chromaticities(_D65, (0.63, 0.34), (0.295, 0.605), (0.155, 0.077)),
}
# Published roundings in XYZ under D50, with which renditions of BT.2020 and Display P3 are made.
_COLUMNS = {
    9: ((0.67348, 0.27904, -0.00194), (0.16567, 0.67534, 0.02998), (0.12505, 0.04561, 0.79684)),
    12: ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),
}

SRGB_CURVE = Curve(3, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
# Displays show video by ITU-R BT.1886, whatever the camera's curve.
_VIDEO = gamma(2.4)
_CAMERAS = frozenset({1, 6, 11, 14, 15})
# H.273 (2024), table 3, from levels to light.
_CURVES = {
    4: gamma(2.2),
    5: gamma(2.8),
    7: Curve(3, (1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4, 0.0912)),
    8: gamma(1),
    _SRGB: SRGB_CURVE,
    17: Curve(1, (2.6, (52.37 / 48) ** (1 / 2.6), 0.0)),
    **dict.fromkeys(_CAMERAS, _VIDEO),
    # Tone mapping replaces the curve; it is told by the code points in the profile.
    PQ: SRGB_CURVE,
    HLG: SRGB_CURVE,
}


# Light, 0 to 1, at these shares of the levels of PQ (SMPTE ST 2084).
_PQ_POINTS = ((1 / 4, 0.000517), (1 / 2, 0.009225), (3 / 4, 0.098337))


@cache
def named(primaries: int, transfer: int) -> bytes | None:
    """The profile of these code points; empty for sRGB, None if either is not known."""
    space, curve = CHROMATICITIES.get(primaries), _CURVES.get(transfer)
    if space is None or curve is None:
        return None
    if primaries == BT709 and transfer == _SRGB:
        return b""
    code_points = (primaries, transfer) if transfer in {PQ, HLG} else None
    return matrix_profile(_columns(primaries), curve, code_points)


@cache
def display_p3() -> bytes:
    """The profile of Display P3, complete enough to be written to files."""
    return matrix_profile(_columns(_P3), SRGB_CURVE, name="Display P3")


def named_video(primaries: int, transfer: int) -> bytes:
    """As `named` for AVIF and HEIC, empty if unknown; as browsers, with sRGB for unspecified ones.

    Cameras' curves count as sRGB's: still encoders write them for pictures in sRGB.
    """
    primaries = BT709 if primaries == _UNSPECIFIED else primaries
    transfer = _SRGB if transfer in _CAMERAS | {_UNSPECIFIED} else transfer
    return named(primaries, transfer) or b""


def code_points_of(profile: bytes) -> tuple[int, int] | None:
    """Primaries and transfer of an ICC profile by its `cicp` tag (ICC.1:2022, 9.2.17), if any.

    A profile whose curve is PQ counts as one with the tag: its colours are relative to 10,000
    cd/m2, so that they would be nearly black.
    """
    if profile[16:20] != b"RGB ":
        return None
    tag = tag_of(profile, b"cicp")
    if len(tag) == 12:
        return tag[8], tag[9]
    return (_nearest_primaries(profile), PQ) if _is_pq(tag_of(profile, b"rTRC")) else None


def is_hdr(profile: bytes) -> bool:
    """Whether an ICC profile, empty for none, is one of PQ or HLG."""
    code_points = code_points_of(profile) if profile else None
    return code_points is not None and code_points[1] in {PQ, HLG}


def _is_pq(curve: bytes) -> bool:
    count = int.from_bytes(curve[8:12])
    if curve[:4] != b"curv" or count < 256 or len(curve) < 12 + 2 * count:
        return False
    table = struct.unpack_from(f">{count}H", curve, 12)
    return all(
        abs(table[round(share * (count - 1))] / 65535 - light) < 0.05 * light + 1 / 65535
        for share, light in _PQ_POINTS
    )


def _nearest_primaries(profile: bytes) -> int:
    """The code point whose primaries are most like those of `profile`."""
    tags = [tag_of(profile, name)[8:20] for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
    if any(len(tag) < 12 for tag in tags):
        return BT2020
    ours = [number / 65536 for tag in tags for number in struct.unpack(">3i", tag)]

    def distance(primaries: int) -> float:
        theirs = (number for column in _columns(primaries) for number in column)
        return sum((abs(a - b) for a, b in zip(ours, theirs, strict=True)), start=0.0)

    return min(CHROMATICITIES, key=distance)


def _columns(primaries: int) -> tuple[Vector, ...]:
    return _COLUMNS.get(primaries) or columns_of(CHROMATICITIES[primaries])
