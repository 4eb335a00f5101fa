"""An issuer's keys: how often they are fetched, and from where."""

import json
from typing import Any

import pytest

from chalicelib.auth.jwks import KeySet
from chalicelib.errors import TransientError
from tests.auth.issuer import Issuer, fetch, settings_for
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(issuer: Issuer, clock: Clock) -> KeySet:
    issuer.requests.clear()
    issuer.is_away = False
    return KeySet(settings_for(issuer), fetch, clock)


def test_a_flood_of_invented_key_ids_causes_one_fetch(issuer: Issuer, keys: KeySet) -> None:
    assert keys.find("rsa-1")
    assert [keys.find(f"invented-{n}") for n in range(100)] == [None] * 100
    assert issuer.requests.count("/keys") == 1


def test_a_new_key_is_found_after_a_pause(issuer: Issuer, clock: Clock) -> None:
    published = issuer.key_set
    wanted = settings_for(issuer, JWT_JWKS_URL="https://keys.example")
    keys = KeySet(wanted, lambda _: json.dumps(published).encode(), clock)
    assert keys.find("rsa-1")
    published["keys"][0]["kid"] = "rsa-2"
    assert keys.find("rsa-2") is None
    clock.pass_by(seconds=31)
    assert keys.find("rsa-2")


def test_keys_are_fetched_again_after_ten_minutes(
    issuer: Issuer, keys: KeySet, clock: Clock
) -> None:
    keys.find("rsa-1")
    clock.pass_by(minutes=11)
    keys.find("rsa-1")
    assert issuer.requests.count("/keys") == 2


def test_cached_keys_are_used_while_the_issuer_is_unavailable(
    issuer: Issuer, keys: KeySet, clock: Clock
) -> None:
    keys.find("rsa-1")
    issuer.is_away = True
    clock.pass_by(hours=23)
    assert keys.find("rsa-1")
    clock.pass_by(hours=2)
    with pytest.raises(TransientError):
        keys.find("rsa-1")


def test_an_issuer_that_is_unavailable_from_the_start_is_a_transient_error(
    issuer: Issuer, keys: KeySet
) -> None:
    issuer.is_away = True
    for _ in range(3):
        with pytest.raises(TransientError):
            keys.find("rsa-1")
    assert len(issuer.requests) == 1


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys": []}',
        b'{"keys": [{"kty": "oct", "k": "a2s"}]}',
        b'{"keys": "rsa-1"}',
        b'{"keys": [{"kid": "rsa-1"}]}',
    ],
)
def test_an_invalid_key_set_is_a_transient_error(
    issuer: Issuer, clock: Clock, document: bytes
) -> None:
    wanted = settings_for(issuer, JWT_JWKS_URL="https://keys.example")
    with pytest.raises(TransientError):
        KeySet(wanted, lambda _: document, clock).find("rsa-1")


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://other.example", "jwks_uri": "https://other.example/keys"},
        {"issuer": "ISSUER", "jwks_uri": "http://169.254.169.254/latest/meta-data"},
        {"issuer": "ISSUER", "jwks_uri": "file:///etc/passwd"},
        {"issuer": "ISSUER", "jwks_uri": 7},
        {"issuer": "ISSUER"},
    ],
)
def test_a_discovery_document_cannot_lead_to_another_issuer_or_scheme(
    issuer: Issuer, clock: Clock, discovery: dict[str, Any]
) -> None:
    requests: list[str] = []

    def respond(address: str) -> bytes:
        requests.append(address)
        return json.dumps(discovery).replace("ISSUER", issuer.address).encode()

    with pytest.raises(TransientError):
        KeySet(settings_for(issuer), respond, clock).find("rsa-1")
    assert requests == [f"{issuer.address}/.well-known/openid-configuration"]


def test_a_remote_issuer_cannot_lead_to_this_machine(issuer: Issuer, clock: Clock) -> None:
    """On Lambda that could be the runtime API, from which a function gets its events."""
    wanted = settings_for(issuer, JWT_ISSUER="https://id.example")
    discovery = {"issuer": "https://id.example", "jwks_uri": f"{issuer.address}/keys"}

    def respond(address: str) -> bytes:
        return json.dumps(discovery).encode() if "well-known" in address else fetch(address)

    issuer.requests.clear()
    with pytest.raises(TransientError):
        KeySet(wanted, respond, clock).find("rsa-1")
    assert issuer.requests == []
