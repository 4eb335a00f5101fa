"""What ImageRepository does for every adapter."""

import pytest
from msgspec.structs import replace

from chalicelib.errors import InvalidTransition
from chalicelib.model.image import Event, Image, Status, Transition
from tests.builders import NOON, image
from tests.fakes.table import MemoryImages


def test_a_status_that_cannot_follow_is_refused_and_nothing_is_written() -> None:
    images = MemoryImages()
    pending = images.put(image(status=Status.PENDING), Event(at=NOON, event="ticket"))

    def decide(before: Image | None) -> Transition:
        assert before
        return replace(before, status=Status.READY), Event(at=NOON, event="ready")

    with pytest.raises(InvalidTransition, match="pending cannot become ready"):
        images.update(pending.id, decide)
    assert images.get(pending.id) == pending
