"""The URLs of images for their owners: those of private images are signed, for a limited time."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from chalicelib.model.delivery import Urls
from chalicelib.model.image import Image
from chalicelib.ports.clock import Clock
from chalicelib.ports.objects import CdnSigner
from chalicelib.settings import Settings

REDIRECTED = timedelta(seconds=60)  # how long the target of a redirect works


def unsigned(image: Image, public_url: str) -> Urls:
    """The URLs of an image; the CDN serves those of a private one only with its signature."""
    return Urls(public_url, image.id, image.is_private)


class Addresses:
    """The URLs of images, signed where they are private."""

    def __init__(self, signer: CdnSigner, settings: Settings, clock: Clock) -> None:
        self._signer = signer
        self._public_url = settings.public_url
        self._lifetime = settings.private_url_seconds
        self._clock = clock

    @property
    def can_sign(self) -> bool:
        """Whether this stage has a key for private images."""
        return self._signer.is_ready

    def of(self, image: Image) -> Urls:
        """The URLs of an image for its owner.

        Those of a private one work for at most PRIVATE_URL_SECONDS, and at least three quarters of
        them: within a quarter they are the same, so that browsers cache what they show.
        """
        urls = unsigned(image, self._public_url)
        if not image.is_private:
            return urls
        quarter = self._lifetime // 4
        end = int(self._clock().timestamp()) + self._lifetime
        until = datetime.fromtimestamp(end - end % quarter, UTC)
        return replace(
            urls,
            stable_signature=self._signer.sign(urls.stable_resource, until),
            file_signature=self._signer.sign(urls.file_resource, until),
        )

    def once(self, url: str, image: Image, lifetime: timedelta = REDIRECTED) -> str:
        """The URL of a single file, to redirect to; signed for this URL alone if it is private.

        A signature for all files of the image could be renewed for ever by asking for files that
        do not exist yet.
        """
        if not image.is_private:
            return url
        signature = self._signer.sign(url, self._clock() + lifetime)
        return f"{url}{'&' if '?' in url else '?'}{signature}" if signature else url

    def is_private_origin(self, secret: str) -> bool:
        """Whether the CDN sent this secret, with a request whose signature it has checked."""
        return self._signer.is_private_origin(secret)
