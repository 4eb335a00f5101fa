"""Interface of the secrets that the application generates itself."""

from typing import Protocol

SIGNING_KEY = "signing"  # the name of the secret that signs transformations


class Secrets(Protocol):
    """Random secrets.

    A process may go on using a secret for a minute after another one has replaced it, but accepts
    the new one after a second.
    """

    def secret(self, name: str) -> bytes:
        """The secret of that name: generated at its first use."""

    def accepted(self, name: str) -> tuple[bytes, ...]:
        """The secret, and the one that it replaced, if any."""

    def replace(self, name: str) -> bytes:
        """Generate a new secret of that name; the present one stays accepted."""


def signing_key(secrets: Secrets) -> bytes:
    """The key of signed URLs: 64 hex digits, as ASCII text, so that any tool can use it."""
    return _text(secrets.secret(SIGNING_KEY))


def accepted_signing_keys(secrets: Secrets) -> tuple[bytes, ...]:
    """The keys with which URLs may be signed: the present one, and the one before."""
    return tuple(map(_text, secrets.accepted(SIGNING_KEY)))


def replace_signing_key(secrets: Secrets) -> bytes:
    """Sign with a new key from now on; the key that was replaced before is no longer accepted."""
    return _text(secrets.replace(SIGNING_KEY))


def _text(secret: bytes) -> bytes:
    return secret.hex().encode()
