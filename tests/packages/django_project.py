"""The sample project of `tests/django`, run in one of the environments with Django."""

import json
import subprocess
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.local.stack.ports import free_ports
from ops.local.stack.processes import dying_with_us
from ops.project import PROJECT
from tests.stack.running import users_environment
from tests.waiting import GENEROUS, until

TESTS = PROJECT / "tests" / "django"
SOURCE = PROJECT / "packages" / "django" / "src"
ENVIRONMENTS = ("lts", "latest")


def python(environment: str) -> Path:
    """The interpreter of an environment; AssertionError says how to make it."""
    found = PROJECT / ".venv" / f"django-{environment}" / "bin" / "python"
    assert found.exists(), f"run: make .venv/django-{environment}.stamp"
    return found


@dataclass
class Project:
    """A running project: its address, and the environment for its commands."""

    address: str
    interpreter: Path
    variables: Mapping[str, str]

    def manage(self, *arguments: str) -> str:
        """The output of one of Django's commands."""
        done = subprocess.run(
            [self.interpreter, "-m", "django", *arguments],
            cwd=TESTS,
            env=dict(self.variables),
            capture_output=True,
            text=True,
            timeout=GENEROUS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def value(self, expression: str) -> Any:
        """What an expression is in the project, as JSON; `models` has the sample's models."""
        code = f"import json; from sample import models; print(json.dumps({expression}))"
        return json.loads(self.manage("shell", "--no-imports", "--command", code).splitlines()[-1])


@contextmanager
def running_project(
    environment: str, folder: Path, port: int, darkroom: Mapping[str, Any], source: Path = SOURCE
) -> Iterator[Project]:
    """Run it on a port with this setting `DARKROOM`; its database and output are in `folder`.

    `source` is the folder that has the package, by default the checkout's.
    """
    address = f"http://127.0.0.1:{port}"
    variables = {
        **users_environment(),
        "PYTHONPATH": f"{source}:{TESTS}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": "sample.settings",
        "SAMPLE_ADDRESS": address,
        "SAMPLE_DARKROOM": json.dumps(darkroom),
        "SAMPLE_DATABASE": str(folder / "database.sqlite3"),
        "SAMPLE_MEDIA": str(folder),
        "SAMPLE_INSTALLED": "" if source == SOURCE else "yes",
    }
    project = Project(address, python(environment), variables)
    project.manage("prepare")
    command = [str(project.interpreter), "-m", "django", "runserver", "--noreload", str(port)]
    lines: list[str] = []
    server = subprocess.Popen(
        dying_with_us(command),
        cwd=TESTS,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    reader = threading.Thread(target=lambda: lines.extend(server.stdout or ()), daemon=True)
    reader.start()
    try:
        until(lambda: _responds(address, server))
        yield project
    except Exception as error:
        error.add_note("".join(["The project's last lines:\n", *lines[-60:]]))
        raise
    finally:
        server.terminate()
        server.wait(GENEROUS)
        reader.join(GENEROUS)
        if server.stdout:
            server.stdout.close()


def free_port() -> int:
    """A free port."""
    (port,) = free_ports(1)
    return port


def _responds(address: str, server: "subprocess.Popen[str]") -> bool:
    assert server.poll() is None, "The project's server has ended."
    try:
        urllib.request.urlopen(f"{address}/admin/login/", timeout=GENEROUS).close()
    except OSError:
        return False
    return True
