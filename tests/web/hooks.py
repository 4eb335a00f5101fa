"""Hooks for schemathesis."""

from typing import Any

import schemathesis


@schemathesis.hook
def map_body(_: Any, body: Any) -> Any:
    """Send whole numbers as integers: JSON Schema accepts `1.0` as one, this API does not."""
    size = body.get("size") if isinstance(body, dict) else None
    if isinstance(size, float) and size.is_integer():
        return {**body, "size": int(size)}
    return body
