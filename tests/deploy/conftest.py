from collections.abc import Iterator

import pytest

from tests.deploy.history import History, lived
from tests.deploy.world import World, running_world


@pytest.fixture(scope="package")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One emulated account for all tests; each test or fixture that uses it resets it first."""
    with running_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(scope="package")
def history(account: World) -> History:
    """A stage's life, recorded once for all tests."""
    return lived(account)


@pytest.fixture
def world(account: World) -> World:
    """An empty account and a fresh copy of the project."""
    account.restore()
    return account
