"""An issuer's public keys: fetched from where the settings say, kept, and not asked for too often.

Unlike PyJWT's own client it asks once in a while at most, whatever key ids callers invent, and it
keeps what it has when the issuer is away.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from chalicelib.errors import PassingFault
from chalicelib.ports import Clock
from chalicelib.settings import Settings, is_safe_address

Fetch = Callable[[str], bytes]  # an address's answer; OSError where there is none
Key = Mapping[str, Any]  # a JSON Web Key

_FRESH = timedelta(minutes=10)
_PAUSE = timedelta(seconds=30)  # between two questions, for whatever cause
_KEPT = timedelta(hours=24)  # for as long the issuer may be away
_MOST_KEYS = 100
_ASYMMETRIC = frozenset({"RSA", "EC", "OKP"})


class KeySet:
    """The public keys of one issuer."""

    def __init__(self, settings: Settings, fetch: Fetch, clock: Clock) -> None:
        self._settings = settings
        self._fetch = fetch
        self._clock = clock
        self._keys: list[Key] = []
        self._fetched_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._lock = threading.Lock()

    def find(self, key_id: str | None) -> Key | None:
        """The key of this id, or the only one where a token names none; None for no such key.

        PassingFault while the issuer cannot be asked and nothing is known.
        """
        with self._lock:
            if self._age(self._fetched_at) > _FRESH:
                self._ask()
            if self._age(self._fetched_at) > _KEPT:
                raise PassingFault("The issuer's keys cannot be fetched right now.")
            found = self._among_known(key_id)
            if found is None and self._ask():
                found = self._among_known(key_id)
            return found

    def _among_known(self, key_id: str | None) -> Key | None:
        fitting = [key for key in self._keys if key_id is None or key.get("kid") == key_id]
        return fitting[0] if len(fitting) == 1 else None

    def _ask(self) -> bool:
        """Whether there is news: at most one question in each pause."""
        if self._age(self._asked_at) < _PAUSE:
            return False
        self._asked_at = self._clock()
        try:
            self._keys = _keys_in(self._fetch(self._address()))
        except (OSError, ValueError, LookupError, TypeError):
            return False
        self._fetched_at = self._asked_at
        return True

    def _address(self) -> str:
        if self._settings.jwt_jwks_url:
            return self._settings.jwt_jwks_url
        issuer = self._settings.jwt_issuer
        told = _object(self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
        address = told["jwks_uri"]
        if told["issuer"] != issuer or not _may_lead(issuer, address):
            raise ValueError("The discovery document is not this issuer's.")
        return str(address)

    def _age(self, since: datetime | None) -> timedelta:
        return self._clock() - since if since else timedelta.max


def _may_lead(issuer: str, address: object) -> bool:
    """Whether keys may come from there: only an issuer on this machine leads to its plain HTTP."""
    schemes = ("https", urlsplit(issuer).scheme)
    return is_safe_address(address) and urlsplit(str(address)).scheme in schemes


def _keys_in(data: bytes) -> list[Key]:
    keys = _object(data)["keys"]
    usable = [key for key in keys if key["kty"] in _ASYMMETRIC and key.get("use", "sig") == "sig"]
    if not usable or len(usable) > _MOST_KEYS:
        raise ValueError("There is no usable number of keys.")
    return usable


def _object(data: bytes) -> dict[str, Any]:
    return msgspec.json.decode(data, type=dict[str, Any])
