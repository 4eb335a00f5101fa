"""A step of an image: its next record, and the line of its history that says why."""

from datetime import datetime

from msgspec.structs import replace

from chalicelib.records import Event, Image

Step = tuple[Image, Event]


def step(image: Image, now: datetime, event: str, detail: str | None) -> Step:
    """The step to `image`, made at `now`; never before the last one, whatever clocks say."""
    at = max(now, image.updated_at)
    return replace(image, updated_at=at), Event(at=at, event=event, detail=detail)
