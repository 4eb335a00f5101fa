"""One world for all attacks."""

from collections.abc import Iterator

import pytest

from tests.attack.lambdas import Lambdas
from tests.attack.running import running_world
from tests.attack.world import Worker, World


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Empty stores, and a source of workers."""
    with running_world(tmp_path_factory.mktemp("attack")) as world:
        yield world


@pytest.fixture(scope="package")
def lambdas(world: World) -> Iterator[Lambdas]:
    """Functions that are retried."""
    with Lambdas(world) as lambdas:
        yield lambdas


@pytest.fixture(scope="package")
def eight(world: World) -> Iterator[list[Worker]]:
    """Eight workers."""
    workers = [world.hire() for _ in range(8)]
    yield workers
    for worker in workers:
        worker.leave()
