"""Facts about a picture: dominant colours, a perceptual hash, sharpness."""

from msgspec import Struct


class DominantColor(Struct, frozen=True, kw_only=True):
    """A colour (`#rrggbb`) and the share of the visible pixels that are like it, 0 to 1."""

    color: str
    share: float


class ImageFacts(Struct, frozen=True, kw_only=True):
    """What is seen in the edited picture, without watermarks.

    `colors` has up to five, the largest share first; none if nothing is visible. `perceptual_hash`
    (16 hex digits) differs in few bits from those of pictures that look alike. `sharpness` is 0 for
    a blurred picture and one without detail, up to 1, at a longest side of 1,280 pixels.
    """

    colors: tuple[DominantColor, ...]
    perceptual_hash: str
    sharpness: float
