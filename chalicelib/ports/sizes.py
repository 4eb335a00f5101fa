"""Interface of the register of sizes on demand: who renders which, and how many there are."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Claim(StrEnum):
    """The result of claiming a file: it is yours, somebody else's, or one too many."""

    TAKEN = "taken"
    BUSY = "busy"
    FULL = "full"


class SizeRegister(Protocol):
    """The sizes on demand of each image; its limits hold for any number of concurrent callers."""

    def claim(self, image_id: str, key: str, limit: int, now: datetime, until: datetime) -> Claim:
        """Claim the rendering of a file until then, unless somebody's claim has not ended.

        FULL if the image has `limit` files and this is not one of them.
        """

    def release(self, image_id: str, key: str) -> None:
        """End a claim; the file counts as one of the image's."""

    def remove(self, image_id: str, keys: Collection[str]) -> None:
        """Count these files no longer."""

    def forget(self, image_id: str) -> None:
        """Forget all files of the image."""
