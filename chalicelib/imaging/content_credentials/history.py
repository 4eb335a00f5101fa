"""What was done to an original, as the actions of a C2PA manifest."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from chalicelib.imaging.geometry import Size
from chalicelib.model.edits import Crop, Edit, Flip, Redact, Rotate, Straighten
from chalicelib.model.provenance import VOCABULARY
from chalicelib.model.variants import Variant

ORIGINAL = "original"  # the label of the ingredient, by which an action names it

_Action = dict[str, Any]

# The names are those of the specification, section 18.15.2 of version 2.2.
_OF_EDITS: dict[type[Edit], _Action] = {
    Crop: {"action": "c2pa.cropped"},
    Rotate: {"action": "c2pa.orientation"},
    Flip: {"action": "c2pa.orientation"},
    Straighten: {"action": "c2pa.orientation"},
    # `c2pa.redacted` would be about assertions of a manifest, not about the picture.
    Redact: {"action": "c2pa.edited", "description": "Areas of the picture were covered."},
}
_MARKED = {"action": "c2pa.edited", "description": "A visible watermark was added."}
_PADDED = {"action": "c2pa.edited", "description": "A background was added around the picture."}


class History(Struct, frozen=True, kw_only=True):
    """What a rendition is: its variant, sides in pixels and media type, and what it is made of.

    `edited` are the sides of the upright original after `edits`. `digital_source_type` is a term of
    IPTC's, empty if the original claims none.
    """

    variant: Variant
    size: tuple[int, int]
    media_type: str
    edited: tuple[int, int]
    original_media_type: str
    edits: Sequence[Edit] = ()
    digital_source_type: str = ""

    def actions(self) -> list[_Action]:
        """The actions, in the order in which they happened."""
        return list(self._actions())

    def _actions(self) -> Iterator[_Action]:
        opened: _Action = {"action": "c2pa.opened", "parameters": {"ingredientIds": [ORIGINAL]}}
        if self.digital_source_type:
            opened["digitalSourceType"] = VOCABULARY + self.digital_source_type
        yield opened
        steps = [_OF_EDITS[type(edit)] for edit in self.edits]
        yield from (step for number, step in enumerate(steps) if step not in steps[:number])
        shown, variant = Size(*self.size), self.variant
        has_other_sides = abs(shown.width * self.edited[1] - shown.height * self.edited[0]) > max(
            *self.edited, *shown
        )
        if variant.fit == "cover" and has_other_sides:
            yield {"action": "c2pa.cropped"}
        if self.size != self.edited:
            yield {"action": "c2pa.resized"}
        if variant.fit == "contain" and has_other_sides:
            yield _PADDED
        if variant.watermark:
            yield _MARKED
        if self.media_type != self.original_media_type:
            yield {"action": "c2pa.converted"}
