"""Metadata of a gain map, and its binary form (ISO 21496-1:2025)."""

import math
import struct
from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.model.gain_map import Fault

URN = b"urn:iso:std:iso:ts:21496:-1\x00"
VERSION = bytes(4)  # least and own version of the writer, which the first picture has alone

_MULTICHANNEL, _IN_BASE_COLOURS, _COMMON_DENOMINATOR, _BACKWARD = 0x80, 0x40, 0x08, 0x04
_DENOMINATOR = 1 << 20  # of what is written; numerators have 32 bits
_MOST_STOPS, _MOST_GAMMA, _MOST_OFFSET = 32, 100, 1_000


class GainMapFault(Exception):
    """A gain map cannot be used; the picture is shown without it.

    "malformed" is also the fault of pixels that cannot be decoded.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


class Channel(NamedTuple):
    """What the levels of one channel mean, 0 to 1, once raised to 1 / `gamma`.

    They are stops from `low` to `high`, by which the linear light of the picture plus `sdr_offset`
    is multiplied, before `hdr_offset` is subtracted.
    """

    low: float
    high: float
    gamma: float = 1.0
    sdr_offset: float = 1 / 64
    hdr_offset: float = 1 / 64

    @property
    def neutral(self) -> int:
        """The level, 0 to 255, that changes the picture least."""
        if self.high <= self.low:
            return 0
        share = min(1.0, max(0.0, -self.low / (self.high - self.low)))
        return round(255 * math.pow(share, self.gamma))


class Metadata(NamedTuple):
    """What a gain map means: one channel for all colours, or one each for red, green and blue.

    Displays of up to `sdr_headroom` stops over SDR's white show the picture without the map, those
    of `hdr_headroom` and more with all of it, and others with a share of it.
    """

    channels: tuple[Channel, ...]
    sdr_headroom: float
    hdr_headroom: float


def checked(metadata: Metadata) -> Metadata:
    """`metadata`; GainMapFault if it makes no sense, or if the picture itself is the HDR one."""
    numbers = [number for channel in metadata.channels for number in channel]
    if not all(map(math.isfinite, [*numbers, metadata.sdr_headroom, metadata.hdr_headroom])):
        raise GainMapFault("malformed")
    if metadata.hdr_headroom < metadata.sdr_headroom:
        raise GainMapFault("unsupported")
    if not all(map(_is_plausible, metadata.channels)) or not (
        0 <= metadata.sdr_headroom < metadata.hdr_headroom <= _MOST_STOPS
    ):
        raise GainMapFault("malformed")
    return metadata


def _is_plausible(channel: Channel) -> bool:
    return (
        -_MOST_STOPS <= channel.low <= channel.high <= _MOST_STOPS
        and 1 / _MOST_GAMMA <= channel.gamma <= _MOST_GAMMA
        and 0 <= channel.sdr_offset <= _MOST_OFFSET
        and 0 <= channel.hdr_offset <= _MOST_OFFSET
    )


def read_iso(block: bytes) -> Metadata:
    """The metadata in an ISO 21496-1 block, after its URN; GainMapFault if it is not usable."""
    try:
        least, _, flags = struct.unpack_from(">HHB", block)
        if least:
            raise GainMapFault("unsupported")
        fractions = _fractions(block[5:], flags)
    except (struct.error, ZeroDivisionError) as reason:
        raise GainMapFault("malformed") from reason
    sdr, hdr, *rest = fractions
    if flags & _BACKWARD:
        sdr, hdr = hdr, sdr
    channels = tuple(Channel(*rest[start : start + 5]) for start in range(0, len(rest), 5))
    return checked(Metadata(channels, sdr, hdr))


def _fractions(block: bytes, flags: int) -> list[float]:
    """Both headrooms, then for each channel its fields; gains and offsets may be negative."""
    kinds = "II" + "iiIii" * (3 if flags & _MULTICHANNEL else 1)
    if flags & _COMMON_DENOMINATOR:
        denominator, *numerators = struct.unpack_from(">I" + kinds, block)
        return [numerator / denominator for numerator in numerators]
    pairs = struct.unpack_from(">" + "".join(kind + "I" for kind in kinds), block)
    return [over / under for over, under in zip(pairs[::2], pairs[1::2], strict=True)]


def write_iso(metadata: Metadata) -> bytes:
    """The block that `read_iso` reads. The map applies to the picture in the picture's colours."""
    flags = _IN_BASE_COLOURS | (_MULTICHANNEL if len(metadata.channels) > 1 else 0)
    numbers: Sequence[float] = (
        metadata.sdr_headroom,
        metadata.hdr_headroom,
        *(number for channel in metadata.channels for number in channel),
    )
    fractions = (struct.pack(">iI", round(n * _DENOMINATOR), _DENOMINATOR) for n in numbers)
    return VERSION + bytes([flags]) + b"".join(fractions)
