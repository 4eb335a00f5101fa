"""The point of a picture that matters most."""

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

_DIGITS = 6

Place = Annotated[float, Meta(ge=0, le=1)]


class FocalPoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shares of the upright picture's width and height, from its upper left; to a millionth."""

    x: Place
    y: Place

    def __post_init__(self) -> None:
        # Finer numbers are no finer places, and tables do not hold all of them.
        force_setattr(self, "x", round(self.x, _DIGITS))
        force_setattr(self, "y", round(self.y, _DIGITS))

    def __str__(self) -> str:
        return f"{self.x:g},{self.y:g}"


CENTRE = FocalPoint(x=0.5, y=0.5)
