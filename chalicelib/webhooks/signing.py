"""Signatures: HMAC-SHA256 of id, timestamp and body, one for each valid secret."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from chalicelib.errors import SettingsError

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64  # bytes of a secret, by the standard


def read_secrets(text: str) -> tuple[bytes, ...]:
    """The space-separated secrets in `text`; SettingsError, without showing them, if invalid."""
    try:
        secrets = tuple(_read(word) for word in text.split())
    except (binascii.Error, ValueError) as reason:
        raise SettingsError(_WRONG) from reason
    if not secrets:
        raise SettingsError(_WRONG)
    return secrets


_WRONG = (
    f"The webhook secret must be {_PREFIX} and {_SHORTEST} to {_LONGEST} bytes in base64, "
    "or several of these separated by spaces."
)


def sign(secrets: Sequence[bytes], webhook_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that prove who sent `body`, and when (`timestamp`: seconds since 1970)."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    macs = (hmac.new(secret, signed, hashlib.sha256).digest() for secret in secrets)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(mac).decode()}" for mac in macs),
    }


def _read(word: str) -> bytes:
    prefix, secret = word[: len(_PREFIX)], base64.b64decode(word[len(_PREFIX) :], validate=True)
    if prefix != _PREFIX or not _SHORTEST <= len(secret) <= _LONGEST:
        raise ValueError
    return secret
