"""Callers: the owner of a request, and what its token allows."""

import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from urllib.parse import quote, unquote

from msgspec import Struct

from chalicelib.errors import InsufficientScope
from chalicelib.model.image import EVERYONE, Image

LONGEST_SUBJECT = 255  # bytes of UTF-8, as many as OpenID Connect allows characters


class Scope(StrEnum):
    """What a token allows. `admin` includes all scopes, for every owner's images."""

    UPLOAD = "upload"
    READ = "read"
    DELETE = "delete"
    ADMIN = "admin"


class Caller(Struct, frozen=True, kw_only=True):
    """The holder of a token. `owner` is its subject."""

    owner: str
    scopes: frozenset[Scope]

    @property
    def is_admin(self) -> bool:
        """Whether they may access every owner's images."""
        return Scope.ADMIN in self.scopes

    def may_see(self, image: Image) -> bool:
        """Whether the image is theirs, or they are an admin."""
        return self.may_see_images_of(image.owner)

    def may_see_images_of(self, owner: str) -> bool:
        """Whether they are that owner, or an admin."""
        return self.is_admin or owner == self.owner

    def allowed(self, scope: Scope) -> "Caller":
        """The caller; InsufficientScope if their token does not have `scope`."""
        if scope not in self.scopes and not self.is_admin:
            raise InsufficientScope(f"This needs a token with the scope {scope}.")
        return self

    def listing(self, owner: str | None) -> str:
        """The owner whose images they list; InsufficientScope for another's, except for admins."""
        if owner not in (None, self.owner):
            self.allowed(Scope.ADMIN)
        return owner or self.owner


ANONYMOUS = Caller(owner=EVERYONE, scopes=frozenset(Scope) - {Scope.ADMIN})  # without tokens


def is_valid_subject(text: object) -> bool:
    """Whether `text` can name an owner: 1 to 255 bytes of printable Unicode."""
    if not isinstance(text, str) or any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
        return False
    return 0 < len(text.encode()) <= LONGEST_SUBJECT


def parse_scopes(words: Iterable[str]) -> frozenset[Scope]:
    """The scopes among `words`."""
    scopes = {scope.value: scope for scope in Scope}
    return frozenset(scopes[word] for word in words if word in scopes)


def to_context(caller: Caller | None) -> dict[str, str]:
    """The authorizer's context for the API, in ASCII; empty for no caller."""
    if caller is None:
        return {}
    return {"subject": quote(caller.owner, safe=""), "scopes": " ".join(sorted(caller.scopes))}


def from_context(context: Mapping[str, str] | None) -> Caller | None:
    """The caller in an authorizer's context; None if there is none."""
    if not context or "subject" not in context or "scopes" not in context:
        return None
    return Caller(
        owner=unquote(context["subject"]), scopes=parse_scopes(context["scopes"].split(" "))
    )
