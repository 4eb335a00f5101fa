"""Cursors as clients get them: sealed, so that each is good for one owner's list alone."""

import hashlib
import hmac
import json
from typing import Protocol

from chalicelib.errors import InvalidRequest
from chalicelib.records import Status

_NAME = "cursors"  # of the secret that they are sealed with


class Secrets(Protocol):
    """Random secrets of the application's own."""

    def secret(self, name: str) -> bytes:
        """The secret of that name, made at its first use and then always the same."""


class Cursors:
    """Seals places in lists."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def seal(self, place: str, owner: str, status: Status | None) -> str:
        """A cursor that leads to `place` in the owner's list of that status."""
        return f"{place}.{self._mark(place, owner, status)}"

    def open(self, cursor: str, owner: str, status: Status | None) -> str:
        """The place; InvalidRequest for a cursor of another list, or of nobody's making."""
        place, _, mark = cursor.rpartition(".")
        expected = self._mark(place, owner, status)
        if not hmac.compare_digest(mark.encode(), expected.encode()):
            raise InvalidRequest("cursor is not one that this API gave for this list.")
        return place

    def _mark(self, place: str, owner: str, status: Status | None) -> str:
        said = json.dumps([place, owner, status])
        return hmac.new(self._secrets.secret(_NAME), said.encode(), hashlib.sha256).hexdigest()
