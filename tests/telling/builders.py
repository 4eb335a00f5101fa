"""Notices as tests need them."""

from datetime import timedelta
from typing import Any

from chalicelib.notices import Notice
from tests.builders import NOON, ULID


def notice(revision: int = 1, seconds: float = 0, **changes: Any) -> Notice:
    """That of an image which became ready some seconds after noon."""
    facts: dict[str, Any] = {
        "image_id": ULID,
        "revision": revision,
        "name": "image.ready",
        "at": NOON + timedelta(seconds=seconds),
        "detail": '{"a": "ü"}',
    }
    return Notice(**(facts | changes))
