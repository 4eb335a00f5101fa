"""What must be true at the end for each object that was ever in the uploads bucket."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.model import keys
from chalicelib.model.image import Visibility
from ops.local import names
from tests.attack.machine.pictures import Content


@dataclass(frozen=True)
class Ticket:
    """A ticket as issued by the API, and the content it was requested for."""

    answer: dict[str, Any]
    content: Content
    promised: bool  # its checksum is signed
    expires_at: datetime


@dataclass
class Version:
    """A version of an object."""

    content: Content
    at: datetime


@dataclass
class Erasure:
    """A call of `DELETE /images/{id}`; `ended` is None while it runs."""

    began: datetime
    ended: datetime | None = None
    verified: bool = False


@dataclass
class Wish:
    """A `PATCH` of an image's visibility; `ended` is None while it runs."""

    visibility: Visibility
    began: datetime
    ended: datetime | None = None
    granted: bool = False
    possible: bool = True  # unless it was refused


@dataclass
class Original:
    """A key of the uploads bucket, with all its versions by their ids."""

    key: str
    image_id: str
    ticket: Ticket | None = None
    versions: dict[str, Version] = field(default_factory=dict)
    erasures: list[Erasure] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    gone_for_good: bool = False  # a ticket's image that was deleted never comes back

    def may_be_erased(self, version: Version) -> bool:
        """Whether this version may be gone: after a deletion, or as a ticket's second upload."""
        requested = any(e.ended is None or version.at < e.ended for e in self.erasures)
        # A ticket is good for one upload: of several versions all but one are refused.
        refused = self.ticket is not None and len(self.versions) > 1
        return requested or self.gone_for_good or refused

    def must_be_erased(self, version: Version) -> bool:
        """Whether a receipt has confirmed its deletion."""
        return any(e.verified and version.at < e.began for e in self.erasures)

    @property
    def visibilities(self) -> set[Visibility]:
        """What its visibility may be: the last request's, or one's that ran at the same time."""
        granted = [wish for wish in self.wishes if wish.granted]
        last = max((wish.began for wish in granted), default=None)
        if last is None:
            return {Visibility.PUBLIC, *(wish.visibility for wish in self.wishes if wish.possible)}
        return {
            wish.visibility
            for wish in self.wishes
            if wish.possible and (wish.ended is None or wish.ended >= last)
        }

    @property
    def mismatched(self) -> bool:
        """Whether it ever had other content than its ticket announced."""
        if self.ticket is None or not self.ticket.promised:
            return False
        return any(v.content != self.ticket.content for v in self.versions.values())


class Model:
    """All originals, by their keys."""

    def __init__(self) -> None:
        self.originals: dict[str, Original] = {}

    def ticketed(self, key: str, image_id: str, ticket: Ticket) -> None:
        """Add a ticket that was issued."""
        self.originals[key] = Original(key, image_id, ticket)

    def stored(self, key: str, version_id: str, content: Content, at: datetime) -> None:
        """Add an object that was stored, in whatever way."""
        if key not in self.originals:
            self.originals[key] = Original(key, keys.derived_image_id(names.UPLOADS_BUCKET, key))
        self.originals[key].versions[version_id] = Version(content, at)

    def of_image(self, image_id: str) -> Original | None:
        """The original of an image."""
        return next((o for o in self.originals.values() if o.image_id == image_id), None)
