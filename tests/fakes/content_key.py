"""A ContentKey in memory, with certificates that nobody trusts."""

import functools

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from tests.imaging.credentials import certificate_chain


class FakeContentKey:
    """A ContentKey that signs, or raises `fault`."""

    def __init__(self, fault: Exception | None = None, name: str = "Darkroom") -> None:
        self.fault = fault
        self.name = name
        self.signs_as = name  # as after an alias was pointed to another key

    def certificates(self) -> str:
        return _pair(self.name)[1]

    def sign(self, message: bytes) -> bytes:
        if self.fault:
            raise self.fault
        key = _pair(self.signs_as)[0]
        r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)


@functools.cache
def _pair(name: str) -> tuple[ec.EllipticCurvePrivateKey, str]:
    key, pem = certificate_chain((name, f"{name} signer"))
    return key, pem.decode()
