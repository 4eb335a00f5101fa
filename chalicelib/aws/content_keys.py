"""The key that signs Content Credentials, in KMS, and its certificates, in SSM."""

import hashlib

from botocore.exceptions import ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of, translate_transient_errors
from chalicelib.aws.parameters import SsmParameters
from chalicelib.errors import SettingsError

_SIDE = 32  # bytes of each of a signature's two numbers
_INTEGER, _SEQUENCE = 0x02, 0x30


class KmsContentKey:
    """KMS implementation of ContentKey. `parameter` is that with the certificates.

    Only a hash is sent to KMS.
    """

    def __init__(self, key: str, parameter: str) -> None:
        self._key = key
        self._parameter = parameter

    def certificates(self) -> str:
        """The certificate chain as PEM; SettingsError if there is no such parameter."""
        return SsmParameters().read(self._parameter)

    def sign(self, message: bytes) -> bytes:
        """The signature of a message: r and s, 32 bytes each."""
        try:
            with translate_transient_errors("KMS"):
                response = clients.kms().sign(
                    KeyId=self._key,
                    Message=hashlib.sha256(message).digest(),
                    MessageType="DIGEST",
                    SigningAlgorithm="ECDSA_SHA_256",
                )
        except ClientError as reason:
            raise SettingsError(
                f"KMS does not sign with C2PA_KEY ({self._key}): {code_of(reason)}."
            ) from reason
        return raw_signature(response["Signature"])


def raw_signature(der: bytes) -> bytes:
    """An ECDSA signature, which KMS returns in DER, as COSE needs it: r and s, 32 bytes each.

    ValueError if it is no signature on P-256.
    """
    body, rest = _value(der, _SEQUENCE)
    r, others = _value(body, _INTEGER)
    s, nothing = _value(others, _INTEGER)
    numbers = [int.from_bytes(number) for number in (r, s)]
    if rest or nothing or any(number.bit_length() > 8 * _SIDE for number in numbers):
        raise ValueError("KMS returned no signature on P-256.")
    return b"".join(number.to_bytes(_SIDE) for number in numbers)


def _value(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the first value in DER, which is short here, and what follows it."""
    if len(data) < 2 or data[0] != tag or data[1] > 0x7F or len(data) < 2 + data[1]:
        raise ValueError("KMS returned no signature on P-256.")
    return data[2 : 2 + data[1]], data[2 + data[1] :]
