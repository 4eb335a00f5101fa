"""Authenticates the Authorization header with the token verifier that AUTH_MODE selects."""

import re
from typing import Protocol

from chalicelib.auth.callers import Caller

_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/=-]+) *", re.IGNORECASE)


class TokenVerifier(Protocol):
    """Verifies one kind of token."""

    def authenticate(self, text: str) -> Caller | None:
        """The caller of a token; None if it is not valid."""


class BearerAuthenticator:
    """Reads Authorization headers."""

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

    def authenticate(self, header: str) -> Caller | None:
        """The caller of the header's token; None if it has no valid one, for whatever reason.

        TransientError if that cannot be determined now.
        """
        bearer = _BEARER.fullmatch(header)
        return self._verifier.authenticate(bearer.group(1)) if bearer else None
