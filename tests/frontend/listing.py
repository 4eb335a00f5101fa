"""How the fake API filters and sorts its list."""

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
Query = Mapping[str, Sequence[str]]


def found(images: Sequence[Json], query: Query) -> list[Json]:
    """The images that match the query of `GET /images`, in its order."""
    order = query.get("sort", ["-created_at"])[0]
    key = {
        "created_at": lambda image: image["id"],
        "filename": lambda image: image["filename"],
        "bytes": lambda image: image["bytes"] or 0,
        "savings": lambda image: (image["savings"] or {"bytes": 0})["bytes"],
    }[order.removeprefix("-")]
    matching = [image for image in images if _matches(image, query)]
    return sorted(matching, key=key, reverse=order.startswith("-"))


def _matches(image: Json, query: Query) -> bool:
    words = {word for text in _texts(image) for word in text.lower().replace(".", " ").split()}
    searched = query.get("q", [""])[0].lower().split()
    date = image["created_at"][:10]
    return (
        all(image[name] in query[name] for name in ("status", "visibility") if name in query)
        and all(any(word.startswith(part) for word in words) for part in searched)
        and all(tag in image["tags"] for tag in query.get("tag", ()))
        and query.get("from", [date])[0] <= date <= query.get("to", [date])[0]
    )


def _texts(image: Json) -> list[str]:
    return [image["filename"], *image["tags"], *image["alt"].values()]
