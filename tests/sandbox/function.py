"""Runs one function of an unzipped artifact in its own process, as Lambda does."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from ops.local.names import REGION, function_arn
from ops.packaging.archives import unpack
from tests.sandbox.runtime import Answer, RuntimeApi

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
RUNTIME = Path(sys.prefix) / "lambda" / "bin" / "python"  # installed by `make test`


@dataclass(frozen=True)
class Sandbox:
    """An artifact as Lambda lays it out: the code in `task`, the layer's files in `opt`."""

    task: Path
    opt: Path

    @property
    def path(self) -> list[str]:
        """Python's path after the code: the layer, before the runtime's own packages."""
        return [str(self.opt / "python/lib" / VERSION / "site-packages"), str(self.opt / "python")]


def unzipped(package: Path, folder: Path) -> Sandbox:
    """Unzip the artifacts of `make package` in `package` into `folder`."""
    sandbox = Sandbox(folder / "task", folder / "opt")
    unpack(package / "deployment.zip", sandbox.task)
    unpack(package / "layer-deployment.zip", sandbox.opt)
    return sandbox


class Function:
    """A function that runs while the context is entered. `handler` is Lambda's handler name."""

    def __init__(
        self,
        sandbox: Sandbox,
        handler: str,
        environment: Mapping[str, str],
        *,
        megabytes: int = 1769,
        seconds: float = 60,
        options: Sequence[str] = (),
        first_on_path: Sequence[str] = (),
    ) -> None:
        self._handler = handler
        self._sandbox = sandbox
        self._command = [str(RUNTIME), *options, "-m", "awslambdaric", handler]
        self._path = [*first_on_path, *sandbox.path]
        self._environment = environment
        self._megabytes = megabytes
        self._api = RuntimeApi(function_arn(handler.rpartition(".")[2]), seconds)

    def __enter__(self) -> "Function":
        self._log = tempfile.NamedTemporaryFile()
        self._born = time.perf_counter()
        self._process = subprocess.Popen(
            self._command,
            cwd=self._sandbox.task,
            env=self._variables(),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._api.close()
        self._log.close()

    def wait_started(self) -> float:
        """Seconds from the process's start to its first request for an invocation."""
        if not self._api.started.wait(self._api.seconds):
            raise TimeoutError(f"{self._handler} does not start.")
        assert self._api.first_request_at is not None
        return self._api.first_request_at - self._born

    def call(self, event: object) -> Answer:
        """The function's answer to `event`."""
        return self._api.call(event)

    def failed_start(self) -> Answer:
        """The error of a start that failed."""
        return self._api.answers.get(timeout=self._api.seconds)

    def output(self) -> str:
        """Everything it has printed so far."""
        return Path(self._log.name).read_text()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def processor_seconds(self) -> float:
        """CPU seconds used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_memory(self) -> int:
        """Peak memory in bytes: the kernel's high-water mark."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024

    def _variables(self) -> dict[str, str]:
        name = self._handler.rpartition(".")[2]
        return {
            "PATH": os.defpath,
            "HOME": "/nonexistent",  # without anyone's AWS configuration
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{VERSION}",
            "AWS_LAMBDA_FUNCTION_NAME": f"darkroom-dev-{name}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self._megabytes),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/darkroom-dev-{name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "sandbox",
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "LAMBDA_TASK_ROOT": str(self._sandbox.task),
            "_HANDLER": self._handler,
            "PYTHONPATH": os.pathsep.join(self._path),
            **self._environment,
        }
