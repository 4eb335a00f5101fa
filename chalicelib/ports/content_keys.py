"""Interface of the key that signs Content Credentials."""

from typing import Protocol


class ContentKey(Protocol):
    """A key on the curve P-256, and the certificates of it."""

    def certificates(self) -> str:
        """The certificate chain as PEM, the key's own first.

        SettingsError if there is none; TransientError if the store is unavailable.
        """

    def sign(self, message: bytes) -> bytes:
        """The signature of a message: ECDSA with SHA-256, r and s, 32 bytes each.

        SettingsError if the key cannot be used; TransientError if the service is unavailable.
        """
