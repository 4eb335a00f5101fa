"""Signed pagination cursors: each is valid for one owner's list only."""

import hashlib
import hmac
import json

from chalicelib.errors import InvalidRequest
from chalicelib.model.image import Status
from chalicelib.ports.secrets import Secrets

_NAME = "cursors"  # of the secret that signs them


class Cursors:
    """Signs and verifies cursors."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def sign(self, place: str, owner: str, status: Status | None) -> str:
        """A signed cursor for `place` in the owner's list of that status."""
        return f"{place}.{self._signature(place, owner, status)}"

    def verify(self, cursor: str, owner: str, status: Status | None) -> str:
        """The place; InvalidRequest for a cursor of another list, or a forged one."""
        place, _, signature = cursor.rpartition(".")
        expected = self._signature(place, owner, status)
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            raise InvalidRequest("cursor was not issued for this list.")
        return place

    def _signature(self, place: str, owner: str, status: Status | None) -> str:
        payload = json.dumps([place, owner, status])
        return hmac.new(self._secrets.secret(_NAME), payload.encode(), hashlib.sha256).hexdigest()
