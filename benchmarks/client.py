"""Client of a contender's worker process: starts it, sends requests, ends it."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self, cast

from benchmarks import toolchain
from chalicelib.model.variants import load_variants

_LONGEST = 16383  # side of a box without a limit: WebP's maximum, in pixels


class Worker:
    """A worker process; a context manager."""

    def __init__(self, command: Sequence[str], cpus: int) -> None:
        with _pinned_to(toolchain.processors()[-cpus:]):
            self._process = subprocess.Popen(
                command,
                cwd=toolchain.ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        # Not None, since both are pipes.
        self._requests = cast("IO[str]", self._process.stdin)
        self._responses = cast("IO[str]", self._process.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            self._requests.close()

    def render(self, photograph: Path, quality: int, out: Path | None = None) -> dict[str, Any]:
        """Response to the standard job; the worker writes the files into `out`."""
        return self.send(
            file=str(photograph), quality=quality, boxes=_boxes(), out=str(out) if out else None
        )

    def send(self, **request: object) -> dict[str, Any]:
        """Response to any request; RuntimeError if the process ends instead."""
        self._requests.write(json.dumps(request) + "\n")
        self._requests.flush()
        line = self._responses.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended at {request!r}")
        response: dict[str, Any] = json.loads(line)
        return response


def _boxes() -> list[list[object]]:
    return [
        [rule.name, rule.width or _LONGEST, rule.height or _LONGEST, rule.fit]
        for rule in load_variants()
    ]


@contextmanager
def _pinned_to(processors: Sequence[int]) -> Iterator[None]:
    """Child processes started inside run on `processors` only."""
    original = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, original)
