"""Signs files with c2pa-python, an optional package that is imported for the first one."""

import functools
import json
from io import BytesIO
from typing import Any, NamedTuple

from chalicelib.errors import SettingsError, SigningFailed
from chalicelib.imaging.content_credentials.certificates import Chain
from chalicelib.imaging.content_credentials.cose import Sign, signed_anew
from chalicelib.imaging.content_credentials.history import ORIGINAL, History
from chalicelib.imaging.content_credentials.original import Original
from chalicelib.model.provenance import VOCABULARY

_GENERATOR = "Darkroom"
_SETTINGS = {
    # Neither previews of renditions, nor any request to the network: not for a manifest that an
    # original's metadata refers to, and not for a certificate's status.
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
}
# The smallest picture there is, to try a key with.
_DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63600000000200014882afa20000000049454e44ae426082"
)


class SignedFile(NamedTuple):
    """A file with its manifest, and what it depends on besides the file and randomness."""

    data: bytes
    recipe: bytes


def check_library() -> None:
    """SettingsError unless c2pa-python is installed."""
    try:
        import c2pa  # noqa: F401
    except ImportError as reason:
        raise SettingsError(
            "The setting SIGN_RENDITIONS is on, but the package c2pa-python is not installed. "
            "`make run C2PA=1` or `deploy --c2pa` installs what is in requirements-c2pa.txt."
        ) from reason


def check_pair(chain: Chain, sign: Sign) -> None:
    """SettingsError unless readers would find the signatures by `sign` valid with `chain`.

    A chain that leads to no root that they trust is valid.
    """
    from c2pa import C2paError, Reader

    try:
        definition = {"assertions": [{"label": "c2pa.actions", "data": {"actions": [_CREATED]}}]}
        signed = _signed(definition, None, _DOT, "image/png", chain, sign)
        found = json.loads(Reader("image/png", BytesIO(signed), context=_context()).json())
    except (C2paError, SigningFailed) as reason:
        sentence = f"C2PA_KEY and C2PA_CERTIFICATES cannot sign: {_line(reason)}"
        raise SettingsError(sentence) from reason
    failures = found["validation_results"]["activeManifest"]["failure"]
    codes = {failure["code"] for failure in failures} - {"signingCredential.untrusted"}
    if codes:
        raise SettingsError(
            "C2PA_KEY and C2PA_CERTIFICATES do not fit together, or readers would refuse them: "
            f"{', '.join(sorted(codes))}."
        )


_CREATED = {
    "action": "c2pa.created",
    "digitalSourceType": f"{VOCABULARY}digitalCreation",
}


def sign_file(
    data: bytes, history: History, original: Original, chain: Chain, sign: Sign
) -> SignedFile:
    """The rendition `data` with a manifest of its `history`, `original` being its ingredient.

    If the library does not accept the original's own manifests, they are left out. What `sign`
    raises is passed on. SigningFailed if the library cannot sign it.
    """
    if original.file:
        try:
            return _sign_file(data, history, original, chain, sign)
        except SigningFailed:
            original = Original(original.media_type)
    return _sign_file(data, history, original, chain, sign)


def _sign_file(
    data: bytes, history: History, original: Original, chain: Chain, sign: Sign
) -> SignedFile:
    definition = _definition(history, original)
    signed = _signed(definition, original, data, history.media_type, chain, sign)
    return SignedFile(signed, json.dumps([definition, chain.identity], sort_keys=True).encode())


def _definition(history: History, original: Original) -> dict[str, Any]:
    redacted = [
        {
            "action": "c2pa.redacted",
            "reason": "c2pa.PII.present",
            "parameters": {"redacted": uri},
        }
        for uri in original.redactions
    ]
    definition: dict[str, Any] = {
        "claim_generator_info": [{"name": _GENERATOR}],
        "assertions": [
            {"label": "c2pa.actions", "data": {"actions": history.actions() + redacted}}
        ],
    }
    if original.redactions:
        definition["redactions"] = list(original.redactions)
    if not original.file:
        definition["ingredients"] = [{**_INGREDIENT, "format": original.media_type}]
    return definition


# Without a title: that would be a file name.
_INGREDIENT = {"relationship": "parentOf", "label": ORIGINAL}


def _signed(
    definition: dict[str, Any],
    original: Original | None,
    data: bytes,
    media_type: str,
    chain: Chain,
    sign: Sign,
) -> bytes:
    from c2pa import Builder, C2paError, C2paSignerInfo, C2paSigningAlg, Signer

    target = BytesIO()
    info = C2paSignerInfo(C2paSigningAlg.ES256, chain.pem.encode(), _stand_in_key(), None)
    try:
        with Signer.from_info(info) as signer, Builder(definition, context=_context()) as builder:
            if original and original.file:
                builder.add_ingredient(_INGREDIENT, original.media_type, BytesIO(original.file))
            builder.sign(signer, media_type, BytesIO(data), target)
    except C2paError as reason:
        raise SigningFailed(f"A rendition cannot be signed: {_line(reason)}") from reason
    return signed_anew(target.getvalue(), sign)


@functools.cache
def _stand_in_key() -> bytes:
    """A key as PEM that signs first, and is used for nothing else.

    The library has signers that call back, and reserves 10 KB in each file for what they return. A
    signer with a key takes the 64 bytes of a signature, which are then replaced.
    """
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _context() -> Any:
    from c2pa import Context, Settings

    return Context(settings=Settings.from_dict(_SETTINGS))


def _line(fault: Exception) -> str:
    return " ".join(str(fault).split())[:200]
