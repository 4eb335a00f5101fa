"""Webhooks over TLS: which name and which authorities are checked."""

import datetime
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.errors import TransientError
from chalicelib.webhooks import addresses, http_post
from tests.webhooks.conftest import Sender
from tests.webhooks.receivers import Receiver, running_receiver


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver with a trusted certificate for hooks.example."""
    file = tmp_path / "certificate.pem"
    file.write_bytes(certificate("hooks.example"))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    http_post.tls_context.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with running_receiver(context) as receiver:
        yield receiver
    http_post.tls_context.cache_clear()


Aim = Callable[[str], None]  # sends webhooks to a name, which resolves to that receiver


@pytest.fixture
def aim(
    sender: Sender,
    secure: Receiver,
    names: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> Aim:
    """Treats this machine's addresses as public."""
    monkeypatch.setattr(addresses, "is_public", lambda _: True)

    def aim(name: str) -> None:
        names[name] = ["127.0.0.1"]
        sender.aim(f"https://{name}:{secure.port}/", loopback=False)

    return aim


def test_the_certificate_must_be_for_the_name_not_for_the_address(
    sender: Sender, secure: Receiver, aim: Aim
) -> None:
    aim("hooks.example")
    sender.send()
    assert secure.requests[0].headers["host"] == f"hooks.example:{secure.port}"


def test_the_authorities_are_loaded_once_for_many_posts(
    sender: Sender, secure: Receiver, aim: Aim
) -> None:
    aim("hooks.example")
    for _ in range(3):
        sender.send()
    assert (len(secure.requests), http_post.tls_context.cache_info().misses) == (3, 1)


def test_a_certificate_for_another_name_is_refused(
    sender: Sender, secure: Receiver, aim: Aim
) -> None:
    aim("other.example")
    with pytest.raises(TransientError, match="SSLCertVerificationError"):
        sender.send()
    assert secure.requests == []


def certificate(name: str) -> bytes:
    """A key and a self-signed certificate for `name`."""
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
