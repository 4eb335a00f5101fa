"""Starts what attacks need: servers, and the process that forks workers."""

import configparser
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.local.stack.credentials import profiles_file
from ops.local.stack.environment import inherited
from ops.local.stack.processes import Server
from tests.attack.bus import Bus
from tests.attack.world import World
from tests.environment import SETTINGS
from tests.stack.running import running_aws, running_seaweedfs
from tests.waiting import until


@contextmanager
def running_world(folder: Path) -> Iterator[World]:
    """Empty stores in `folder`, and a source of workers."""
    with (
        running_seaweedfs(folder / "s3") as s3,
        running_aws(folder / "s3") as dynamodb,
        Bus() as bus,
    ):
        environment = {
            "AWS_ENDPOINT_URL_S3": s3,
            "AWS_ENDPOINT_URL_DYNAMODB": dynamodb,
            "AWS_DEFAULT_REGION": "us-east-1",
            **_credentials(folder / "s3"),
        }
        sockets = folder / "workers"
        with _forking(environment, sockets):
            world = World(environment, sockets, bus)
            world.make()
            yield world


def _credentials(data: Path) -> dict[str, str]:
    profiles = configparser.RawConfigParser()
    profiles.read(profiles_file(data))
    return {name.upper(): profiles["admin"][name] for name in profiles["admin"]}


@contextmanager
def _forking(environment: dict[str, str], sockets: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.attack.worker", str(sockets)]
    variables = {**inherited(), **SETTINGS, "EVENT_BUS": "test-bus", **environment}
    server = Server("workers", command, variables, sockets.with_suffix(".log"))
    server.start()
    try:
        until(lambda: sockets.exists() or _has_ended(server))
        yield
    finally:
        server.stop()


def _has_ended(server: Server) -> bool:
    assert server.exit_code is None, server.complaint()
    return False
