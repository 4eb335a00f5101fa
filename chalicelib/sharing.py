"""Shares: links to single images for people without a token, which their owners can revoke.

A share's link leads to the API, which redirects to a URL of the CDN that works for minutes. So a
revoked link ends within minutes, without new keys for the whole stage.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from chalicelib.errors import Conflict, LimitReached, NotFound
from chalicelib.model.image import Image, Rendition, Status
from chalicelib.model.keys import ULID_PATTERN
from chalicelib.ports.clock import Clock
from chalicelib.ports.images import ImageRepository
from chalicelib.settings import Settings
from chalicelib.views.addresses import Addresses, unsigned

MOST_SHARES = 100  # of one image that have not expired
LONGEST = 30 * 86_400  # seconds
_USUAL = 86_400  # seconds
_REDIRECTED = timedelta(minutes=5)  # so long a viewer may go on after a share was revoked
_TOKEN = re.compile(rf"({ULID_PATTERN})-[A-Za-z0-9_-]{{43}}")
_ABSENT = "There is no such share."


class Share(Struct, frozen=True, kw_only=True):
    """A share as it is stored. `hash` is the SHA-256 (hex) of its token, which is not stored."""

    id: str
    image_id: str
    hash: str
    created_at: datetime
    expires_at: datetime


class ShareView(Struct, frozen=True, kw_only=True):
    """A share as its owner sees it in lists: without the link, which is shown once."""

    id: str
    created_at: datetime
    expires_at: datetime


class ShareList(Struct, frozen=True, kw_only=True):
    """The shares of an image that have not expired, oldest first."""

    shares: list[ShareView]


class NewShare(Struct, frozen=True, kw_only=True):
    """A new share and its link, which cannot be shown again."""

    id: str
    url: str
    created_at: datetime
    expires_at: datetime


class ShareStore(Protocol):
    """The shares of all images."""

    def put(self, share: Share) -> None:
        """Store a new share; it is forgotten some time after it has expired."""

    def get(self, image_id: str, share_id: str) -> Share | None:
        """The share, read consistently; it may have expired."""

    def all_of(self, image_id: str) -> list[Share]:
        """All shares of an image, oldest first; they may have expired."""

    def remove(self, image_id: str, share_id: str) -> bool:
        """Remove the share: whether there was one."""


class Sharing:
    """Makes, lists, revokes and follows shares.

    Shares work for public images, too: a link goes on working when its image's visibility changes.
    Whether the caller may see the image is checked before.
    """

    def __init__(
        self,
        store: ShareStore,
        images: ImageRepository,
        addresses: Addresses,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._store = store
        self._images = images
        self._addresses = addresses
        self._settings = settings
        self._clock = clock

    def create(self, image: Image, seconds: int | None) -> NewShare:
        """A new share of an image, which expires after so many seconds, by default a day.

        Conflict if the image has nothing to show, LimitReached if it has 100 shares.
        """
        if image.status is Status.DELETED or not image.renditions:
            raise Conflict(f"An image that is {image.status} has nothing to share.")
        if len(self._valid(image.id)) >= MOST_SHARES:
            sentence = f"An image may have {MOST_SHARES} shares. Revoke one of them first."
            raise LimitReached(sentence, 60)
        now = self._clock()
        token = f"{image.id}-{secrets.token_urlsafe(32)}"
        digest = _digest(token)
        share = Share(
            id=_id_of(digest),
            image_id=image.id,
            hash=digest,
            created_at=now,
            expires_at=now + timedelta(seconds=seconds or _USUAL),
        )
        self._store.put(share)
        return NewShare(
            id=share.id,
            url=f"{self._settings.api_url.rstrip('/')}/shared/{token}",
            created_at=share.created_at,
            expires_at=share.expires_at,
        )

    def shares_of(self, image: Image) -> ShareList:
        """The shares of an image."""
        return ShareList(
            shares=[
                ShareView(id=s.id, created_at=s.created_at, expires_at=s.expires_at)
                for s in self._valid(image.id)
            ]
        )

    def revoke(self, image: Image, share_id: str) -> None:
        """End a share; NotFound if the image has none with this id."""
        if not self._store.remove(image.id, share_id):
            raise NotFound(_ABSENT)

    def follow(self, token: str) -> str:
        """The URL that a link leads to now: the image's largest rendition.

        NotFound, whatever the reason: no such share, revoked, expired, or the image is gone.
        """
        form = _TOKEN.fullmatch(token)
        if form is None:
            raise NotFound(_ABSENT)
        now, digest = self._clock(), _digest(token)
        share = self._store.get(form[1], _id_of(digest))
        if share is None or share.expires_at <= now or not hmac.compare_digest(share.hash, digest):
            raise NotFound(_ABSENT)
        image = self._images.get(share.image_id)
        if image is None or not image.renditions:
            raise NotFound(_ABSENT)
        shown = max(image.renditions, key=_area)
        url = unsigned(image, self._settings.public_url).stable(shown.variant)
        return self._addresses.once(url, image, min(_REDIRECTED, share.expires_at - now))

    def _valid(self, image_id: str) -> list[Share]:
        now = self._clock()
        return [share for share in self._store.all_of(image_id) if share.expires_at > now]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _id_of(digest: str) -> str:
    """The share's id, from which its token cannot be found."""
    return digest[:16]


def _area(rendition: Rendition) -> int:
    return rendition.width * rendition.height
