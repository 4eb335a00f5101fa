"""Bookmarks in the images table."""

from chalicelib.aws import items, rows
from chalicelib.aws.table_keys import BOOKMARKS


class DynamoBookmarks:
    """DynamoDB implementation of Bookmarks."""

    def __init__(self, name: str) -> None:
        self._name = name

    def bookmark(self, name: str) -> str:
        """The text stored under `name`; empty at first."""
        row = rows.read(self._name, BOOKMARKS, name)
        return str(row["text"]["S"]) if row else ""

    def set_bookmark(self, name: str, text: str) -> None:
        """Store `text` under `name`."""
        rows.put(self._name, items.serialized({"id": BOOKMARKS, "entry": name, "text": text}))
