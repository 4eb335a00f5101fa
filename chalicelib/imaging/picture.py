"""What goes into and comes out of rendering: plain immutable values."""

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """The most that an original may hold; counted from its headers, before anything is decoded.

    `max_animation_pixels` is of those that change in all frames together, read and made in
    every size; where little changes a fourth of each frame counts. `megabytes` is the
    function's memory, which may hold fewer pixels than `max_pixels`. `allow_heic` lets
    HEIC in, which needs a package of its own.
    """

    max_pixels: int
    max_frames: int
    max_animation_pixels: int = 200_000_000
    megabytes: int = 1_769
    allow_heic: bool = False


class Rendered(Struct, frozen=True, kw_only=True):
    """One finished file of a variant.

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
    """What a page shows first: the average colour (`#rrggbb`), a WebP data URI under 200 bytes."""

    color: str
    data_uri: str


class Picture(Struct, frozen=True, kw_only=True):
    """What is known of an original (its size in upright pixels) and what was made of it."""

    content_type: str
    width: int
    height: int
    preview: Preview
    renditions: tuple[Rendered, ...]
