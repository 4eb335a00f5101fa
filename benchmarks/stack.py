"""A stack of `make run` to be measured, on ports and in a folder of its own."""

import configparser
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3

from ops.local import names
from ops.local.credentials import profiles_file
from ops.local.environment import application_environment, inherited
from ops.local.options import PORTS, Options, read_options
from ops.local.ports import free_ports
from ops.local.processes import dying_with_us

_READY = "Darkroom is ready"


@dataclass(frozen=True)
class Checkout:
    """A checkout of the project, and the Python of its environment: by default this one's."""

    folder: Path = names.PROJECT
    python: Path = Path(sys.executable)


HERE = Checkout()


@dataclass(frozen=True)
class Stack:
    """A running stack."""

    options: Options

    @property
    def memory(self) -> Path:
        """The event loop's database."""
        return self.options.data / "events.sqlite"

    def environment(self) -> dict[str, str]:
        """That of a process which calls the application with all rights."""
        return application_environment(self.options, "admin")

    def client(self, service: str) -> Any:
        """A boto3 client of one of its stores, with all rights."""
        profiles = configparser.RawConfigParser()
        profiles.read(profiles_file(self.options.data))
        address = self.options.s3_url if service == "s3" else self.options.aws_url
        return boto3.session.Session().client(  # type: ignore[call-overload]
            service, region_name=names.REGION, endpoint_url=address, **profiles["admin"]
        )


@contextmanager
def running_stack(data: Path, workers: int, checkout: Checkout = HERE) -> Iterator[Stack]:
    """The stack, ready, with so many workers; stopped when it is no longer needed."""
    variables = {**free_addresses(), "DATA_DIR": str(data), "WORKERS": str(workers)}
    with subprocess.Popen(
        dying_with_us([str(checkout.python), "-m", "ops", "run"]),
        cwd=checkout.folder,
        env={**inherited(), **variables},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            wait_ready(process.stdout)
            yield Stack(read_options(variables))
        finally:
            process.terminate()


def free_addresses() -> dict[str, str]:
    """The variables of a stack's ports, with ports on which nothing listens."""
    return {n: str(p) for n, p in zip(PORTS, free_ports(len(PORTS)), strict=True)}


def wait_ready(lines: IO[str] | None) -> list[str]:
    """What a stack says until it is ready; RuntimeError with all of it where it ends before."""
    said = []
    for line in lines or ():
        said.append(line)
        if line.strip() == _READY:
            return said
    raise RuntimeError(f"The stack did not start: {''.join(said)}")
