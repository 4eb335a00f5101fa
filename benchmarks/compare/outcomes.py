"""What each reader made of a file."""

from typing import Literal

from msgspec import Struct

ReaderName = Literal["darkroom", "libvips", "chromium"]
READERS: tuple[ReaderName, ...] = ("darkroom", "libvips", "chromium")

# `cannot_read`: the reader does not know the format at all, so its refusal says nothing.
Status = Literal["ready", "refused", "crashed", "timed_out", "cannot_read"]


class Outcome(Struct, frozen=True, kw_only=True):
    """A reader's outcome: ready with width and height in pixels, or why there is no picture.

    `reason` is Darkroom's code, `detail` the reader's own message.
    """

    status: Status
    width: int = 0
    height: int = 0
    reason: str = ""
    detail: str = ""

    @property
    def summary(self) -> str:
        """The outcome in a few words."""
        if self.status == "ready":
            return f"{self.width} × {self.height}"
        words = self.status.replace("_", " ")
        return f"{words}: {self.reason or self.detail}" if self.reason or self.detail else words


class Difference(Struct, frozen=True, kw_only=True):
    """How far two pictures of one size are apart, on white or on black, whichever is further.

    `mean` is the mean difference of the worst channel in levels of 255, `share` the part of the
    pixels with a channel that is more than 16 levels off.
    """

    mean: float
    share: float

    @property
    def summary(self) -> str:
        """The difference in a few words."""
        return f"{self.mean:.1f} levels, {self.share:.1%} far off"
