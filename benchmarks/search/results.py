"""The figures of a simulation, as `search.json` stores them."""

from pathlib import Path

import msgspec
from msgspec import Struct

LATEST = Path(__file__).parents[1] / "search.json"


class Action(Struct, frozen=True, kw_only=True):
    """What a user does until the first page is full, or the result ends.

    `matches` is how many images of the library are found; `requests` to the API return `images` of
    them; `calls` of DynamoDB read `entries` and `records`, for `units` read units.
    """

    title: str
    matches: int
    requests: int
    images: int
    calls: int
    entries: int
    records: int
    units: int


class Results(Struct, frozen=True, kw_only=True):
    """A whole simulation; `entries` and `entry_bytes` are means, of an image and of an entry."""

    images: int
    entries: float
    entry_bytes: float
    page: int
    actions: tuple[Action, ...]


def load(path: Path = LATEST) -> Results:
    """The results in `path`, by default those of the latest run."""
    return msgspec.json.decode(path.read_bytes(), type=Results)
