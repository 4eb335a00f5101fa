"""A contender's worker process: one request a line, one measured response a line."""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple


class Box(NamedTuple):
    """A variant to make; sides in pixels."""

    name: str
    width: int
    height: int
    fit: str


class Request(NamedTuple):
    """A photograph's file, the variants to make of it, and their quality."""

    data: bytes
    boxes: tuple[Box, ...]
    quality: int


class File(NamedTuple):
    """A finished rendition."""

    variant: str
    format: str
    data: bytes


Job = Callable[[], list[File]]


def serve(prepare: Callable[[Request], Job]) -> None:
    """Serve requests until standard input ends.

    Only the job that `prepare` returns is measured. A response has `wall` and
    `cpu` in seconds, `peak` in kilobytes and the `files`, which are written to
    the folder `out` if the request names one.
    """
    # A library may print; only responses go to the real standard output.
    output, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        output.write(json.dumps(_response(json.loads(line), prepare)) + "\n")
        output.flush()


def options() -> dict[str, Any]:
    """The contender's options: the first argument, as JSON."""
    found: dict[str, Any] = json.loads(sys.argv[1])
    return found


def _response(request: dict[str, Any], prepare: Callable[[Request], Job]) -> dict[str, Any]:
    boxes = tuple(Box(*box) for box in request["boxes"])
    job = prepare(Request(Path(request["file"]).read_bytes(), boxes, request["quality"]))
    start, before = time.perf_counter(), _cpu()
    files = job()
    wall, cpu = time.perf_counter() - start, _cpu() - before
    if request["out"]:
        for file in files:
            Path(request["out"], f"{file.variant}.{file.format}").write_bytes(file.data)
    sizes = [[file.variant, file.format, len(file.data)] for file in files]
    return {"wall": wall, "cpu": cpu, "peak": peak(), "files": sizes}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak() -> int:
    """Peak memory of this process, in kilobytes."""
    # Not `ru_maxrss`: that starts at the parent's memory when it forked.
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
