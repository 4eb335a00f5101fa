"""What schemathesis cannot know of this API."""

from typing import Any

import schemathesis


@schemathesis.hook
def map_body(_: Any, body: Any) -> Any:
    """Whole numbers written as such: to JSON Schema `1.0` is an integer, to us it is a typo."""
    size = body.get("size") if isinstance(body, dict) else None
    if isinstance(size, float) and size.is_integer():
        return {**body, "size": int(size)}
    return body
