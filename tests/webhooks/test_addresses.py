"""Where no webhook goes, however the place is written."""

import datetime
import socket
import ssl
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.errors import AddressRefused, PassingFault, SettingsError
from chalicelib.settings import read_settings
from chalicelib.webhooks import addresses, posting
from chalicelib.webhooks.addresses import is_public, resolve
from tests.environment import SETTINGS
from tests.webhooks.conftest import Sender
from tests.webhooks.receivers import Receiver, running_receiver

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
# How loopback may be written so that only whoever resolves it knows.
WRITTEN = ("localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "[::1]")


@pytest.mark.parametrize("text", PRIVATE.values(), ids=PRIVATE.keys())
def test_a_private_address_is_none_that_a_webhook_may_go_to(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_one(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The addresses of names, in place of DNS; each question takes the next list."""
    known: dict[str, list[str]] = {}

    def answer(host: str, port: int, *_: object, **__: object) -> list[Any]:
        if host == "127.0.0.1":
            return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, port))]
        if host not in known:
            raise OSError("no such name")
        return [(0, 0, 0, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", answer)
    return known


@pytest.mark.parametrize("text", PRIVATE.values(), ids=PRIVATE.keys())
def test_nor_is_a_name_that_has_it(names: dict[str, list[str]], text: str) -> None:
    names["hooks.example"] = [text]
    with pytest.raises(AddressRefused):
        resolve("hooks.example", 443, only_loopback=False)


def test_one_private_address_among_public_ones_is_enough(names: dict[str, list[str]]) -> None:
    names["hooks.example"] = [PUBLIC[0], PRIVATE["private, class A"]]
    with pytest.raises(AddressRefused):
        resolve("hooks.example", 443, only_loopback=False)


def test_a_public_name_is_the_address_to_connect_to(names: dict[str, list[str]]) -> None:
    names["hooks.example"] = list(PUBLIC[:2])
    assert resolve("hooks.example", 443, only_loopback=False) == PUBLIC[0]


def test_a_name_that_nobody_knows_is_a_passing_fault(names: dict[str, list[str]]) -> None:
    assert names == {}
    with pytest.raises(PassingFault):
        resolve("hooks.example", 443, only_loopback=False)


@pytest.mark.parametrize("host", WRITTEN)
def test_nothing_reaches_this_machine_however_it_is_written(
    sender: Sender, receiver: Receiver, host: str
) -> None:
    sender.aim(f"https://{host}:{receiver.port}/", loopback=False)
    with pytest.raises((AddressRefused, PassingFault)):
        sender.send()
    assert receiver.requests == []


def test_what_may_not_be_sent_is_put_off_like_what_was_refused(
    sender: Sender, names: dict[str, list[str]]
) -> None:
    names["hooks.example"] = ["10.0.0.1"]
    sender.aim("https://hooks.example/", loopback=False)
    with pytest.raises(AddressRefused):
        sender.send()
    assert sender.queue.put_offs


def test_with_loopback_allowed_plain_http_goes_nowhere_else(
    sender: Sender, names: dict[str, list[str]]
) -> None:
    names["hooks.example"] = [PUBLIC[0]]
    sender.aim("http://hooks.example/")
    with pytest.raises(AddressRefused):
        sender.send()


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver under the certificate of hooks.example, which this machine trusts."""
    file = tmp_path / "certificate.pem"
    file.write_bytes(certificate("hooks.example"))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    posting.trusting.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with running_receiver(context) as receiver:
        yield receiver
    posting.trusting.cache_clear()


def all_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this machine for the internet."""
    monkeypatch.setattr(addresses, "is_public", lambda _: True)


def test_over_tls_the_certificate_is_that_of_the_name_not_of_the_address(
    sender: Sender,
    secure: Receiver,
    names: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    all_public(monkeypatch)
    names["hooks.example"] = ["127.0.0.1"]
    sender.aim(f"https://hooks.example:{secure.port}/", loopback=False)
    sender.send()
    assert secure.requests[0].headers["host"] == f"hooks.example:{secure.port}"


def test_the_authorities_are_read_once_for_many_posts(
    sender: Sender,
    secure: Receiver,
    names: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    all_public(monkeypatch)
    names["hooks.example"] = ["127.0.0.1"]
    sender.aim(f"https://hooks.example:{secure.port}/", loopback=False)
    for _ in range(3):
        sender.send()
    assert (len(secure.requests), posting.trusting.cache_info().misses) == (3, 1)


def test_a_certificate_of_another_name_is_refused(
    sender: Sender,
    secure: Receiver,
    names: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    all_public(monkeypatch)
    names["other.example"] = ["127.0.0.1"]
    sender.aim(f"https://other.example:{secure.port}/", loopback=False)
    with pytest.raises(PassingFault, match="SSLCertVerificationError"):
        sender.send()
    assert secure.requests == []


def test_a_name_that_changes_its_address_after_the_check_leads_nowhere_else(
    sender: Sender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    connected: list[str] = []

    def answer(_host: str, port: int, **_: object) -> list[Any]:
        return [(2, 1, 6, "", (address, port)) for address in answers.pop(0)]

    def connect(place: tuple[str, int], *_: object) -> None:
        connected.append(place[0])
        raise OSError

    monkeypatch.setattr(addresses.socket, "getaddrinfo", answer)
    monkeypatch.setattr(addresses.socket, "create_connection", connect)
    sender.aim(f"https://hooks.example:{receiver.port}/", loopback=False)
    with pytest.raises(PassingFault):
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
def test_only_https_is_an_address_for_webhooks(url: str) -> None:
    given = SETTINGS | {"WEBHOOK_URL": url, "WEBHOOK_SECRET_PARAMETER": "/secret"}
    with pytest.raises(SettingsError, match="WEBHOOK_URL"):
        read_settings(given)


def test_webhooks_need_a_secret() -> None:
    with pytest.raises(SettingsError, match="WEBHOOK_SECRET_PARAMETER"):
        read_settings(SETTINGS | {"WEBHOOK_URL": "https://hooks.example/"})


def test_on_lambda_nothing_goes_to_the_machine_itself() -> None:
    given = SETTINGS | {
        "WEBHOOK_URL": "http://127.0.0.1:9001/",
        "WEBHOOK_SECRET_PARAMETER": "/secret",
        "WEBHOOK_LOOPBACK": "true",
    }
    assert read_settings(given)
    with pytest.raises(SettingsError, match="WEBHOOK_LOOPBACK"):
        read_settings(given | {"AWS_LAMBDA_FUNCTION_NAME": "darkroom-dev-send_webhook"})


def certificate(name: str) -> bytes:
    """A key and a certificate of `name`, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + built.public_bytes(pem)
