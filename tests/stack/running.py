"""Real servers for tests, each with its own ports and directory."""

import configparser
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from ops.local.names import HOST, REGION
from ops.local.stack.credentials import make_credentials, profiles_file
from ops.local.stack.environment import inherited
from ops.local.stack.options import PORTS
from ops.local.stack.ports import free_ports
from ops.local.stack.processes import Server, dying_with_us
from ops.local.storage import seaweed
from ops.project import PROJECT
from tests.environment import SETTINGS
from tests.waiting import GENEROUS

READY = "Darkroom is ready"
_PROGRAMS = {
    "s3": " mini -dir=",
    "tail": "filer.meta.tail",
    "aws": "ops.local.storage.aws",
    "site": "ops.local.http.site",
    "api": "ops.local.http.api",
    "eventloop": "ops.local.runtime.event_loop",
    "worker": "ops.local.runtime.worker",
    "worker 1": "ops.local.runtime.worker 1",
}


@dataclass
class Stack:
    """A stack of `make run`: its addresses, data directory, process, and lines of output."""

    api: str
    site: str
    s3_address: str
    aws_address: str
    data: Path
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    @property
    def credentials(self) -> Path:
        """The shared credentials file, with the profiles admin, api, worker, loop and cdn."""
        return profiles_file(self.data)

    def access_key(self, profile: str) -> str:
        """The access key of one of the stack's identities."""
        return self._keys(profile)["aws_access_key_id"]

    def secret_key(self, profile: str) -> str:
        """The secret key of one of the stack's identities."""
        return self._keys(profile)["aws_secret_access_key"]

    def _keys(self, profile: str) -> configparser.SectionProxy:
        parser = configparser.RawConfigParser()
        parser.read(self.credentials)
        return parser[profile]

    def client(self, service: str, profile: str = "admin") -> Any:
        """A boto3 client of one of the stack's stores."""
        address = self.s3_address if service == "s3" else self.aws_address
        return client(service, address, self.credentials, profile)

    def s3(self, profile: str = "admin") -> Any:
        """A boto3 client of its S3."""
        return self.client("s3", profile)

    def token(self, subject: str, *options: str) -> str:
        """A token created as an operator would; needs AUTH_MODE=token."""
        created = self.ops("token", "create", "--subject", subject, *options)
        assert created.returncode == 0, created.stderr
        return created.stdout.strip()

    def ops(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m ops ARGUMENTS` against the stack, to its end, with more variables."""
        return subprocess.run(
            [sys.executable, "-m", "ops", *arguments],
            cwd=PROJECT,
            env={**self.environment(), **variables},
            capture_output=True,
            text=True,
            timeout=GENEROUS,
        )

    def environment(self) -> dict[str, str]:
        """The environment in which a command finds the stack."""
        ports = {
            "S3_PORT": self.s3_address,
            "AWS_PORT": self.aws_address,
            "API_PORT": self.api,
            "SITE_PORT": self.site,
        }
        numbers = {name: address.rpartition(":")[2] for name, address in ports.items()}
        return {**users_environment(), **numbers, "DATA_DIR": str(self.data)}

    def pids(self, part: str) -> list[int]:
        """The process ids of a part: aws, site, api, eventloop, worker, worker 1, s3 or tail."""
        program = _PROGRAMS[part]
        return [pid for pid, command in descendants(self.process.pid) if program in command]

    def memory(self, part: str) -> int:
        """The resident memory in bytes of the largest process of a part."""
        pids = ",".join(str(pid) for pid in self.pids(part))
        shown = subprocess.run(["ps", "-o", "rss=", "-p", pids], capture_output=True, text=True)
        return max(int(line) for line in shown.stdout.split()) * 1024

    def wait_ready(self, seconds: float = GENEROUS) -> None:
        """Wait until it reports that it is ready; AssertionError with its output otherwise."""
        deadline = time.monotonic() + seconds
        while READY not in self.lines:
            output = "\n".join(self.lines)
            assert self.process.poll() is None, f"The stack has ended:\n{output}"
            assert time.monotonic() < deadline, f"The stack is not ready:\n{output}"
            time.sleep(0.02)

    def stop(self, seconds: float = GENEROUS) -> int:
        """Stop it with SIGTERM, as a user's system would, and return its exit code."""
        self.process.terminate()
        return self.process.wait(seconds)


@contextmanager
def running_stack(data: Path, project: Path = PROJECT, **environment: str) -> Iterator[Stack]:
    """Run the stack of `make run`, and wait until it is ready.

    `data` is its data directory, in which a later stack finds the state of an earlier one;
    `project` is the checkout, and `environment` holds additional variables.
    """
    with starting_stack(data, project, **environment) as stack:
        stack.wait_ready()
        try:
            yield stack
        except Exception as error:
            error.add_note("\n".join(["The stack's last lines:", *stack.lines[-50:]]))
            raise


@contextmanager
def starting_stack(data: Path, project: Path = PROJECT, **environment: str) -> Iterator[Stack]:
    """Start the stack without waiting until it is ready."""
    ports = {n: str(p) for n, p in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    variables = {**users_environment(), **ports, "DATA_DIR": str(data), **environment}
    process = subprocess.Popen(
        dying_with_us([sys.executable, "-m", "ops", "run"]),
        cwd=project,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    api, site, s3, aws = (f"http://{HOST}:{variables[name]}" for name in PORTS)
    stack = Stack(api, site, s3, aws, data, process)
    reader = threading.Thread(target=_collect, args=(process, stack.lines), daemon=True)
    reader.start()
    try:
        yield stack
    finally:
        _end(process)
        reader.join(GENEROUS)
        if process.stdout:
            process.stdout.close()


@contextmanager
def running_seaweedfs(data: Path) -> Iterator[str]:
    """Run SeaweedFS alone, and yield its address. `profiles_file(data)` has its credentials."""
    data.mkdir(parents=True, exist_ok=True)
    make_credentials(data)
    (port,) = free_ports(1)
    inner = seaweed.inner_ports(data, {port})
    server = seaweed.seaweed_server(data, port, inner, data / "s3.log")
    address = f"http://{HOST}:{port}"
    try:
        with _started(server, lambda: seaweed.knows_its_volumes(data, inner)):
            s3 = client("s3", address, profiles_file(data), "admin")
            _wait_until(lambda: _responds(f"{address}/healthz"))
            _wait_until(lambda: s3.list_buckets() is not None)
            yield address
    finally:
        seaweed.remove_sockets(inner, port)


@contextmanager
def running_aws(data: Path, program: str = "tests.stack.aws_in_memory") -> Iterator[str]:
    """Run DynamoDB and the queues alone, and yield their address; credentials are in `data`.

    Tables are kept in memory, or with the program `ops.local.storage.aws` in `data`.
    """
    data.mkdir(parents=True, exist_ok=True)
    make_credentials(data)
    ports = {n: str(p) for n, p in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    variables = {**inherited(), **ports, "DATA_DIR": str(data)}
    command = [sys.executable, "-m", program]
    server = Server("DynamoDB and the queues", command, variables, data / "aws.log")
    address = f"http://{HOST}:{ports['AWS_PORT']}"
    with _started(server, lambda: _responds(address)):
        yield address


def client(service: str, address: str, credentials: Path, profile: str) -> Any:
    """A boto3 client of `address` with one of the stack's identities."""
    parser = configparser.RawConfigParser()
    parser.read(credentials)
    return boto3.session.Session().client(  # type: ignore[call-overload]
        service,
        endpoint_url=address,
        region_name=REGION,
        config=Config(signature_version="s3v4") if service == "s3" else None,
        **parser[profile],
    )


def users_environment() -> dict[str, str]:
    """The environment without the settings that the application's unit tests set."""
    return {name: value for name, value in inherited().items() if name not in SETTINGS}


def descendants(pid: int) -> list[tuple[int, str]]:
    """All descendants of the process `pid`, with their command lines."""
    listed = subprocess.run(["ps", "-Ao", "pid=,ppid=,args="], capture_output=True, text=True)
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    found: list[tuple[int, str]] = []
    parents = {pid}
    while parents:
        children = [(int(row[0]), row[2]) for row in rows if int(row[1]) in parents]
        found += children
        parents = {child for child, _ in children}
    return found


def is_alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return shown.stdout.strip()[:1] not in ("", "Z")


@contextmanager
def _started(server: Server, ready: Callable[[], bool]) -> Iterator[None]:
    server.start()
    try:
        _wait_until(ready, lambda: server.exit_code is None or server.complaint())
        yield
    finally:
        server.stop()


def _wait_until(
    condition: Callable[[], bool], alive: Callable[[], bool | str] = lambda: True
) -> None:
    deadline = time.monotonic() + GENEROUS
    while not condition():
        assert alive() is True, alive()
        assert time.monotonic() < deadline, "The server did not become ready in time."
        time.sleep(0.03)


def _responds(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=GENEROUS).close()
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False
    return True


def _collect(process: subprocess.Popen[str], lines: list[str]) -> None:
    for line in process.stdout or ():
        lines.append(line.rstrip("\n"))  # noqa: PERF401 - each line is needed at once


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(GENEROUS)
    if process.poll() is None:
        process.kill()  # its children die with it
        process.wait()
