"""A contender's process from outside: started, asked, ended."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self, cast

from benchmarks import toolchain
from chalicelib.variants import load_variants

_LONGEST = 16383  # the side of a box that has none: what WebP can hold


class Worker:
    """One process; a context manager."""

    def __init__(self, command: Sequence[str], cpus: int) -> None:
        with _confined_to(toolchain.processors()[-cpus:]):
            self._process = subprocess.Popen(
                command,
                cwd=toolchain.ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        # Both are there, since both were asked for.
        self._questions = cast("IO[str]", self._process.stdin)
        self._answers = cast("IO[str]", self._process.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            self._questions.close()

    def render(self, photograph: Path, quality: int, out: Path | None = None) -> dict[str, Any]:
        """The worker's answer for the standard job; the files go into `out`."""
        return self.ask(
            file=str(photograph), quality=quality, boxes=_boxes(), out=str(out) if out else None
        )

    def ask(self, **request: object) -> dict[str, Any]:
        """The answer to any request; RuntimeError if the process ends instead."""
        self._questions.write(json.dumps(request) + "\n")
        self._questions.flush()
        line = self._answers.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended at {request!r}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _boxes() -> list[list[object]]:
    return [
        [rule.name, rule.width or _LONGEST, rule.height or _LONGEST, rule.fit]
        for rule in load_variants()
    ]


@contextmanager
def _confined_to(processors: Sequence[int]) -> Iterator[None]:
    """Children started inside are kept to `processors`."""
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)
