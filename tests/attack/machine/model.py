"""What must be true in the end of each object that was ever in the uploads bucket."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib import keys
from ops.local import names
from tests.attack.machine.pictures import Content


@dataclass(frozen=True)
class Ticket:
    """A ticket as the API gave it: how to use it, and what it is for."""

    answer: dict[str, Any]
    content: Content
    promised: bool  # its checksum is signed
    expires_at: datetime


@dataclass
class Version:
    """A state of an object, as it was uploaded."""

    content: Content
    at: datetime


@dataclass
class Erasure:
    """A call of `DELETE /images/{id}`; `ended` is None while it runs."""

    began: datetime
    ended: datetime | None = None
    verified: bool = False


@dataclass
class Original:
    """A key of the uploads bucket, with all its versions by their ids."""

    key: str
    image_id: str
    ticket: Ticket | None = None
    versions: dict[str, Version] = field(default_factory=dict)
    erasures: list[Erasure] = field(default_factory=list)
    gone_for_good: bool = False  # a ticket's image never comes back, whatever is uploaded

    def may_be_erased(self, version: Version) -> bool:
        """Whether somebody has asked for it: an erasure that began after it, or while it came."""
        asked = any(e.ended is None or version.at < e.ended for e in self.erasures)
        return asked or self.gone_for_good

    def must_be_erased(self, version: Version) -> bool:
        """Whether somebody has been told that it is."""
        return any(e.verified and version.at < e.began for e in self.erasures)

    @property
    def mismatched(self) -> bool:
        """Whether it ever held another content than its ticket has promised."""
        if self.ticket is None or not self.ticket.promised:
            return False
        return any(v.content != self.ticket.content for v in self.versions.values())


class Model:
    """All originals, by their keys."""

    def __init__(self) -> None:
        self.originals: dict[str, Original] = {}

    def ticketed(self, key: str, image_id: str, ticket: Ticket) -> None:
        """A ticket was given."""
        self.originals[key] = Original(key, image_id, ticket)

    def stored(self, key: str, version_id: str, content: Content, at: datetime) -> None:
        """An object was uploaded, by whatever way."""
        if key not in self.originals:
            self.originals[key] = Original(key, keys.derived_image_id(names.UPLOADS_BUCKET, key))
        self.originals[key].versions[version_id] = Version(content, at)

    def of_image(self, image_id: str) -> Original | None:
        """The original of an image."""
        return next((o for o in self.originals.values() if o.image_id == image_id), None)
