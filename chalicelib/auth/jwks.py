"""An issuer's public keys (JWKS): fetched from where the settings say, cached, and rate-limited.

Unlike PyJWT's own client, it limits how often it fetches, whatever key ids callers invent, and
keeps the keys that it has while the issuer is unavailable.
"""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
import urllib3
from urllib3 import BaseHTTPResponse

from chalicelib.errors import TransientError
from chalicelib.ports.clock import Clock
from chalicelib.settings import Settings, is_safe_address

Fetch = Callable[[str], bytes]  # the document at a URL; OSError if there is none
Key = Mapping[str, Any]  # a JSON Web Key

_FRESH = timedelta(minutes=10)
_PAUSE = timedelta(seconds=30)  # between two fetches, for whatever cause
_KEPT = timedelta(hours=24)  # how long the issuer may be unavailable
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
        self._requested_at: datetime | None = None
        self._lock = threading.Lock()

    def find(self, key_id: str | None) -> Key | None:
        """The key of this id, or the only key if a token names none; None if there is none.

        TransientError if the issuer is unavailable and no keys are cached.
        """
        with self._lock:
            if self._age(self._fetched_at) > _FRESH:
                self._refresh()
            if self._age(self._fetched_at) > _KEPT:
                raise TransientError("The issuer's keys cannot be fetched right now.")
            found = self._matching(key_id)
            if found is None and self._refresh():
                found = self._matching(key_id)
            return found

    def _matching(self, key_id: str | None) -> Key | None:
        fitting = [key for key in self._keys if key_id is None or key.get("kid") == key_id]
        return fitting[0] if len(fitting) == 1 else None

    def _refresh(self) -> bool:
        """Fetch the keys, at most once per pause: whether that succeeded."""
        if self._age(self._requested_at) < _PAUSE:
            return False
        self._requested_at = self._clock()
        try:
            self._keys = _keys_in(self._fetch(self._address()))
        except (OSError, ValueError, LookupError, TypeError):
            return False
        self._fetched_at = self._requested_at
        return True

    def _address(self) -> str:
        if self._settings.jwt_jwks_url:
            return self._settings.jwt_jwks_url
        issuer = self._settings.jwt_issuer
        document = _object(self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
        address = document["jwks_uri"]
        if document["issuer"] != issuer or not _may_provide_keys(issuer, address):
            raise ValueError("The discovery document is not this issuer's.")
        return str(address)

    def _age(self, since: datetime | None) -> timedelta:
        # The clock may have been ahead; what it dated must not count as fresh until then.
        return abs(self._clock() - since) if since else timedelta.max


def _may_provide_keys(issuer: str, address: object) -> bool:
    """Whether keys may come from `address`: over plain HTTP only if the issuer's URL is so, too."""
    schemes = ("https", urlsplit(issuer).scheme)
    return is_safe_address(address) and urlsplit(str(address)).scheme in schemes


def _keys_in(data: bytes) -> list[Key]:
    keys = _object(data)["keys"]
    usable = [key for key in keys if key["kty"] in _ASYMMETRIC and key.get("use", "sig") == "sig"]
    if not usable or len(usable) > _MOST_KEYS:
        raise ValueError("There are no usable keys, or too many.")
    return usable


def _object(data: bytes) -> dict[str, Any]:
    return msgspec.json.decode(data, type=dict[str, Any])


_MOST_BYTES = 256 * 1024


def fetch(address: str, seconds: float = 4) -> bytes:
    """The document at `address`; OSError unless all of it arrives in time with status 200.

    Two fetches fit into the authorizer's time limit: a discovery document, and its keys.
    """
    until = time.monotonic() + seconds
    try:
        with urllib3.PoolManager(retries=False) as http:
            response = http.request(
                "GET",
                address,
                timeout=urllib3.Timeout(total=seconds),
                redirect=False,
                preload_content=False,
            )
            data = _read(response, until)
    except urllib3.exceptions.HTTPError as reason:
        raise OSError(f"{address} does not respond.") from reason
    if response.status != 200:
        raise OSError(f"{address} responds with status {response.status}.")
    return data


def _read(response: BaseHTTPResponse, until: float) -> bytes:
    """The whole body, within the limits: a server may send it arbitrarily slowly."""
    data = b""
    while part := response.read1(_MOST_BYTES):
        data += part
        if len(data) > _MOST_BYTES or time.monotonic() > until:
            raise OSError("The response is too long, or takes too long.")
    return data
