"""The key of `make run C2PA=1` that signs renditions, and certificates that nobody trusts."""

import datetime
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ops.local.stack.private_files import write_private
from ops.packaging.optional_packages import is_on

_SETTING = "SIGN_RENDITIONS"
_OWN = ("C2PA_KEY", "C2PA_CERTIFICATES")
_DAYS = 3_650
_ROOT, _SIGNER = "Darkroom test root", "Darkroom on this machine"
_USAGES = (
    *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("encipher_only", "decipher_only"),
)


def settings_of(data: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The settings that name the stack's own key, if it signs and `environment` names none."""
    if not is_on(environment, _SETTING) or any(environment.get(name) for name in _OWN):
        return {}
    return {"C2PA_KEY": str(_key_file(data)), "C2PA_CERTIFICATES": str(_chain_file(data))}


def ensure(data: Path) -> bool:
    """Make the stack's own key and its certificates, unless they are there: whether it did."""
    if _key_file(data).exists() and _chain_file(data).exists():
        return False
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate(root_key, root_key, _ROOT)
    leaf = _certificate(key, root_key, _SIGNER)
    chain = b"".join(one.public_bytes(Encoding.PEM) for one in (leaf, root))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(_chain_file(data), chain.decode())
    write_private(_key_file(data), private.decode())
    return True


def _key_file(data: Path) -> Path:
    return data / "c2pa-key.pem"


def _chain_file(data: Path) -> Path:
    return data / "c2pa-certificates.pem"


def _certificate(
    key: ec.EllipticCurvePrivateKey, issuer: ec.EllipticCurvePrivateKey, name: str
) -> x509.Certificate:
    """A certificate as C2PA's profile wants it: of the root if it is its own issuer."""
    is_root = key is issuer
    now = datetime.datetime.now(datetime.UTC)
    usage = x509.KeyUsage(
        digital_signature=not is_root,
        key_cert_sign=is_root,
        crl_sign=is_root,
        **dict.fromkeys(_USAGES, False),
    )
    builder = (
        x509.CertificateBuilder(_name(_ROOT), _name(name), key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False
        )
    )
    if not is_root:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
    return builder.sign(issuer, hashes.SHA256())


def _name(common: str) -> x509.Name:
    attributes = {NameOID.ORGANIZATION_NAME: "Darkroom", NameOID.COMMON_NAME: common}
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in attributes.items()])
