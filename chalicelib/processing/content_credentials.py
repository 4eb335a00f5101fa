"""Signs renditions with C2PA: when they are made, just before they are stored."""

from collections.abc import Callable
from pathlib import Path

from chalicelib.errors import SettingsError
from chalicelib.imaging import Picture, Rendered
from chalicelib.imaging.content_credentials import (
    Chain,
    History,
    check_pair,
    describe_original,
    is_valid,
    read_chain,
    sign_file,
)
from chalicelib.model.edits import Redact
from chalicelib.model.image import Image
from chalicelib.model.variants import Variant
from chalicelib.ports.clock import Clock
from chalicelib.ports.content_keys import ContentKey

_MOST_BYTES = 100_000  # of a file with a key or certificates


# The signed file of a rendition, and what its key is derived from: signing the same one again gives
# other bytes.
Signed = tuple[bytes, bytes]


class ContentCredentials:
    """Signs with a key whose certificates are read once."""

    def __init__(self, key: ContentKey, clock: Clock) -> None:
        self._key = key
        self._clock = clock
        self._cached: Chain | None = None

    @property
    def identity(self) -> str:
        """What changes with the certificate; SettingsError if renditions cannot be signed."""
        return self._chain().identity

    def check(self) -> Chain:
        """The certificates; SettingsError unless a trial signature by the key is valid."""
        chain = self._chain()
        check_pair(chain, self._key.sign)
        return chain

    def _sign(self, chain: Chain, message: bytes) -> bytes:
        """The signature of a message; SettingsError unless it is valid with the certificate.

        It is not if an alias leads to another key since the certificates were read.
        """
        signature = self._key.sign(message)
        if not is_valid(signature, message, chain):
            self._cached = None  # there may be others by now
            raise SettingsError("C2PA_CERTIFICATES are not those of the key that C2PA_KEY names.")
        return signature

    def signer_of(
        self, image: Image, original: bytes, picture: Picture, *, ai_labels: bool
    ) -> Callable[[Rendered, Variant], Signed]:
        """A function that signs the renditions in `picture`, which were made of `original`.

        SettingsError if the key cannot be used, TransientError if it is out of reach. Without
        `ai_labels` they do not repeat what the original says about its digital source type.
        """
        chain = self._chain()
        # What a redaction covers, and the names in private originals, may be in their manifests.
        is_hidden = image.is_private or any(isinstance(edit, Redact) for edit in image.edits)
        ingredient = describe_original(original, is_hidden=is_hidden)
        source_type = image.provenance.digital_source_type if image.provenance else None

        def signed(rendered: Rendered, variant: Variant) -> Signed:
            history = History(
                variant=variant,
                size=(rendered.width, rendered.height),
                media_type=rendered.media_type,
                edited=(picture.width, picture.height),
                original_media_type=picture.content_type,
                edits=image.edits,
                digital_source_type=source_type or "" if ai_labels else "",
            )
            made = sign_file(
                rendered.data,
                history,
                ingredient,
                chain,
                lambda message: self._sign(chain, message),
            )
            return made.data, rendered.data + made.recipe

        return signed

    def _chain(self) -> Chain:
        now = self._clock()
        if self._cached is None or self._cached.expires_at <= now:
            self._cached = read_chain(self._key.certificates(), now)
        return self._cached


class FileKey:
    """ContentKey of two PEM files. It is for machines of one's own; Lambda's key is in KMS."""

    def __init__(self, key: str, certificates: str) -> None:
        self._key = Path(key).expanduser()
        self._certificates = Path(certificates).expanduser()

    def certificates(self) -> str:
        """The chain; SettingsError if the file cannot be read."""
        return _content(self._certificates, "C2PA_CERTIFICATES").decode("utf-8", "replace")

    def sign(self, message: bytes) -> bytes:
        """The signature of a message: r and s, 32 bytes each."""
        from cryptography.hazmat.primitives.asymmetric import ec, utils
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(_content(self._key, "C2PA_KEY"), None)
        except (TypeError, ValueError) as reason:  # without their texts, which may quote the key
            raise SettingsError(
                "C2PA_KEY names no file with an unencrypted private key in PEM."
            ) from reason
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(
            key.curve, ec.SECP256R1
        ):
            raise SettingsError("C2PA_KEY needs a key on the curve P-256.")
        r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)


def _content(file: Path, setting: str) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES)
    except OSError as reason:
        raise SettingsError(
            f"The file {file} of the setting {setting} cannot be read: {reason.strerror}."
        ) from reason
