"""Reads uncompressed pixels in time proportional to their bytes, as Pillow often does not."""

from typing import cast

from PIL.ImageFile import ImageFile


class RawReader(ImageFile):
    """Base of Pillow's readers of formats that store pixels as they are.

    Pillow's decoder of such pixels takes whole rows only. To get one, `ImageFile.load` appends
    blocks to what it has, which it copies each time: blocks of 64 KB, or up to where the next strip
    begins, which may be the next byte. A row of 50 MB would be copied hundreds or millions of
    times.
    """

    _shortest = 0  # bytes to read at once

    def _read_rows(self, length: int, rows: int) -> None:
        """Have blocks read that have at least a row of `length` bytes, or all `rows` of a strip."""
        self._shortest = min(length * rows, max(length, self.decodermaxblock))
        self.decodermaxblock = self._shortest

    def load_read(self, length: int) -> bytes:
        """Pillow's hook: a block of the file."""
        return cast(bytes, self.fp.read(max(length, self._shortest)))  # type: ignore[union-attr]
