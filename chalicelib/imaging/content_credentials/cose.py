"""The signature of a C2PA manifest (COSE_Sign1, RFC 9052), which is replaced by another one."""

from collections.abc import Callable
from zlib import crc32

from chalicelib.errors import SigningFailed
from chalicelib.imaging.formats import png
from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.provenance.cbor import Decoder
from chalicelib.imaging.provenance.jumbf import Superbox, superboxes
from chalicelib.imaging.provenance.manifest_store import manifest_store_of
from chalicelib.imaging.signatures import sniff

# Signs a message: SHA-256 and ECDSA on P-256, 64 bytes, the numbers r and s after each other.
Sign = Callable[[bytes], bytes]

_LENGTH = 64
_BYTES, _TEXT, _ARRAY = 2, 3, 4  # major types of CBOR


def signed_anew(data: bytes, sign: Sign) -> bytes:
    """The signed file `data` with the signature of its last manifest replaced.

    Signatures are outside of what manifests hash. SigningFailed if the signature is not found, or
    `sign` makes one of another length.
    """
    try:
        store = manifest_store_of(sniff(data), data)
        jumbf = store.jumbf if store else b""
        manifest = superboxes(jumbf)[0].inner[-1]
        claim = _content(jumbf, manifest.first("c2pa.claim.v2", "c2pa.claim"))
        protected, _, _, former = _signature(_content(jumbf, manifest.first("c2pa.signature")))
    except (MalformedFile, LookupError, ValueError) as reason:
        raise SigningFailed("The library made a manifest that cannot be read.") from reason
    # Sig_structure, section 4.4: the claim is signed without being repeated in the signature.
    text = b"Signature1"
    message = _head(_ARRAY, 4) + _head(_TEXT, len(text)) + text
    message += _bytes(protected) + _bytes(b"") + _bytes(claim)
    signature = sign(message)
    if data.count(former) != 1 or len(signature) != len(former):
        raise SigningFailed("The library made a signature of another length.")
    return _with_checksum(data.replace(former, signature))


def _with_checksum(data: bytes) -> bytes:
    """A PNG with the right checksum of the chunk that has the manifest; other files have none."""
    if sniff(data) != "png":
        return data
    start, end = next((s, e) for name, s, e in png.chunks(data) if name == b"caBX")
    checksum = crc32(memoryview(data)[start + 4 : end - 4])
    return data[: end - 4] + checksum.to_bytes(4) + data[end:]


def _content(jumbf: bytes, box: Superbox | None) -> bytes:
    found = [inner for inner in box.content if inner.name == b"cbor"] if box else []
    return jumbf[found[0].start : found[0].end]


def _signature(data: bytes) -> tuple[bytes, object, object, bytes]:
    decoded = Decoder().decoded(data)
    if not isinstance(decoded, list) or len(decoded) != 4:
        raise MalformedFile
    protected, unprotected, payload, signature = decoded
    if not isinstance(protected, bytes) or not isinstance(signature, bytes):
        raise MalformedFile
    if len(signature) != _LENGTH:
        raise MalformedFile
    return protected, unprotected, payload, signature


def _bytes(content: bytes) -> bytes:
    return _head(_BYTES, len(content)) + content


def _head(kind: int, number: int) -> bytes:
    """The start of an item of CBOR, in its shortest form, as COSE wants it."""
    if number < 24:
        return bytes((kind << 5 | number,))
    width = next(width for width in (1, 2, 4, 8) if number < 1 << 8 * width)
    return bytes((kind << 5 | 23 + width.bit_length(),)) + number.to_bytes(width)
