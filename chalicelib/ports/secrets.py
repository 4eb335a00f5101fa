"""Interface of the secrets that the application generates itself."""

from typing import Protocol

SIGNING_KEY = "signing"  # the name of the secret that signs transformations


class Secrets(Protocol):
    """Random secrets."""

    def secret(self, name: str) -> bytes:
        """The secret of that name: generated at its first use, then always the same."""


def signing_key(secrets: Secrets) -> bytes:
    """The key of signed URLs: 64 hex digits, as ASCII text, so that any tool can use it."""
    return secrets.secret(SIGNING_KEY).hex().encode()
