"""Bearer tokens of our own: random, shown once, stored only as a hash."""

import hashlib
import hmac
import os
import re
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from chalicelib.auth.callers import Caller, Scope
from chalicelib.ports.clock import Clock

_ID_BYTES, _SECRET_BYTES = 8, 32
_FORM = re.compile(rf"dr_([0-9a-f]{{{2 * _ID_BYTES}}})_[0-9a-f]{{{2 * _SECRET_BYTES}}}")
_NO_HASH = "0" * 64


class ApiToken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stored token. `sha256` (hex) is of its whole text, `ending` its last characters.

    `id` is the part of the text by which it is found; it is not secret.
    """

    id: str
    sha256: str
    ending: str
    subject: str
    scopes: tuple[Scope, ...]
    name: str
    created_at: datetime
    expires_at: datetime | None = None


class TokenStore(Protocol):
    """A store of tokens."""

    def get(self, token_id: str) -> ApiToken | None:
        """The token of this id, read consistently."""

    def put(self, token: ApiToken) -> None:
        """Store a new token."""

    def all(self) -> list[ApiToken]:
        """All tokens, oldest first."""

    def remove(self, token_id: str) -> bool:
        """Remove a token: whether it existed."""


def new_token(
    subject: str, scopes: frozenset[Scope], name: str, now: datetime, expires_at: datetime | None
) -> tuple[str, ApiToken]:
    """A token's text, which is not stored, and the record to store."""
    # As the module `secrets` does, which would lengthen cold starts.
    token_id, secret = os.urandom(_ID_BYTES).hex(), os.urandom(_SECRET_BYTES).hex()
    text = f"dr_{token_id}_{secret}"
    return text, ApiToken(
        id=token_id,
        sha256=_hash(text),
        ending=text[-4:],
        subject=subject,
        scopes=tuple(sorted(scopes)),
        name=name,
        created_at=now,
        expires_at=expires_at,
    )


class ApiTokenVerifier:
    """Verifies tokens of our own."""

    def __init__(self, store: TokenStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def authenticate(self, text: str) -> Caller | None:
        """The caller of the token; None if it is unknown, altered, revoked or expired."""
        form = _FORM.fullmatch(text)
        token = self._store.get(form.group(1)) if form else None
        fits = hmac.compare_digest(token.sha256 if token else _NO_HASH, _hash(text))
        if not token or not fits or (token.expires_at and token.expires_at <= self._clock()):
            return None
        return Caller(owner=token.subject, scopes=frozenset(token.scopes))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
