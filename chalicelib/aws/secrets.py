"""Secrets on DynamoDB: generated at first use and stored in the images table."""

import os

from chalicelib.aws import rows
from chalicelib.aws.items import serialized
from chalicelib.aws.table_keys import SECRETS

_BYTES = 32


class DynamoSecrets:
    """DynamoDB implementation of Secrets; each is read once per process."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._cache: dict[str, bytes] = {}

    def secret(self, name: str) -> bytes:
        """The secret of that name: generated at its first use, then always the same."""
        if name not in self._cache:
            self._cache[name] = self._read(name) or self._make(name)
        return self._cache[name]

    def _read(self, name: str) -> bytes:
        row = rows.read(self._name, SECRETS, name)
        return bytes.fromhex(row["hex"]["S"]) if row else b""

    def _make(self, name: str) -> bytes:
        row = {"id": SECRETS, "entry": name, "hex": os.urandom(_BYTES).hex()}
        rows.add(self._name, serialized(row))
        return self._read(name)  # another process may have been faster
