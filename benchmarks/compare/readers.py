"""The readers' processes: started when needed, ended when they take too long."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

import msgspec
from PIL import Image

from benchmarks.compare.outcomes import READERS, Outcome, ReaderName
from benchmarks.toolchain import ROOT
from ops.local.stack.processes import dying_with_us

LIBVIPS = Path(sys.prefix) / "compare/bin/python"  # `make compare` installs it

_PROGRAMS: dict[ReaderName, Path] = {
    "darkroom": Path(sys.executable),
    "libvips": LIBVIPS,
    "chromium": Path(sys.executable),
}
# One thread of libvips, so that the comparison can run beside other work.
_ENVIRONMENT = {**os.environ, "VIPS_CONCURRENCY": "1", "VIPS_WARNING": "0"}


class Reader:
    """One reader; its process serves many files and is replaced after a crash."""

    def __init__(self, name: ReaderName, seconds: float, scratch: Path) -> None:
        module = f"benchmarks.compare.with_{name}"
        self._command = dying_with_us([str(_PROGRAMS[name]), "-m", module])
        self._seconds = seconds
        self._pixels = scratch / name
        self._process: subprocess.Popen[str] | None = None

    def read(self, file: Path) -> tuple[Outcome, Image.Image | None]:
        """The outcome of `file`, and the picture as `RGBA` if there is one."""
        process = self._process = self._process or self._started()
        request = json.dumps({"file": str(file.resolve()), "out": str(self._pixels)})
        try:
            line = _asked(process, request, self._seconds)
        except TimeoutError:
            self.close()
            return Outcome(status="timed_out", detail=f"after {self._seconds:g} s"), None
        if not line:
            self.close()
            return Outcome(status="crashed", detail=f"exit code {process.returncode}"), None
        outcome = msgspec.json.decode(line, type=Outcome)
        if outcome.status != "ready":
            return outcome, None
        size = outcome.width, outcome.height
        return outcome, Image.frombytes("RGBA", size, self._pixels.read_bytes())

    def close(self) -> None:
        """End the process and those that it started."""
        process, self._process = self._process, None
        if process:
            # A request that was not read may still be in the pipe.
            with suppress(BrokenPipeError), process:
                os.killpg(process.pid, signal.SIGKILL)

    def _started(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self._command,
            cwd=ROOT,
            env=_ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )


def _asked(process: "subprocess.Popen[str]", request: str, seconds: float) -> str:
    """The response line, empty if the process ended; TimeoutError after `seconds`."""
    # Not None, since both are pipes.
    requests, responses = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
    try:
        requests.write(request + "\n")
        requests.flush()
    except BrokenPipeError:
        return ""
    # A response is one short line, written at once.
    if not select.select([responses], [], [], seconds)[0]:
        raise TimeoutError
    return responses.readline()


@contextmanager
def started_readers(
    seconds: float, scratch: Path, names: Sequence[ReaderName] = READERS
) -> Iterator[dict[ReaderName, Reader]]:
    """All readers; each has `seconds` for a file."""
    readers = {name: Reader(name, seconds, scratch) for name in names}
    try:
        yield readers
    finally:
        for reader in readers.values():
            reader.close()
