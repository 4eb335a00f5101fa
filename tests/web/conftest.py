"""The API as a process, for tests over HTTP."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ops.local.names import HOST
from ops.local.stack.ports import free_ports
from ops.local.stack.processes import dying_with_us
from ops.local.stack.readiness import answers
from ops.project import PROJECT
from tests.waiting import until


@dataclass(frozen=True)
class Api:
    """The API's address, and a token with all scopes."""

    address: str
    token: str


@pytest.fixture(scope="package")
def api() -> Iterator[Api]:
    """The API over stores in memory."""
    (port,) = free_ports(1)
    address = f"http://{HOST}:{port}"
    command = dying_with_us([sys.executable, "-m", "tests.web.server", str(port)])
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        try:
            token = process.stdout.readline().strip() if process.stdout else ""
            until(lambda: answers(f"{address}/health"))
            yield Api(address, token)
        finally:
            process.terminate()
