"""Signed pagination cursors: each is valid for one owner's list only."""

import hashlib
import hmac
import json

import msgspec

from chalicelib.errors import InvalidRequest
from chalicelib.model.search import Query
from chalicelib.ports.secrets import Secrets

_NAME = "cursors"  # of the secret that signs them


class Cursors:
    """Signs and verifies cursors."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def sign(self, place: str, owner: str, query: Query) -> str:
        """A signed cursor for `place` in the owner's list that answers this query."""
        return f"{place}.{self._signature(place, owner, query)}"

    def verify(self, cursor: str, owner: str, query: Query) -> str:
        """The place; InvalidRequest for a cursor of another list, or a forged one."""
        place, _, signature = cursor.rpartition(".")
        expected = self._signature(place, owner, query)
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            raise InvalidRequest("cursor was not issued for this list.")
        return place

    def _signature(self, place: str, owner: str, query: Query) -> str:
        payload = json.dumps([place, owner, query.status])
        if query != Query(status=query.status):
            # Beside what earlier versions signed, so that their cursors stay valid.
            payload += msgspec.json.encode(query).decode()
        return hmac.new(self._secrets.secret(_NAME), payload.encode(), hashlib.sha256).hexdigest()
