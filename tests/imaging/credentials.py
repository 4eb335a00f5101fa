"""Files with C2PA manifests, signed by c2pa-python with a certificate made for it."""

import functools
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from c2pa import Builder, C2paSignerInfo, C2paSigningAlg, Reader, Signer
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chalicelib.model.formats import FORMATS
from chalicelib.model.provenance import VOCABULARY

AI = f"{VOCABULARY}trainedAlgorithmicMedia"
CAPTURE = f"{VOCABULARY}digitalCapture"
GENERATOR = "darkroom-tests 1"
SIGNER = ("Bilder & Söhne", "Kamera 7")  # organization, common name

Ingredient = tuple[str, str, bytes]  # relationship, kind, file


def signed(
    data: bytes,
    kind: str,
    source_type: str = AI,
    ingredients: Sequence[Ingredient] = (),
) -> bytes:
    """`data` with a manifest that says how it was made, and of which other files.

    Without a parent among them it was created as `source_type`.
    """
    is_new = all(relation != "parentOf" for relation, _, _ in ingredients)
    steps: list[dict[str, Any]] = (
        [{"action": "c2pa.created", "digitalSourceType": source_type}] if is_new else []
    )
    for number, (relation, _, _) in enumerate(ingredients):
        if action := {"parentOf": "c2pa.opened", "componentOf": "c2pa.placed"}.get(relation):
            link = {"ingredientIds": [f"ingredient-{number}"]}
            steps.append({"action": action, "parameters": link})
    name, version = GENERATOR.split()
    definition: dict[str, Any] = {
        "claim_generator_info": [{"name": name, "version": version}],
        "assertions": [{"label": "c2pa.actions", "data": {"actions": steps}}],
    }
    builder = Builder(definition)
    for number, (relation, inner_kind, inner) in enumerate(ingredients):
        described = {"title": "", "relationship": relation, "label": f"ingredient-{number}"}
        builder.add_ingredient(described, _media_type(inner_kind), BytesIO(inner))
    target = BytesIO()
    builder.sign(signer(), _media_type(kind), BytesIO(data), target)
    return target.getvalue()


def c2pa_report(data: bytes, kind: str) -> dict[str, Any]:
    """The active manifest as c2pa-python reads it, and the codes of its `failures`."""
    store = json.loads(Reader(_media_type(kind), BytesIO(data)).json())
    found: dict[str, Any] = store["manifests"][store["active_manifest"]]
    results = store["validation_results"]["activeManifest"]
    return found | {"failures": {entry["code"] for entry in results["failure"]}}


def _media_type(kind: str) -> str:
    return next(entry.media_type for name, entry in FORMATS.items() if name == kind)


@functools.cache
def signer() -> Signer:
    """A signer whose certificate nobody trusts."""
    key, chain = certificate_chain(SIGNER)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Signer.from_info(C2paSignerInfo(C2paSigningAlg.ES256, chain, secret, None))


def certificate_chain(
    signer: tuple[str, str], days: tuple[int, int] = (-1, 30)
) -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    """A key, and as PEM its certificate, valid for these days from now, and that of a root."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate(root_key, root_key, _name("Test Root"), is_root=True)
    leaf = _certificate(key, root_key, _name(signer[1], signer[0]), days=days)
    return key, b"".join(one.public_bytes(Encoding.PEM) for one in (leaf, root))


def certificate() -> bytes:
    """A certificate alone, in DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    return _certificate(key, key, _name(SIGNER[1], SIGNER[0])).public_bytes(Encoding.DER)


def _name(common: str, organization: str = "") -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organization:
        attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(attributes)


def _certificate(
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    name: x509.Name,
    *,
    is_root: bool = False,
    days: tuple[int, int] = (-1, 30),
) -> x509.Certificate:
    others = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "encipher_only", "decipher_only"), False
    )  # fmt: skip
    usage = x509.KeyUsage(
        digital_signature=not is_root, key_cert_sign=is_root, crl_sign=is_root, **others
    )
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(_name("Test Root"))
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .sign(issuer_key, SHA256())
    )
