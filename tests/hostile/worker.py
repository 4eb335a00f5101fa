"""Renders each file named on a line of standard input, and prints the outcome as JSON."""

import json
import os
import re
import resource
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging import Limits, read_provenance, render
from chalicelib.model.provenance import label_of
from chalicelib.model.variants import Variant
from tests.imaging import samples

TIMES = 2000  # limit for one file, in times of a valid one-megapixel picture
MEGABYTES = 600  # limit for one file, above the memory used before

VARIANTS = (
    Variant(name="inside", width=160, height=160, formats=("webp", "jpeg"), hdr=True),
    Variant(name="cover", width=32, height=48, fit="cover", formats=("png",)),
)
PIXELS = 25_000_000

FINE = {"ready", *Reason}

_STATUS = Path("/proc/self/status")


def held(mark: str) -> int:
    """This process's memory in kilobytes: VmRSS now, VmHWM at most."""
    found = re.search(rf"{mark}:\s+(\d+)", _STATUS.read_text())
    assert found
    return int(found[1])


def outcome_of(data: bytes, limits: Limits) -> str:
    """`ready`, a reason, or a description of any other outcome."""
    try:
        label = label_of(read_provenance(data))
        picture = render(data, VARIANTS, limits, ai_label=label)
    except Rejection as rejection:
        return rejection.reason
    except BaseException as error:
        return f"raised {error!r}"
    sizes = [samples.opened(file.data).size for file in picture.renditions]
    return "ready" if sizes and all(map(all, sizes)) else "ready without pictures"


@cache
def usual() -> float:
    """The current CPU time of a valid one-megapixel picture on this machine."""
    data = samples.saved(samples.scene(1000, 1000), "jpeg")
    return min(_timed(data, Limits(max_pixels=PIXELS, max_frames=1))[1] for _ in range(3))


def reported(data: bytes, limits: Limits, printed: int) -> dict[str, Any]:
    """A file's outcome, its CPU time as a multiple of the usual, its memory growth in megabytes,
    and what was written to `printed`, the file descriptor of standard error.
    """
    most = TIMES * usual()
    Path("/proc/self/clear_refs").write_text("5")  # resets the peak memory
    memory = held("VmRSS")
    end = int(time.process_time() + 2 * most) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))
    os.ftruncate(printed, 0)
    os.lseek(printed, 0, os.SEEK_SET)
    outcome, seconds = _timed(data, limits)
    return {
        "outcome": outcome,
        "times": round(seconds / usual()),
        "megabytes": (held("VmHWM") - memory) // 1024,
        "stderr": os.pread(printed, 300, 0).decode(errors="replace"),
    }


def _timed(data: bytes, limits: Limits) -> tuple[str, float]:
    start = time.process_time()
    return outcome_of(data, limits), time.process_time() - start


def faults(report: dict[str, Any]) -> str:
    """What is wrong with a report; empty if nothing is."""
    if report["outcome"] not in FINE:
        return str(report["outcome"])
    if report["times"] > TIMES or report["megabytes"] > MEGABYTES:
        return f"took {report['times']} times the usual time and {report['megabytes']} MB"
    return report["stderr"] and f"printed {report['stderr']!r}"


def main() -> None:
    limits = Limits(
        max_pixels=PIXELS,
        max_frames=100,
        allow_heic="heic" in sys.argv,
        allow_jxl="heic" in sys.argv,
    )
    outcome_of(samples.saved(samples.scene(64, 64), "jpeg"), limits)  # imports, threads, tables
    with tempfile.TemporaryFile() as printed:
        os.dup2(printed.fileno(), 2)
        for line in sys.stdin:
            report = reported(Path(line.rstrip("\n")).read_bytes(), limits, printed.fileno())
            sys.stdout.write(json.dumps(report) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
