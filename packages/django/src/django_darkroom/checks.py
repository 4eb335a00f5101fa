"""System checks of the setting `DARKROOM`."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from django_darkroom import conf, tokens

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def check_settings(**_: Any) -> list[CheckMessage]:
    """Report what is missing or wrong in the setting."""
    given = getattr(settings, "DARKROOM", None)
    if not isinstance(given, dict) or not given.get("API"):
        hint = 'DARKROOM = {"API": "https://api.photos.example", ...}'
        return [Error('DARKROOM["API"] is missing.', hint=hint, id="darkroom.E001")]
    found: list[CheckMessage] = [
        Error(f'DARKROOM["{name}"] is unknown.', hint=_list(conf.KEYS), id="darkroom.E002")
        for name in sorted(set(given) - conf.KEYS, key=str)
    ]
    if not _is_address(given["API"]):
        found.append(Error('DARKROOM["API"] must be an HTTP address.', id="darkroom.E003"))
    if not isinstance(given.get("TIMEOUT", 5), int | float):
        found.append(Error('DARKROOM["TIMEOUT"] must be a number of seconds.', id="darkroom.E009"))
    return [*found, *_authentication(conf.configuration()), *_functions(conf.configuration())]


def check_urls(**_: Any) -> list[CheckMessage]:
    """Report that the package's URLs are not included."""
    try:
        reverse("darkroom:token")
    except NoReverseMatch:
        hint = 'path("darkroom/", include("django_darkroom.urls")) in the root URLconf'
        return [Error("The URLs of django_darkroom are missing.", hint=hint, id="darkroom.E004")]
    except ImproperlyConfigured:  # without a URLconf, which Django reports itself
        pass
    return []


def _authentication(given: conf.Configuration) -> Iterator[CheckMessage]:
    if given.issuer and given.token:
        yield Error(
            'DARKROOM has both "TOKEN" and "ISSUER".',
            hint='"TOKEN" is for AUTH_MODE=token, "ISSUER" for AUTH_MODE=jwt.',
            id="darkroom.E005",
        )
    if not given.issuer and not given.token:
        yield Warning(
            'DARKROOM has neither "TOKEN" nor "ISSUER".',
            hint="That works only with AUTH_MODE=none, where anybody may upload.",
            id="darkroom.W001",
        )
    if given.issuer:
        yield from _issuer(given)


def _issuer(given: conf.Configuration) -> Iterator[CheckMessage]:
    for name in ("audience", "key"):
        if not getattr(given, name):
            yield Error(f'DARKROOM["ISSUER"] needs "{name.upper()}".', id="darkroom.E006")
    parts = urlsplit(given.issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        yield Error('DARKROOM["ISSUER"] must be an HTTPS address.', id="darkroom.E007")
    if given.key:
        try:
            tokens.public_keys()
        except ImproperlyConfigured as reason:
            yield Error(str(reason), id="darkroom.E008")


def _functions(given: conf.Configuration) -> Iterator[CheckMessage]:
    for name in ("may_upload", "subject"):
        try:
            import_string(getattr(given, name))
        except ImportError as reason:
            yield Error(f'DARKROOM["{name.upper()}"]: {reason}', id="darkroom.E010")


def _is_address(text: object) -> bool:
    parts = urlsplit(str(text))
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _list(names: frozenset[str]) -> str:
    return f"The keys are {', '.join(sorted(names))}."
