"""Signatures that CloudFront checks before it serves private files.

The key is in SSM: a JSON object with the id that CloudFront gave to its public key, the private key
as PEM, and the secret by which the API recognizes requests of the private origin. `deploy` writes
it (ops/deploy/signing_keys.py), `make run` keeps one in DATA_DIR.
"""

import functools
import hmac
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from chalicelib.aws.parameters import SsmParameters
from chalicelib.errors import SettingsError
from chalicelib.model import cdn_policy
from chalicelib.ports.clock import Clock

_KEPT = timedelta(minutes=5)  # a former key stays valid for longer: see docs/private.md
_REMEMBERED = 2_048  # signatures; two for each private image of a page


class SigningKey(Struct, frozen=True):
    """The key that signs now. `id` is empty until CloudFront has its public key."""

    id: str
    private_key: str
    origin_secret: str


class CloudFrontSigner:
    """CloudFront implementation of CdnSigner. `name` is the parameter's, empty for none."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._cached: tuple[datetime, SigningKey] | None = None
        # RSA takes a millisecond, and the same URLs are signed again for each list.
        self._sign = functools.lru_cache(_REMEMBERED)(_signature)

    @property
    def is_ready(self) -> bool:
        """Whether there is a key."""
        return bool(self._key().id)

    def sign(self, resource: str, until: datetime) -> str:
        """The query with which CloudFront serves `resource`; empty if there is no key."""
        key = self._key()
        if not key.id:
            return ""
        policy = cdn_policy.policy(resource, until)
        signature = cdn_policy.encoded(self._sign(key.private_key, policy))
        encoded = cdn_policy.encoded(policy)
        return f"Policy={encoded}&Signature={signature}&Key-Pair-Id={key.id}"

    def is_private_origin(self, secret: str) -> bool:
        """Whether the CDN sent this secret, with a request whose signature it has checked."""
        expected = self._key().origin_secret
        return bool(expected) and hmac.compare_digest(expected.encode(), secret.encode())

    def _key(self) -> SigningKey:
        now = self._clock()
        if self._cached is None or abs(now - self._cached[0]) > _KEPT:
            self._cached = now, self._read()
        return self._cached[1]

    def _read(self) -> SigningKey:
        if not self._name:
            return SigningKey("", "", "")
        try:
            return msgspec.json.decode(SsmParameters().read(self._name), type=SigningKey)
        except msgspec.MsgspecError as reason:  # without its text, which may quote the key
            raise SettingsError(f"The parameter {self._name} in SSM is no signing key.") from reason


@functools.lru_cache(4)
def _loaded(private_key: str) -> Any:
    # No other request pays for this import.
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(private_key.encode(), None)


def _signature(private_key: str, policy: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA1

    # CloudFront's default, which all its regions have; the signed texts are our own.
    signed: bytes = _loaded(private_key).sign(policy, PKCS1v15(), SHA1())  # noqa: S303
    return signed
