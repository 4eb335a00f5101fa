"""Input and output of rendering: plain immutable values."""

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """The limits of an original, checked against its headers before anything is decoded.

    `max_animation_pixels` limits the pixels that change over all frames, both decoded and
    rendered in every size; at least a quarter of each frame counts. `megabytes` is the
    function's memory, which may hold fewer pixels than `max_pixels`. `allow_heic` accepts
    HEIC, which needs an extra package.
    """

    max_pixels: int
    max_frames: int
    max_animation_pixels: int = 200_000_000
    megabytes: int = 1_769
    allow_heic: bool = False


class Rendered(Struct, frozen=True, kw_only=True):
    """A finished file of a variant.

    `format` is "webp", "avif", "jpeg" or "png", `extension` has no dot,
    `width` and `height` are pixels, `data` is the whole file.
    """

    variant: str
    format: str
    extension: str
    media_type: str
    width: int
    height: int
    data: bytes


class Preview(Struct, frozen=True, kw_only=True):
    """Placeholders for a page: the average colour (`#rrggbb`), a WebP data URI under 200 bytes."""

    color: str
    data_uri: str


class Picture(Struct, frozen=True, kw_only=True):
    """An original's media type, upright size in pixels and preview, and its renditions."""

    content_type: str
    width: int
    height: int
    preview: Preview
    renditions: tuple[Rendered, ...]
