"""How a large file is divided into parts, and the checksum of all of them."""

import hashlib
from collections.abc import Iterable, Sequence

from msgspec import Struct

MEBIBYTE = 1024 * 1024
# S3 accepts parts of 5 MiB to 5 GiB, and 10,000 of them; the last one may be smaller:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
_USUAL = 8 * MEBIBYTE
_MOST = 900  # their checksums fit in one request's body


class Division(Struct, frozen=True):
    """A file of `size` bytes in parts of `part_bytes`; the last part has the rest."""

    size: int
    part_bytes: int

    @property
    def count(self) -> int:
        """How many parts there are."""
        return -(-self.size // self.part_bytes)

    def bytes_of(self, number: int) -> int:
        """The size of a part; parts are numbered from 1."""
        return min(self.part_bytes, self.size - (number - 1) * self.part_bytes)


def division_of(size: int) -> Division:
    """How a file of `size` bytes is uploaded: in parts of 8 MiB, or in 900 parts of whole MiB."""
    least = -(-size // (_MOST * MEBIBYTE)) * MEBIBYTE
    return Division(size, max(_USUAL, least))


def composite_sha256(digests: Iterable[bytes]) -> str:
    """The SHA-256, in hex, of the parts' SHA-256 one after the other.

    S3's composite checksum is the same, in base64 and with the number of parts behind a dash.
    """
    return hashlib.sha256(b"".join(digests)).hexdigest()


def composite_of(data: bytes, part_bytes: int) -> str:
    """The composite SHA-256, in hex, of a whole file that was uploaded in such parts."""
    whole = memoryview(data)
    starts = range(0, len(data), part_bytes)
    return composite_sha256(
        hashlib.sha256(whole[start : start + part_bytes]).digest() for start in starts
    )


def numbers(parts: Sequence[int], most: int = 10) -> str:
    """Part numbers for a sentence: the first ones, and how many more there are."""
    shown = ", ".join(map(str, parts[:most]))
    more = len(parts) - most
    return f"{shown} and {more} more" if more > 0 else shown
