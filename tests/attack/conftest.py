"""One world for all attacks: real servers, and the process that workers are forked from."""

import sys
from collections.abc import Iterator

import pytest

from ops.local.environment import inherited
from ops.local.processes import Server
from tests.attack.lambdas import Lambdas
from tests.attack.world import World
from tests.aws.conftest import dynamodb, seaweedfs
from tests.environment import SETTINGS
from tests.waiting import until

__all__ = ["dynamodb", "seaweedfs"]


@pytest.fixture(scope="session")
def world(
    seaweedfs: dict[str, str], dynamodb: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Empty stores, and workers to be had."""
    folder = tmp_path_factory.mktemp("workers")
    environment = dynamodb | seaweedfs
    sockets = folder / "socket"
    command = [sys.executable, "-m", "tests.attack.worker", str(sockets)]
    server = Server("workers", command, {**inherited(), **SETTINGS, **environment}, folder / "log")
    made = World(environment, sockets)
    made.make()
    server.start()
    try:
        until(lambda: sockets.exists() or not _alive(server))
        yield made
    finally:
        server.stop()


@pytest.fixture(scope="session")
def lambdas(world: World) -> Iterator[Lambdas]:
    """Functions that soon give a store up: tests wait for their time-outs."""
    yield from _kept(Lambdas(world, seconds=0.25))


@pytest.fixture(scope="session")
def patient(world: World) -> Iterator[Lambdas]:
    """Functions that wait for stores, and for whatever else happens meanwhile."""
    yield from _kept(Lambdas(world, seconds=10))


def _kept(made: Lambdas) -> Iterator[Lambdas]:
    yield made
    made.end()


def _alive(server: Server) -> bool:
    assert server.exit_code is None, server.complaint()
    return True
