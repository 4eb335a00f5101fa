"""Callers: whose images a request is about, and what it may do with them."""

import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from urllib.parse import quote, unquote

from msgspec import Struct

from chalicelib.errors import LackingScope
from chalicelib.records import EVERYONE

LONGEST_SUBJECT = 255  # bytes of UTF-8, as many as OpenID Connect allows characters


class Scope(StrEnum):
    """What a token allows. `admin` is all of it, for every owner's images."""

    UPLOAD = "upload"
    READ = "read"
    DELETE = "delete"
    ADMIN = "admin"


class Caller(Struct, frozen=True, kw_only=True):
    """Who a token was given to. `owner` is its subject."""

    owner: str
    scopes: frozenset[Scope]

    @property
    def is_admin(self) -> bool:
        """Whether every owner's images are theirs to handle."""
        return Scope.ADMIN in self.scopes

    @property
    def reach(self) -> str | None:
        """The owner whose images they may handle; None for every owner's."""
        return None if self.is_admin else self.owner

    def allowed(self, scope: Scope) -> "Caller":
        """Themselves; LackingScope where their token does not have `scope`."""
        if scope not in self.scopes and not self.is_admin:
            raise LackingScope(f"This needs a token with the scope {scope}.")
        return self

    def listing(self, owner: str | None) -> str:
        """Whose images they list; LackingScope for another owner's, unless they are an admin."""
        if owner not in (None, self.owner):
            self.allowed(Scope.ADMIN)
        return owner or self.owner


ANYBODY = Caller(owner=EVERYONE, scopes=frozenset(Scope) - {Scope.ADMIN})  # without tokens


def is_subject(text: object) -> bool:
    """Whether `text` can name an owner: 1 to 255 bytes of printable Unicode."""
    if not isinstance(text, str) or any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
        return False
    return 0 < len(text.encode()) <= LONGEST_SUBJECT


def scopes_of(words: Iterable[str]) -> frozenset[Scope]:
    """The scopes among `words`."""
    known = {scope.value: scope for scope in Scope}
    return frozenset(known[word] for word in words if word in known)


def as_context(caller: Caller | None) -> dict[str, str]:
    """What an authorizer hands over to the API: plain ASCII texts, none for nobody."""
    if caller is None:
        return {}
    return {"subject": quote(caller.owner, safe=""), "scopes": " ".join(sorted(caller.scopes))}


def from_context(context: Mapping[str, str] | None) -> Caller | None:
    """The caller whom an authorizer has handed over; None for nobody."""
    if not context or "subject" not in context or "scopes" not in context:
        return None
    return Caller(owner=unquote(context["subject"]), scopes=scopes_of(context["scopes"].split(" ")))
