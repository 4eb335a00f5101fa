"""The setting `DARKROOM`, read each time it is used, so that tests may override it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Mode(StrEnum):
    """How requests to Darkroom are authenticated; it has to fit Darkroom's `AUTH_MODE`."""

    NONE = "none"
    TOKEN = "token"  # noqa: S105
    ISSUER = "jwt"


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The setting's keys in lower case. `timeout` is in seconds, for each request to Darkroom.

    `images` is the address of published images, which only the storage needs.
    """

    api: str = ""
    images: str = ""
    token: str = ""
    issuer: str = ""
    audience: str = ""
    key: str = ""
    may_upload: str = "django_darkroom.tokens.is_staff"
    subject: str = "django_darkroom.tokens.subject_of"
    site_subject: str = "django"
    webhook_secret: str = ""
    signing_key: str = ""
    timeout: float = 5.0

    @property
    def mode(self) -> Mode:
        """The mode that the given keys select."""
        if self.issuer:
            return Mode.ISSUER
        return Mode.TOKEN if self.token else Mode.NONE


KEYS = frozenset(field.name.upper() for field in fields(Configuration))


def raw() -> Mapping[str, Any]:
    """The setting as it stands; empty if it is missing or is not a dict."""
    given = getattr(settings, "DARKROOM", None)
    return given if isinstance(given, Mapping) else {}


def configuration() -> Configuration:
    """The configuration; ImproperlyConfigured without `API`. The system checks explain the rest."""
    known = {name.lower(): value for name, value in raw().items() if name in KEYS}
    found = Configuration(**known)
    if not found.api:
        raise ImproperlyConfigured('DARKROOM["API"] is missing: the address of Darkroom\'s API.')
    return Configuration(**(known | {"api": found.api.rstrip("/")}))
