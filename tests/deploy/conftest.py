from collections.abc import Iterator

import pytest

from tests.deploy.world import World, running_world


@pytest.fixture(scope="package")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One emulator for all tests; whoever uses it empties it first."""
    with running_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def world(account: World) -> World:
    """The same, with an empty account and a fresh copy of the project's settings."""
    account.restore()
    return account
