"""Runs a stack of `make run` to measure, on free ports and in its own folder."""

import configparser
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3

from ops.local import names
from ops.local.stack.credentials import profiles_file
from ops.local.stack.environment import application_environment, inherited
from ops.local.stack.options import PORTS, Options, read_options
from ops.local.stack.ports import free_ports
from ops.local.stack.processes import dying_with_us
from ops.project import PROJECT

_READY = "Darkroom is ready"


@dataclass(frozen=True)
class Checkout:
    """A checkout of the project, and its environment's Python: this one by default."""

    folder: Path = PROJECT
    python: Path = Path(sys.executable)


HERE = Checkout()


@dataclass(frozen=True)
class Stack:
    """A running stack."""

    options: Options

    @property
    def database(self) -> Path:
        """The event loop's database."""
        return self.options.data / "events.sqlite"

    def environment(self) -> dict[str, str]:
        """Environment of a process that runs the application with full access."""
        return application_environment(self.options, "admin")

    def client(self, service: str) -> Any:
        """A boto3 client of one of its stores, with full access."""
        profiles = configparser.RawConfigParser()
        profiles.read(profiles_file(self.options.data))
        address = self.options.s3_url if service == "s3" else self.options.aws_url
        return boto3.session.Session().client(  # type: ignore[call-overload]
            service, region_name=names.REGION, endpoint_url=address, **profiles["admin"]
        )


@contextmanager
def running_stack(
    data: Path,
    workers: int,
    checkout: Checkout = HERE,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Stack]:
    """A ready stack with that many workers and these settings; stopped on exit."""
    variables = {**free_addresses(), "DATA_DIR": str(data), "WORKERS": str(workers)}
    variables |= settings or {}
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
    """Port variables of a stack, set to free ports."""
    ports = free_ports(len(PORTS))
    return {name: str(port) for name, port in zip(PORTS, ports, strict=True)}


def wait_ready(lines: IO[str] | None) -> list[str]:
    """Output of a stack until it is ready; RuntimeError with all of it if it ends before."""
    output = []
    for line in lines or ():
        output.append(line)
        if line.strip() == _READY:
            return output
    raise RuntimeError(f"The stack did not start: {''.join(output)}")
