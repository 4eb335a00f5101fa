"""An issuer's keys: how often it is asked for them, and what it may answer."""

import json
from typing import Any

import pytest

from chalicelib.access.keysets import KeySet
from chalicelib.errors import PassingFault
from tests.clock import Clock
from tests.security.issuer import Issuer, fetch, settings_for


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(issuer: Issuer, clock: Clock) -> KeySet:
    issuer.asked.clear()
    issuer.is_away = False
    return KeySet(settings_for(issuer), fetch, clock)


def test_a_flood_of_invented_key_ids_asks_the_issuer_once(issuer: Issuer, keys: KeySet) -> None:
    assert keys.find("rsa-1")
    assert [keys.find(f"invented-{n}") for n in range(100)] == [None] * 100
    assert issuer.asked.count("/keys") == 1


def test_a_new_key_is_found_after_a_pause(issuer: Issuer, clock: Clock) -> None:
    published = issuer.key_set
    wanted = settings_for(issuer, JWT_JWKS_URL="https://keys.example")
    keys = KeySet(wanted, lambda _: json.dumps(published).encode(), clock)
    assert keys.find("rsa-1")
    published["keys"][0]["kid"] = "rsa-2"
    assert keys.find("rsa-2") is None
    clock.pass_by(seconds=31)
    assert keys.find("rsa-2")


def test_keys_are_asked_for_again_after_ten_minutes(
    issuer: Issuer, keys: KeySet, clock: Clock
) -> None:
    keys.find("rsa-1")
    clock.pass_by(minutes=11)
    keys.find("rsa-1")
    assert issuer.asked.count("/keys") == 2


def test_known_keys_hold_while_the_issuer_is_away(
    issuer: Issuer, keys: KeySet, clock: Clock
) -> None:
    keys.find("rsa-1")
    issuer.is_away = True
    clock.pass_by(hours=23)
    assert keys.find("rsa-1")
    clock.pass_by(hours=2)
    with pytest.raises(PassingFault):
        keys.find("rsa-1")


def test_an_issuer_that_is_away_from_the_start_is_a_passing_fault(
    issuer: Issuer, keys: KeySet
) -> None:
    issuer.is_away = True
    for _ in range(3):
        with pytest.raises(PassingFault):
            keys.find("rsa-1")
    assert len(issuer.asked) == 1


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
def test_what_is_no_key_set_gives_no_key(issuer: Issuer, clock: Clock, document: bytes) -> None:
    wanted = settings_for(issuer, JWT_JWKS_URL="https://keys.example")
    with pytest.raises(PassingFault):
        KeySet(wanted, lambda _: document, clock).find("rsa-1")


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://other.example", "jwks_uri": "https://other.example/keys"},
        {"issuer": "ISSUER", "jwks_uri": "http://169.254.169.254/latest/meta-data"},
        {"issuer": "ISSUER", "jwks_uri": "file:///etc/passwd"},
        {"issuer": "ISSUER", "jwks_uri": 7},
        {"issuer": "ISSUER"},
    ],
)
def test_a_discovery_document_leads_to_no_other_place(
    issuer: Issuer, clock: Clock, told: dict[str, Any]
) -> None:
    asked: list[str] = []

    def answer(address: str) -> bytes:
        asked.append(address)
        return json.dumps(told).replace("ISSUER", issuer.address).encode()

    with pytest.raises(PassingFault):
        KeySet(settings_for(issuer), answer, clock).find("rsa-1")
    assert asked == [f"{issuer.address}/.well-known/openid-configuration"]


def test_an_issuer_elsewhere_leads_to_nothing_on_this_machine(issuer: Issuer, clock: Clock) -> None:
    """On Lambda that would be the interface from which a function gets its calls."""
    wanted = settings_for(issuer, JWT_ISSUER="https://id.example")
    told = {"issuer": "https://id.example", "jwks_uri": f"{issuer.address}/keys"}

    def answer(address: str) -> bytes:
        return json.dumps(told).encode() if "well-known" in address else fetch(address)

    issuer.asked.clear()
    with pytest.raises(PassingFault):
        KeySet(wanted, answer, clock).find("rsa-1")
    assert issuer.asked == []
