"""SSIMULACRA2 of files, several at a time, and never twice for the same file."""

import hashlib
import json
import queue
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Self

from benchmarks import toolchain
from benchmarks.client import Worker


class Scores:
    """As many scoring processes as there are processors, and a memory of all scores.

    A context manager; any thread may ask.
    """

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._known: dict[str, float] = json.loads(memory.read_text()) if memory.exists() else {}
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        cpus = len(toolchain.processors())
        for _ in range(cpus):
            worker = Worker(toolchain.theirs("scoring"), cpus)
            self._idle.put(self._stack.enter_context(worker))
        return self

    def __exit__(self, *_: object) -> None:
        self._memory.write_text(json.dumps(self._known, indent=0, sort_keys=True))
        self._stack.close()

    def of(self, photograph: Path, files: Sequence[Path]) -> list[float]:
        """The score of each of `files`, renditions of `photograph`."""
        keys = [f"{_digest(photograph)}:{_hash(file)}" for file in files]
        unknown = {
            key: file for key, file in zip(keys, files, strict=True) if key not in self._known
        }
        if unknown:
            answer = self._asked(
                photograph=str(photograph), files=[str(file) for file in unknown.values()]
            )
            self._known.update(zip(unknown, answer, strict=True))
        return [self._known[key] for key in keys]

    def check(self, photograph: Path, file: Path) -> tuple[float, float]:
        """The score of `file` as worked out here, and by the package itself."""
        here, there = self._asked(photograph=str(photograph), check=str(file))
        return here, there

    def _asked(self, **request: object) -> list[float]:
        worker = self._idle.get()
        try:
            scores: list[float] = worker.ask(**request)["scores"]
        finally:
            self._idle.put(worker)
        return scores


@cache
def _digest(photograph: Path) -> str:
    return _hash(photograph)


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:20]
