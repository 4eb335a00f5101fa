"""Focal points, which crops are centred on: chosen by an owner, or suggested."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct, UnsetType
from msgspec.structs import force_setattr, replace

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

    @property
    def place(self) -> "FocalPoint":
        """The point alone, without what a subclass adds."""
        return FocalPoint(x=self.x, y=self.y)


class SuggestedFocalPoint(FocalPoint, frozen=True, kw_only=True):
    """A point that was computed, to crop around where nobody has set one.

    `source` is what it was computed from: the picture's colours and edges, or the faces that
    Amazon Rekognition found. `faces_sought` says whether that was asked.
    """

    source: Literal["saliency", "faces"]
    faces_sought: bool = False

    def at(self, point: FocalPoint) -> "SuggestedFocalPoint":
        """The same suggestion at another point."""
        return replace(self, x=point.x, y=point.y)


class FaceBox(Struct, frozen=True, kw_only=True):
    """Where a face is, as fractions of width and height; part of it may be outside."""

    left: float
    top: float
    width: float
    height: float


# The faces in a JPEG file; None if they could not be searched for.
FindFaces = Callable[[bytes], Sequence[FaceBox] | None]

CENTRE = FocalPoint(x=0.5, y=0.5)

# UNSET keeps a focal point, None removes it.
FocalPointPatch = FocalPoint | UnsetType | None
