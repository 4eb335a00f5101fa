"""SSIMULACRA2 of files, several at a time, with a cache on disk."""

import hashlib
import json
import os
import queue
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Self

from benchmarks import toolchain
from benchmarks.client import Worker


class Scores:
    """One scoring process for each processor, and all scores computed so far.

    A context manager; its methods are thread-safe.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._scores = _read(path)
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        self._stack = ExitStack()
        self._writing = Lock()

    def __enter__(self) -> Self:
        cpus = len(toolchain.processors())
        for _ in range(cpus):
            worker = Worker(toolchain.theirs("scoring"), cpus)
            self._idle.put(self._stack.enter_context(worker))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _add(self, new: dict[str, float]) -> None:
        self._scores.update(new)
        # Another run may have written meanwhile, and may be reading now.
        with self._writing:
            scores = _read(self._path) | self._scores
            part = self._path.with_suffix(f".{os.getpid()}")
            part.write_text(json.dumps(scores, indent=0, sort_keys=True))
            part.replace(self._path)

    def of(self, photograph: Path, files: Sequence[Path]) -> list[float]:
        """The score of each of `files`, renditions of `photograph`."""
        keys = [f"{_digest(photograph)}:{_hash(file)}" for file in files]
        missing = {
            key: file for key, file in zip(keys, files, strict=True) if key not in self._scores
        }
        if missing:
            found = self._computed(
                photograph=str(photograph), files=[str(file) for file in missing.values()]
            )
            self._add(dict(zip(missing, found, strict=True)))
        return [self._scores[key] for key in keys]

    def check(self, photograph: Path, file: Path) -> tuple[float, float]:
        """The score of `file` as computed here, and by the package `ssimulacra2`."""
        here, there = self._computed(photograph=str(photograph), check=str(file))
        return here, there

    def _computed(self, **request: object) -> list[float]:
        worker = self._idle.get()
        try:
            scores: list[float] = worker.send(**request)["scores"]
        finally:
            self._idle.put(worker)
        return scores


def _read(path: Path) -> dict[str, float]:
    scores: dict[str, float] = json.loads(path.read_text()) if path.exists() else {}
    return scores


@cache
def _digest(photograph: Path) -> str:
    return _hash(photograph)


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:20]
