"""Houses with tokens of their own, and with an issuer's."""

from collections.abc import Iterator

import pytest

from chalicelib.access import fetching
from tests.security.house import House, house_under
from tests.security.issuer import AUDIENCE, Issuer, fetch, running_issuer


@pytest.fixture
def house() -> Iterator[House]:
    """One that gives tokens itself."""
    with house_under(AUTH_MODE="token") as house:
        yield house


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    """An OpenID Connect issuer on this machine."""
    with running_issuer() as issuer:
        yield issuer


@pytest.fixture
def embassy(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """One that takes the issuer's tokens."""
    monkeypatch.setattr(fetching, "fetch", fetch)
    issuer.asked.clear()
    issuer.is_away = False
    with house_under(
        AUTH_MODE="jwt",
        JWT_ISSUER=issuer.address,
        JWT_AUDIENCE=AUDIENCE,
        JWT_DEFAULT_SCOPES="upload,read,delete",
        JWT_LEEWAY_SECONDS="300",
    ) as house:
        yield house
