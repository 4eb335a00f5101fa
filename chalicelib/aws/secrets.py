"""Secrets on DynamoDB: made by whoever needs one first, and kept in the images' table."""

import os

from chalicelib.aws import rows
from chalicelib.aws.items import serialized

HASH_KEY = "secrets"  # the hash key; no image has such an id
_BYTES = 32


class DynamoSecrets:
    """The Secrets that items of the images' table are; each is read once in a process."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._known: dict[str, bytes] = {}

    def secret(self, name: str) -> bytes:
        """The secret of that name, made at its first use and then always the same."""
        if name not in self._known:
            self._known[name] = self._read(name) or self._make(name)
        return self._known[name]

    def _read(self, name: str) -> bytes:
        row = rows.read(self._name, HASH_KEY, name)
        return bytes.fromhex(row["hex"]["S"]) if row else b""

    def _make(self, name: str) -> bytes:
        row = {"id": HASH_KEY, "entry": name, "hex": os.urandom(_BYTES).hex()}
        rows.add(self._name, serialized(row))
        return self._read(name)  # somebody else may have been faster
