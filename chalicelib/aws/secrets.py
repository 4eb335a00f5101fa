"""Secrets on DynamoDB: generated at first use and stored in the images table."""

import os
import time
from collections.abc import Callable

from chalicelib.aws import clients, rows
from chalicelib.aws.faults import translate_transient_errors
from chalicelib.aws.items import serialized
from chalicelib.aws.table_keys import SECRETS
from chalicelib.errors import TransientError

_BYTES = 32
# Seconds for which a process uses what it has read: to sign, and to verify. A new key works at once
# wherever it is used first, while wrong signatures cost one read a second.
_SIGNING, _VERIFYING = 60, 1


class DynamoSecrets:
    """DynamoDB implementation of Secrets; processes keep them for a minute."""

    def __init__(self, name: str, seconds: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._seconds = seconds
        self._cache: dict[str, tuple[float, tuple[bytes, ...]]] = {}

    def secret(self, name: str) -> bytes:
        """The secret of that name: generated at its first use."""
        return self._recent(name, _SIGNING)[0]

    def accepted(self, name: str) -> tuple[bytes, ...]:
        """The secret, and the one that it replaced, if any."""
        return self._recent(name, _VERIFYING)

    def replace(self, name: str) -> bytes:
        """Generate a new secret of that name; the present one stays accepted.

        TransientError if another call replaces it at the same time.
        """
        present = (self._read(name) or self._make(name))[0]
        fresh = os.urandom(_BYTES)
        row = {"id": SECRETS, "entry": name, "hex": fresh.hex(), "former": present.hex()}
        dynamodb = clients.dynamodb()
        with translate_transient_errors("DynamoDB"):
            try:
                dynamodb.put_item(
                    TableName=self._name,
                    Item=serialized(row),
                    ConditionExpression="hex = :present",
                    ExpressionAttributeValues=serialized({":present": present.hex()}),
                )
            except dynamodb.exceptions.ConditionalCheckFailedException as error:
                raise TransientError("The secret has just been replaced.") from error
        self._cache.pop(name, None)
        return fresh

    def _recent(self, name: str, seconds: int) -> tuple[bytes, ...]:
        now = self._seconds()
        read_at, found = self._cache.get(name, (now, ()))
        if not found or now - read_at >= seconds:
            found = self._read(name) or self._make(name)
            self._cache[name] = now, found
        return found

    def _read(self, name: str) -> tuple[bytes, ...]:
        row = rows.read(self._name, SECRETS, name) or {}
        return tuple(bytes.fromhex(row[part]["S"]) for part in ("hex", "former") if part in row)

    def _make(self, name: str) -> tuple[bytes, ...]:
        row = {"id": SECRETS, "entry": name, "hex": os.urandom(_BYTES).hex()}
        rows.add(self._name, serialized(row))
        return self._read(name)  # another process may have been faster
