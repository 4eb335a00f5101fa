"""Applications that verify their own tokens, or an issuer's."""

from collections.abc import Iterator

import pytest

from chalicelib.auth import jwks
from tests.auth.harness import Harness, harness_with
from tests.auth.issuer import AUDIENCE, Issuer, fetch, running_issuer


@pytest.fixture
def harness() -> Iterator[Harness]:
    """An application that issues tokens itself."""
    with harness_with(AUTH_MODE="token") as harness:
        yield harness


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    """An OpenID Connect issuer on this machine."""
    with running_issuer() as issuer:
        yield issuer


@pytest.fixture
def jwt_harness(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harness]:
    """An application that accepts the issuer's tokens."""
    monkeypatch.setattr(jwks, "fetch", fetch)
    issuer.requests.clear()
    issuer.is_away = False
    with harness_with(
        AUTH_MODE="jwt",
        JWT_ISSUER=issuer.address,
        JWT_AUDIENCE=AUDIENCE,
        JWT_DEFAULT_SCOPES="upload,read,delete",
        JWT_LEEWAY_SECONDS="300",
    ) as harness:
        yield harness
