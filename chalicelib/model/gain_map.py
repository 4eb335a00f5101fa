"""What is recorded of an original's gain map, which makes it an HDR picture."""

from typing import Literal

from msgspec import Struct

Form = Literal["iso", "xmp", "apple"]
Fault = Literal["missing", "malformed", "unsupported", "too_large"]


class GainMapSummary(Struct, frozen=True, kw_only=True):
    """A gain map: the form of its metadata, its sides in pixels, and how far it reaches.

    `stops` is how much brighter than SDR's white the picture gets, as a power of two. With a
    `fault` the gain map is not used, and nothing else may be known of it: it is "missing" in a file
    that says it has one, "malformed", "unsupported", or "too_large" to be decoded with the picture.
    """

    form: Form | None = None
    width: int | None = None
    height: int | None = None
    stops: float | None = None
    fault: Fault | None = None
