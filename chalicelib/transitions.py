"""Read, decide, write conditionally, and again where somebody was faster."""

from collections.abc import Callable

from chalicelib.errors import PassingFault, RecordChanged
from chalicelib.ports import ImageTable
from chalicelib.records import Image
from chalicelib.steps import Step

_TRIES = 20  # each lost try means that another worker's write succeeded


def change(
    table: ImageTable, image_id: str, decide: Callable[[Image | None], Step | None]
) -> Image | None:
    """Write what `decide` makes of the present record; None where it decides on nothing.

    `decide` runs once for each try and must be pure, or repeatable.
    """
    for _ in range(_TRIES):
        step = decide(table.get(image_id))
        if step is None:
            return None
        try:
            return table.put(*step)
        except RecordChanged:
            continue
    raise PassingFault("The record of this image is being changed by many at once.")
