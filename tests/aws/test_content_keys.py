"""The key of Content Credentials in KMS: moto shows the form of calls, botocore's stubs faults."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from moto import mock_aws

from chalicelib.aws import clients
from chalicelib.aws.content_keys import KmsContentKey, raw_signature
from chalicelib.errors import SettingsError, TransientError
from tests.aws.conftest import ANYONE, stubbed

PARAMETER = "/darkroom/test/c2pa-certificates"


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    with stubbed(clients.kms, monkeypatch) as stubber:
        yield stubber


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """KMS and SSM as moto emulates them, through our own clients."""
    for name, value in ANYONE.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        for service in ("kms", "ssm"):
            monkeypatch.setattr(clients, service, lambda service=service: boto3.client(service))
        yield boto3.client("kms")


def test_kms_signs_what_the_public_key_verifies(account: Any) -> None:
    made = account.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]
    signature = KmsContentKey(made["Arn"], PARAMETER).sign(b"message")
    assert len(signature) == 64
    r, s = (int.from_bytes(half) for half in (signature[:32], signature[32:]))
    public = load_der_public_key(account.get_public_key(KeyId=made["Arn"])["PublicKey"])
    assert isinstance(public, ec.EllipticCurvePublicKey)
    # moto hashes what it gets once more, although it is a digest; KMS does not.
    digest = sha256(b"message").digest()
    public.verify(utils.encode_dss_signature(r, s), digest, ec.ECDSA(SHA256()))


def test_the_signature_is_of_the_messages_hash(kms: Stubber) -> None:
    """With the parameters that KMS's documentation has for a digest."""
    key = ec.generate_private_key(ec.SECP256R1())
    digest = sha256(b"message").digest()
    answer = {"Signature": key.sign(digest, ec.ECDSA(utils.Prehashed(SHA256())))}
    expected = {
        "KeyId": "alias/any",
        "Message": digest,
        "MessageType": "DIGEST",
        "SigningAlgorithm": "ECDSA_SHA_256",
    }
    kms.add_response("sign", answer, expected)
    signature = KmsContentKey("alias/any", PARAMETER).sign(b"message")
    r, s = (int.from_bytes(half) for half in (signature[:32], signature[32:]))
    key.public_key().verify(utils.encode_dss_signature(r, s), b"message", ec.ECDSA(SHA256()))


@pytest.mark.usefixtures("account")
def test_certificates_are_a_parameter() -> None:
    boto3.client("ssm").put_parameter(Name=PARAMETER, Value="a chain", Type="String")
    assert KmsContentKey("alias/any", PARAMETER).certificates() == "a chain"


@pytest.mark.usefixtures("account")
def test_missing_certificates_are_named() -> None:
    with pytest.raises(SettingsError, match=PARAMETER):
        KmsContentKey("alias/any", PARAMETER).certificates()


@pytest.mark.parametrize("code", ["ThrottlingException", "KMSInternalException"])
def test_a_throttled_key_is_to_be_tried_again(kms: Stubber, code: str) -> None:
    kms.add_client_error("sign", code, http_status_code=400 if "Throttl" in code else 500)
    with pytest.raises(TransientError, match="KMS"):
        KmsContentKey("alias/any", PARAMETER).sign(b"message")


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "NotFoundException", "DisabledException"]
)
def test_a_key_that_cannot_sign_is_named(kms: Stubber, code: str) -> None:
    kms.add_client_error("sign", code, http_status_code=400)
    with pytest.raises(SettingsError, match=rf"C2PA_KEY \(alias/any\): {code}"):
        KmsContentKey("alias/any", PARAMETER).sign(b"message")


def test_a_service_that_cannot_be_reached_is_to_be_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Unreachable:
        def sign(self, **_: object) -> None:
            raise EndpointConnectionError(endpoint_url="https://kms.example")

    monkeypatch.setattr(clients, "kms", Unreachable)
    with pytest.raises(TransientError, match="KMS cannot be reached"):
        KmsContentKey("alias/any", PARAMETER).sign(b"message")


@pytest.mark.parametrize(
    ("r", "s"), [(1, 2), (2**255, 2**256 - 1), (2**248 - 1, 2**128)], ids=["short", "long", "mixed"]
)
def test_numbers_have_32_bytes_each(r: int, s: int) -> None:
    raw = raw_signature(utils.encode_dss_signature(r, s))
    assert raw == r.to_bytes(32) + s.to_bytes(32)


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30",
        b"\x30\x80",
        b"\x30\x06\x02\x01\x01\x02\x01",
        b"\x31\x06\x02\x01\x01\x02\x01\x01",
        utils.encode_dss_signature(1, 1) + b"\0",
        utils.encode_dss_signature(2**256, 1),
    ],
)
def test_what_is_no_signature_is_refused(der: bytes) -> None:
    with pytest.raises(ValueError, match="P-256"):
        raw_signature(der)
