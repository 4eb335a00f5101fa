"""Cold starts: fresh interpreters that import the core and render a small picture."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import toolchain
from benchmarks.mosaics import Case, picture_of
from benchmarks.results import Start

_SMALL = Case("small", 640, 480)
_SCRIPT = """
import json, sys, time
before, start = set(sys.modules), time.perf_counter()
from chalicelib.imaging import Limits, render
imported = time.perf_counter()
from chalicelib.model.variants import load_variants
data, variants = open(sys.argv[1], "rb").read(), load_variants()
limits, times = Limits(max_pixels=10**8, max_frames=100), [time.perf_counter()]
for _ in "12":
    render(data, variants, limits)
    times.append(time.perf_counter())
print(json.dumps([imported - start, times[1] - times[0], times[2] - times[1],
                  sorted(set(sys.modules) - before)]))
"""


def started(photographs: Sequence[Path], runs: int) -> Start:
    """Milliseconds of `runs` interpreters, after a first that fills the caches."""
    picture = picture_of(_SMALL, photographs, toolchain.CACHE / "cases")
    found = [_core(picture) for _ in range(runs + 1)][1:]
    return Start(
        bare=tuple(_interpreter() for _ in range(runs)),
        imported=tuple(round(1000 * times[0], 2) for times in found),
        first=tuple(round(1000 * times[1], 2) for times in found),
        second=tuple(round(1000 * times[2], 2) for times in found),
        modules=tuple(found[0][3]),
    )


def _interpreter() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return round(1000 * (time.perf_counter() - start), 2)


def _core(picture: Path) -> tuple[float, float, float, list[str]]:
    command = [sys.executable, "-c", _SCRIPT, str(picture)]
    output = subprocess.run(
        command, cwd=toolchain.ROOT, check=True, capture_output=True, text=True
    ).stdout
    imported, first, second, modules = json.loads(output)
    return imported, first, second, modules
