"""Focal points, which crops are centred on."""

from typing import Annotated

from msgspec import Meta, Struct, UnsetType
from msgspec.structs import force_setattr

_DIGITS = 6

UnitInterval = Annotated[float, Meta(ge=0, le=1)]


class FocalPoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fractions of the upright image's width and height from its top left, to six decimals."""

    x: UnitInterval
    y: UnitInterval

    def __post_init__(self) -> None:
        # More decimals place nothing more precisely, and DynamoDB cannot store all of them.
        force_setattr(self, "x", round(self.x, _DIGITS))
        force_setattr(self, "y", round(self.y, _DIGITS))

    def __str__(self) -> str:
        return f"{self.x:g},{self.y:g}"


CENTRE = FocalPoint(x=0.5, y=0.5)

# UNSET keeps a focal point, None removes it.
FocalPointPatch = FocalPoint | UnsetType | None
