"""The certificate chain that manifests are signed with."""

import hashlib
from datetime import UTC, datetime

from msgspec import Struct

from chalicelib.errors import SettingsError

_LONGEST = 32_768  # characters; a chain of three has about 4,000


class Chain(Struct, frozen=True, kw_only=True):
    """A certificate chain as PEM, that of the signer first.

    `identity` (16 hex digits) changes with the signer's certificate, `public_key` is its key as
    DER, a SubjectPublicKeyInfo. It is valid until `expires_at`.
    """

    pem: str
    identity: str
    public_key: bytes
    subject: str
    expires_at: datetime
    self_signed: bool


def read_chain(pem: str, now: datetime) -> Chain:
    """The chain in `pem`; SettingsError if C2PA's readers would refuse what it signs."""
    # Slow, and needed only where renditions are signed.
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        found = x509.load_pem_x509_certificates(pem.encode()) if len(pem) <= _LONGEST else []
    except ValueError:
        found = []
    if not found:
        raise SettingsError("C2PA_CERTIFICATES names no chain of certificates in PEM.")
    leaf = found[0]
    key = leaf.public_key()
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise SettingsError(
            "The first certificate of C2PA_CERTIFICATES needs a key on the curve P-256."
        )
    if not leaf.not_valid_before_utc <= now.astimezone(UTC) < leaf.not_valid_after_utc:
        begin, end = leaf.not_valid_before_utc, leaf.not_valid_after_utc
        raise SettingsError(
            f"The first certificate of C2PA_CERTIFICATES is valid from {begin:%Y-%m-%d} to "
            f"{end:%Y-%m-%d} only. Get a new one, as docs/content-credentials.md describes."
        )
    return Chain(
        # As it is signed with: what else was in the file is nobody's business.
        pem="".join(one.public_bytes(Encoding.PEM).decode() for one in found),
        identity=hashlib.sha256(leaf.public_bytes(Encoding.DER)).hexdigest()[:16],
        public_key=key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        subject=leaf.subject.rfc4514_string(),
        expires_at=leaf.not_valid_after_utc,
        self_signed=found[-1].issuer == found[-1].subject,
    )


def is_valid(signature: bytes, message: bytes, chain: Chain) -> bool:
    """Whether a signature (r and s, 32 bytes each) of a message is by the key of `chain`."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    key = load_der_public_key(chain.public_key)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    r, s = (int.from_bytes(half) for half in (signature[:32], signature[32:]))
    try:
        key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
