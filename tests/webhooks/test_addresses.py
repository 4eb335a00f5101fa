"""Addresses that webhooks must not reach, however they are written."""

from ipaddress import ip_address
from typing import Any

import pytest

from chalicelib.errors import AddressRefused, SettingsError, TransientError
from chalicelib.settings import read_settings
from chalicelib.webhooks import addresses
from chalicelib.webhooks.addresses import is_public, resolve
from tests.environment import SETTINGS
from tests.webhooks.conftest import Sender
from tests.webhooks.receivers import Receiver

PRIVATE = {
    "loopback": "127.0.0.1",
    "all of loopback": "127.9.9.9",
    "this machine": "0.0.0.0",
    "private, class A": "10.0.0.1",
    "private, class B": "172.16.0.1",
    "private, class C": "192.168.1.1",
    "link-local": "169.254.1.1",
    "the metadata of EC2": "169.254.169.254",
    "the credentials of ECS": "169.254.170.2",
    "carrier-grade NAT": "100.64.0.1",
    "benchmarks": "198.18.0.1",
    "documentation": "192.0.2.1",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "loopback, IPv6": "::1",
    "unspecified, IPv6": "::",
    "link-local, IPv6": "fe80::1",
    "unique local, IPv6": "fd12:3456::1",
    "the metadata of EC2, IPv6": "fd00:ec2::254",
    "multicast, IPv6": "ff02::1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped metadata": "::ffff:a9fe:a9fe",
    "loopback through NAT64": "64:ff9b::7f00:1",
    "private through 6to4": "2002:a00:1::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "loopback in the last bits, IPv6": "::127.0.0.1",
    "site-local, IPv6": "fec0::1",
    "a segment of a router's, IPv6": "5f00::1",
}
PUBLIC = ("93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8")
# Spellings of loopback that only resolving reveals.
WRITTEN = ("localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "[::1]")


@pytest.mark.parametrize("text", PRIVATE.values(), ids=PRIVATE.keys())
def test_a_private_address_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", PRIVATE.values(), ids=PRIVATE.keys())
def test_a_name_with_a_private_address_is_refused(names: dict[str, list[str]], text: str) -> None:
    names["hooks.example"] = [text]
    with pytest.raises(AddressRefused):
        resolve("hooks.example", 443, only_loopback=False)


def test_one_private_address_among_public_ones_is_refused(names: dict[str, list[str]]) -> None:
    names["hooks.example"] = [PUBLIC[0], PRIVATE["private, class A"]]
    with pytest.raises(AddressRefused):
        resolve("hooks.example", 443, only_loopback=False)


def test_a_public_name_resolves_to_the_address_to_connect_to(names: dict[str, list[str]]) -> None:
    names["hooks.example"] = list(PUBLIC[:2])
    assert resolve("hooks.example", 443, only_loopback=False) == PUBLIC[0]


def test_an_unknown_name_is_a_transient_error(names: dict[str, list[str]]) -> None:
    assert names == {}
    with pytest.raises(TransientError):
        resolve("hooks.example", 443, only_loopback=False)


@pytest.mark.parametrize("host", WRITTEN)
def test_nothing_reaches_this_machine_however_it_is_written(
    sender: Sender, receiver: Receiver, host: str
) -> None:
    sender.aim(f"https://{host}:{receiver.port}/", loopback=False)
    with pytest.raises((AddressRefused, TransientError)):
        sender.send()
    assert receiver.requests == []


def test_a_webhook_to_a_forbidden_address_is_retried_later(
    sender: Sender, names: dict[str, list[str]]
) -> None:
    names["hooks.example"] = ["10.0.0.1"]
    sender.aim("https://hooks.example/", loopback=False)
    with pytest.raises(AddressRefused):
        sender.send()
    assert sender.queue.put_offs


def test_with_loopback_allowed_plain_http_reaches_nothing_else(
    sender: Sender, names: dict[str, list[str]]
) -> None:
    names["hooks.example"] = [PUBLIC[0]]
    sender.aim("http://hooks.example/")
    with pytest.raises(AddressRefused):
        sender.send()


def test_a_name_whose_address_changes_after_the_check_connects_to_the_checked_one(
    sender: Sender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookups = [["93.184.215.14"], ["127.0.0.1"]]
    connected: list[str] = []

    def getaddrinfo(_host: str, port: int, **_: object) -> list[Any]:
        return [(2, 1, 6, "", (address, port)) for address in lookups.pop(0)]

    def connect(address: tuple[str, int], *_: object) -> None:
        connected.append(address[0])
        raise OSError

    monkeypatch.setattr(addresses.socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(addresses.socket, "create_connection", connect)
    sender.aim(f"https://hooks.example:{receiver.port}/", loopback=False)
    with pytest.raises(TransientError):
        sender.send()
    assert connected == ["93.184.215.14"]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "https://",
        "ftp://hooks.example/",
        "https://a:b@hooks.example",
        "https://hooks.example:99999/",
        "https://[hooks.example/",
        "https://hooks.example/ü",
        "https://hooks.example/a hook",
    ],
)
def test_a_webhook_url_must_be_https(url: str) -> None:
    given = SETTINGS | {"WEBHOOK_URL": url, "WEBHOOK_SECRET_PARAMETER": "/secret"}
    with pytest.raises(SettingsError, match="WEBHOOK_URL"):
        read_settings(given)


def test_webhooks_need_a_secret() -> None:
    with pytest.raises(SettingsError, match="WEBHOOK_SECRET_PARAMETER"):
        read_settings(SETTINGS | {"WEBHOOK_URL": "https://hooks.example/"})


def test_loopback_cannot_be_allowed_on_lambda() -> None:
    given = SETTINGS | {
        "WEBHOOK_URL": "http://127.0.0.1:9001/",
        "WEBHOOK_SECRET_PARAMETER": "/secret",
        "WEBHOOK_LOOPBACK": "true",
    }
    assert read_settings(given)
    with pytest.raises(SettingsError, match="WEBHOOK_LOOPBACK"):
        read_settings(given | {"AWS_LAMBDA_FUNCTION_NAME": "darkroom-dev-send_webhook"})
