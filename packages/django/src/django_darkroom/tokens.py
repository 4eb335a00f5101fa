"""Tokens: which user may upload as whom, and what proves it to Darkroom.

With `ISSUER` this site is an OpenID Connect issuer for Darkroom's `AUTH_MODE=jwt`, and each user
gets a JWT of their own. With `TOKEN` the one token stays on the server: browsers get a signed
value that only the proxy of this package accepts.
"""

import base64
import hashlib
import json
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from django_darkroom.conf import Mode, configuration

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

    User = AbstractBaseUser | AnonymousUser

LIFETIME = 300  # seconds; the widget requests another token before
_SALT = "django_darkroom.proxy"
_UPLOADING = "upload read"
_SERVING = "upload read delete"


def is_staff(user: "User") -> bool:
    """The default of `MAY_UPLOAD`: active members of the staff."""
    return bool(user.is_active and getattr(user, "is_staff", False))


def subject_of(user: "User") -> str:
    """The default of `SUBJECT`: the owner of the images that a user uploads."""
    return f"user-{user.pk}"


def may_upload(user: "User") -> bool:
    """Whether `MAY_UPLOAD` allows this user to upload; never without signing in."""
    allows = import_string(configuration().may_upload)
    return bool(user.is_authenticated and allows(user))


def owner_of(user: "User") -> str:
    """The owner as whom a user uploads; empty if the site has one owner for all."""
    given = configuration()
    return str(import_string(given.subject)(user)) if given.mode is Mode.ISSUER else ""


def browser_token(user: "User") -> str:
    """The token for a user's browser, valid for `LIFETIME`; empty if none is needed."""
    mode = configuration().mode
    if mode is Mode.ISSUER:
        return _jwt(owner_of(user), _UPLOADING)
    return signing.dumps(str(user.pk), salt=_SALT) if mode is Mode.TOKEN else ""


def user_of(token: str) -> str | None:
    """The primary key of the user who got this token for the proxy; None if it is not valid."""
    try:
        return str(signing.loads(token, salt=_SALT, max_age=LIFETIME))
    except signing.BadSignature:
        return None


def server_token(owner: str = "") -> str:
    """The token with which this server acts for an owner, by default for the site itself."""
    given = configuration()
    if given.mode is Mode.ISSUER:
        return _jwt(owner or given.site_subject, _SERVING)
    return given.token


def public_keys() -> dict[str, Any]:
    """The JWKS with which Darkroom verifies this site's tokens."""
    _key, public, algorithm = _signing_key(configuration().key)
    return {"keys": [{**public, "use": "sig", "alg": algorithm}]}


def _jwt(subject: str, scope: str) -> str:
    import jwt

    given = configuration()
    key, public, algorithm = _signing_key(given.key)
    now = int(time.time())
    claims = {
        "iss": given.issuer,
        "aud": given.audience,
        "sub": subject,
        "iat": now,
        "exp": now + LIFETIME,
        "scope": scope,
    }
    return jwt.encode(claims, key, algorithm, headers={"kid": public["kid"]})


@lru_cache(maxsize=4)
def _signing_key(pem: str) -> tuple[Any, dict[str, Any], str]:
    """A private key, its public JWK and its algorithm; ImproperlyConfigured if it is none."""
    try:
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
    except ImportError as reason:
        raise ImproperlyConfigured(
            'DARKROOM["ISSUER"] needs: pip install "django-darkroom[issuer]"'
        ) from reason
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (TypeError, ValueError) as reason:
        raise ImproperlyConfigured('DARKROOM["KEY"] is no private key in PEM.') from reason
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        public, algorithm = ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "ES256"
    elif isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        public, algorithm = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "RS256"
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        public, algorithm = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True), "EdDSA"
    else:
        raise ImproperlyConfigured(
            'DARKROOM["KEY"] must be an EC key (P-256), Ed25519, or RSA of at least 2048 bits.'
        )
    return key, {**public, "kid": _thumbprint(public)}, algorithm


def _thumbprint(public: dict[str, Any]) -> str:
    """The key's id: its thumbprint by RFC 7638, so that another key has another id."""
    required = {name: public[name] for name in ("crv", "e", "kty", "n", "x", "y") if name in public}
    text = json.dumps(required, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
