"""An emulated AWS account, a copy of the project to deploy from, and commands run in it."""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import tomlkit

from ops.local.names import HOST
from ops.local.stack.ports import free_ports
from ops.local.stack.processes import Server
from ops.project import PROJECT
from tests.stack.running import users_environment
from tests.waiting import GENEROUS, until

REGION = "eu-central-1"
ACCOUNT = "123456789012"  # moto's

_RECORDING = Path(__file__).with_name("recording")  # records every command's calls
_SHIPPED = ("app.py", "chalicelib", "frontend", "infrastructure", "ops", ".chalice", "vendor")
_KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}  # pragma: allowlist secret


@dataclass
class World:
    """One emulated account. Commands run in `project`, a copy of the repository."""

    address: str
    project: Path
    calls: Path
    _clients: dict[str, Any] = field(default_factory=dict)
    seconds: float = GENEROUS  # for a command

    def run(self, *arguments: str, answer: str = "", **variables: str) -> "Outcome":
        """Run `python -m ops ARGUMENTS` to its end. An empty variable is unset.

        With an `answer`, standard input is a terminal where that is typed.
        """
        return self.start(self._command(arguments), answer=answer, **variables)

    def start(self, command: list[str], *, answer: str = "", **variables: str) -> "Outcome":
        """Run any program in the project to its end; see `run`."""
        with _terminal(answer) as stdin:
            done = subprocess.run(
                command,
                cwd=self.project,
                env=self._environment(variables),
                stdin=stdin,
                capture_output=True,
                text=True,
                timeout=self.seconds,
            )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def interrupt(self, line: str, *arguments: str) -> None:
        """Run a command, and kill it with all its children as soon as it prints `line`."""
        with subprocess.Popen(
            self._command(arguments),
            cwd=self.project,
            env=self._environment({}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            output = []
            for printed in process.stdout or ():
                output.append(printed)
                if line in printed:
                    os.killpg(process.pid, signal.SIGKILL)
                    break
        assert any(line in printed for printed in output), "".join(output)

    def client(self, service: str) -> Any:
        """A boto3 client of the account, cached: creating one is slower than a request."""
        if service not in self._clients:
            self._clients[service] = boto3.session.Session().client(  # type: ignore[call-overload]
                service, endpoint_url=self.address, region_name=REGION, **_KEYS
            )
        return self._clients[service]

    def restore(self) -> None:
        """Empty the account and its recorded calls, and restore the project."""
        self.post("/moto-api/reset", b"")
        self.calls.write_text("")
        self.restore_project()

    def restore_project(self) -> None:
        """Restore the original project, as on another machine."""
        shutil.rmtree(self.project)
        copy_project(self.project)

    def post(self, path: str, body: bytes) -> None:
        """Send a request to the emulator itself."""
        headers = {"Content-Type": "text/plain"}  # a form's body would not be read
        request = urllib.request.Request(self.address + path, body, headers)
        urllib.request.urlopen(request, timeout=GENEROUS).close()

    @property
    def site(self) -> Path:
        """The project's site folder, which may not exist."""
        return self.project / "site"

    def stages(self) -> Any:
        """The stages in the site folder, by name."""
        file = self.site / "stages.toml"
        return tomllib.loads(file.read_text()) if file.exists() else {}

    def write_stages(self, stages: Any) -> None:
        """Replace the stages in the site folder."""
        self.site.mkdir(exist_ok=True)
        (self.site / "stages.toml").write_text(tomlkit.dumps(stages))

    def set(self, stage: str, **variables: str) -> None:
        """Set environment variables of a stage in the site folder."""
        stages = self.stages()
        stages.setdefault(stage, {}).setdefault("environment_variables", {}).update(variables)
        self.write_stages(stages)

    def config(self) -> Any:
        """The project's `.chalice/config.json`, which is tracked."""
        return json.loads((self.project / ".chalice" / "config.json").read_text())

    def write_config(self, config: Any) -> None:
        """Replace the project's `.chalice/config.json`, as earlier versions did."""
        (self.project / ".chalice" / "config.json").write_text(json.dumps(config))

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "ops", *arguments]

    def _environment(self, variables: dict[str, str]) -> dict[str, str]:
        environment = {
            **users_environment(),
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",  # pragma: allowlist secret
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(_RECORDING),
            "DEPLOYMENT_CALLS": str(self.calls),
            "DARKROOM_SITE": "",
            **variables,
        }
        return {name: value for name, value in environment.items() if value}


@dataclass(frozen=True)
class Outcome:
    """A command's exit code and output."""

    code: int
    out: str
    err: str

    def succeeded(self) -> "Outcome":
        """Return self; AssertionError with the output if the command failed."""
        assert self.code == 0, self.out + self.err
        return self


@contextmanager
def running_world(folder: Path) -> Iterator[World]:
    """An empty account, and a copy of the project below `folder`."""
    (port,) = free_ports(1)
    address = f"http://{HOST}:{port}"
    command = [sys.executable, "-m", "tests.deploy.emulator", str(port)]
    server = Server("the emulator", command, users_environment(), folder / "emulator.log")
    server.start()
    try:
        until(lambda: _responds(address) or server.exit_code is not None)
        assert server.exit_code is None, server.complaint()
        yield World(address, copy_project(folder / "project"), folder / "calls.jsonl")
    finally:
        server.stop()


def copy_project(folder: Path, *, libraries: bool = False) -> Path:
    """Copy what deploying reads and writes; without `libraries`, its layer is one small module."""
    clutter = shutil.ignore_patterns("deployments", "deployed")
    for name in _SHIPPED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=clutter)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    if libraries:
        shutil.copy(PROJECT / "requirements.txt", folder / "requirements.txt")
        return folder
    for name in ("requirements.txt", "requirements-heic.txt"):
        (folder / name).write_text("")
    (folder / "vendor" / "in_the_layer.py").write_text("")
    return folder


@contextmanager
def _terminal(answer: str) -> Iterator[int]:
    if not answer:
        yield subprocess.DEVNULL
        return
    typist, terminal = pty.openpty()
    try:
        os.write(typist, answer.encode())
        yield terminal
    finally:
        os.close(typist)
        os.close(terminal)


def _responds(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/moto-api/", timeout=GENEROUS).close()
    except OSError:
        return False
    return True
