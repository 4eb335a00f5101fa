"""The API as a process, for what only HTTP shows."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from ops.local.names import HOST, PROJECT
from ops.local.ports import free_ports
from ops.local.processes import dying_with_us
from tests.waiting import until


@dataclass(frozen=True)
class Api:
    """Its address, and a token that allows all."""

    address: str
    token: str

    def ask(self, method: str, path: str, **more: object) -> requests.Response:
        """A request with the token."""
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})  # type: ignore[operator]
        return requests.request(
            method,
            self.address + path,
            headers=headers,
            timeout=20,
            **more,  # type: ignore[arg-type]
        )


@pytest.fixture(scope="session")
def api() -> Iterator[Api]:
    """The API over stores in memory."""
    (port,) = free_ports(1)
    command = dying_with_us([sys.executable, "-m", "tests.web.server", str(port)])
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        try:
            token = process.stdout.readline().strip() if process.stdout else ""
            address = f"http://{HOST}:{port}"
            until(lambda: requests.get(f"{address}/health", timeout=5).ok, 20)
            yield Api(address, token)
        finally:
            process.terminate()
