"""JSON Web Tokens of an OpenID Connect issuer."""

import logging
from typing import Any

from chalicelib.auth.callers import Caller, Scope, is_valid_subject, parse_scopes
from chalicelib.auth.jwks import Key, KeySet
from chalicelib.model.image import EVERYONE
from chalicelib.settings import Settings

_log = logging.getLogger(__name__)
_REQUIRED = ["aud", "exp", "iss", "sub"]
_LONGEST = 8 * 1024  # characters; API Gateway's headers have 10 KB together


class JwtVerifier:
    """Verifies tokens of the issuer in the settings."""

    def __init__(self, settings: Settings, keys: KeySet) -> None:
        self._settings = settings
        self._keys = keys

    def authenticate(self, text: str) -> Caller | None:
        """The caller of the token; None if it is not valid.

        TransientError if the issuer's keys are not cached and cannot be fetched.
        """
        claims = self._verified(text) if len(text) <= _LONGEST else None
        subject = claims.get("sub") if claims else None
        # Users who can choose their subject at the issuer must not become `everyone`.
        if not claims or not is_valid_subject(subject) or subject == EVERYONE:
            return None
        return Caller(owner=str(subject), scopes=self._scopes(claims))

    def _verified(self, text: str) -> dict[str, Any] | None:
        import jwt  # here, since no other function or mode needs it

        try:
            header = jwt.get_unverified_header(text)
            algorithm = header.get("alg")
            if algorithm not in self._settings.algorithms:
                return None  # before looking for its key
            key = self._keys.find(header.get("kid"))
            if key is None or key.get("alg", algorithm) != algorithm:
                return None
            return self._decoded(text, key, algorithm)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            return None

    def _decoded(self, text: str, key: Key, algorithm: str) -> dict[str, Any]:
        import jwt

        settings = self._settings
        try:
            return jwt.decode(
                text,
                jwt.PyJWK(dict(key), algorithm),
                algorithms=[algorithm],
                audience=settings.jwt_audience,
                issuer=settings.jwt_issuer,
                leeway=settings.jwt_leeway_seconds,
                options={"require": _REQUIRED, "enforce_minimum_key_length": True},
            )
        except jwt.InvalidKeyError as reason:  # too short, or of another type or curve
            _log.warning("Issuer's key %r refused for %s: %s", key.get("kid"), algorithm, reason)
            raise

    def _scopes(self, claims: dict[str, Any]) -> frozenset[Scope]:
        given = claims.get(self._settings.jwt_scope_claim, "")
        words = given.split() if isinstance(given, str) else given
        prefix = self._settings.jwt_scope_prefix
        listed = words if isinstance(words, list) else []
        own = [
            word.removeprefix(prefix)
            for word in listed
            if isinstance(word, str) and word.startswith(prefix)
        ]
        return parse_scopes([*own, *self._settings.default_scopes])
