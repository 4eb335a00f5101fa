"""Input and output of rendering: plain immutable values."""

from msgspec import Struct

from chalicelib.model.facts import ImageFacts
from chalicelib.model.focal_point import SuggestedFocalPoint
from chalicelib.model.gain_map import GainMapSummary


class Limits(Struct, frozen=True, kw_only=True):
    """The limits of an original, checked against its headers before anything is decoded.

    `max_animation_pixels` limits the pixels that change over all frames, both decoded and
    rendered in every size; at least a quarter of each frame counts. `megabytes` is the
    function's memory, which may hold fewer pixels than `max_pixels`. `allow_heic` and
    `allow_jxl` accept HEIC and JPEG XL, which need extra packages, `allow_raw` cameras' raw files.
    """

    max_pixels: int
    max_frames: int
    max_animation_pixels: int = 200_000_000
    megabytes: int = 1_769
    allow_heic: bool = False
    allow_jxl: bool = False
    allow_raw: bool = True


class Rendered(Struct, frozen=True, kw_only=True):
    """A finished file of a variant.

    `format` is "webp", "avif", "jpeg" or "png", `extension` has no dot,
    `width` and `height` are pixels, `data` is the whole file. It has a gain map if it is `hdr`.
    """

    variant: str
    format: str
    extension: str
    media_type: str
    width: int
    height: int
    data: bytes
    hdr: bool = False


class Preview(Struct, frozen=True, kw_only=True):
    """Placeholders for a page: the average colour (`#rrggbb`), a WebP data URI under 200 bytes."""

    color: str
    data_uri: str


class Picture(Struct, frozen=True, kw_only=True):
    """An original's media type, sizes in pixels and preview, and its renditions.

    `width` and `height` are upright and after edits, the original's are before them.
    `embedded_bytes` is the size of the JPEG in a camera's raw file, which everything else but the
    media type is about; 0 for other files. `gain_map` is that of an HDR photo, else None.
    `suggested_focal_point` is a point of the upright original, if one was to be suggested.
    """

    content_type: str
    embedded_bytes: int = 0
    gain_map: GainMapSummary | None = None
    width: int
    height: int
    original_width: int
    original_height: int
    preview: Preview
    facts: ImageFacts | None
    suggested_focal_point: SuggestedFocalPoint | None = None
    renditions: tuple[Rendered, ...]
