"""A contender's process: one request a line, one measured answer a line."""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple


class Box(NamedTuple):
    """A variant to make, as the variants table has it; sides in pixels."""

    name: str
    width: int
    height: int
    fit: str


class Request(NamedTuple):
    """A whole photograph, the variants to make of it, and the quality to make them at."""

    data: bytes
    boxes: tuple[Box, ...]
    quality: int


class File(NamedTuple):
    """One finished rendition."""

    variant: str
    format: str
    data: bytes


Job = Callable[[], list[File]]


def serve(prepare: Callable[[Request], Job]) -> None:
    """Answer requests until standard input ends.

    Only the job that `prepare` hands back is measured. An answer has `wall` and
    `cpu` in seconds, `peak` in kilobytes and the `files`, which are written to
    the folder `out` where the request names one.
    """
    # A library may print; the answers keep the real standard output to themselves.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        answers.write(json.dumps(_answer(json.loads(line), prepare)) + "\n")
        answers.flush()


def options() -> dict[str, Any]:
    """What the contender's line in the table asks for: the first argument, in JSON."""
    found: dict[str, Any] = json.loads(sys.argv[1])
    return found


def _answer(asked: dict[str, Any], prepare: Callable[[Request], Job]) -> dict[str, Any]:
    boxes = tuple(Box(*box) for box in asked["boxes"])
    job = prepare(Request(Path(asked["file"]).read_bytes(), boxes, asked["quality"]))
    start, before = time.perf_counter(), _cpu()
    files = job()
    wall, cpu = time.perf_counter() - start, _cpu() - before
    if asked["out"]:
        for file in files:
            Path(asked["out"], f"{file.variant}.{file.format}").write_bytes(file.data)
    sizes = [[file.variant, file.format, len(file.data)] for file in files]
    return {"wall": wall, "cpu": cpu, "peak": peak(), "files": sizes}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak() -> int:
    """The most memory that this process ever held, in kilobytes."""
    # Not `ru_maxrss`: that starts with what the parent held when it forked.
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
