"""Locust in its own environment: a crowd whose report has a line for each thing done."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ops.local.stack.environment import inherited
from ops.local.stack.processes import dying_with_us

LOCUST = Path(sys.prefix) / "load/bin/locust"  # `make load` installs it, and all that need it


class Crowd:
    """A running Locust, and the report that its users write."""

    def __init__(self, process: subprocess.Popen[bytes], report: Path, log: Path) -> None:
        self._process = process
        self._report = report
        self._log = log

    def has_done(self, number: int) -> bool:
        """Whether the report has this many lines; a RuntimeError if Locust has ended before."""
        if self._process.poll() is not None:
            raise RuntimeError(f"Locust has ended: {self._log.read_text()}")
        return self._report.exists() and self._report.read_bytes().count(b"\n") == number


@contextmanager
def crowd(
    locustfile: Path, host: str, users: int, report: Path, settings: Mapping[str, str]
) -> Iterator[Crowd]:
    """Run Locust's users against a host, with these environment variables, until the block ends."""
    command = [str(LOCUST), "-f", str(locustfile), "--headless", "--host", host]
    command += ["--users", str(users), "--spawn-rate", str(users), "--loglevel", "WARNING"]
    log = report.with_name("locust.log")
    with (
        log.open("wb") as output,
        subprocess.Popen(
            dying_with_us([*command, "--only-summary"]),
            env={**inherited(), **settings},
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            yield Crowd(process, report, log)
        finally:
            process.terminate()


def version() -> str:
    """The version of the installed Locust."""
    (found,) = (LOCUST.parents[1] / "lib").glob("python*/site-packages/locust-*.dist-info")
    return found.name.removeprefix("locust-").removesuffix(".dist-info")
