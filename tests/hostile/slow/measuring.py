"""Measures the CPU time of one file in a process of its own, which a limit of it ends."""

import json
import os
import resource
import signal
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from chalicelib.errors import Rejection
from chalicelib.imaging import Limits, read_provenance, render
from chalicelib.imaging.pixel_limits import DEFAULT
from chalicelib.model.provenance import label_of
from chalicelib.model.variants import load_variants
from tests.hostile.slow.recipes import MOST_BYTES
from tests.hostile.worker import held
from tests.imaging.samples import saved, scene

LIMITS = Limits(max_pixels=DEFAULT, max_frames=1_000, allow_heic=True, allow_jxl=True)
MOST_SECONDS = 30  # of CPU time for rendering, and again for building
_MEMORY = 6 << 30  # bytes of address space
# CPU seconds of the reference on the machine of docs/limits.md, when it was idle.
REFERENCE_SECONDS = 0.34

Outcome = dict[str, Any]


class Measured(NamedTuple):
    """CPU seconds, peak megabytes, the verdict, and bytes of a file."""

    seconds: float
    megabytes: int
    verdict: str
    length: int


def measure(build: Callable[[], bytes], *, keep_credits: bool) -> Measured:
    """What rendering the file that `build` returns in the default variants takes.

    A process that does not end by itself counts as having taken all the time it was given, unless
    it was still building.
    """
    reader, writer = os.pipe()
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        child = os.fork()  # from a process with threads, if pytest-xdist runs it
    if not child:
        os.close(reader)
        _measure_here(build, writer, keep_credits)
    os.close(writer)
    with os.fdopen(reader) as file:
        lines = file.read().splitlines()
    _, status, usage = os.wait4(child, 0)
    if len(lines) == 2:
        return Measured(**json.loads(lines[1]))
    if not lines:
        return Measured(0.0, 0, "not built in time", 0)
    name = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "exit"
    length, built = json.loads(lines[0])
    seconds = round(usage.ru_utime + usage.ru_stime - built, 2)
    return Measured(seconds, usage.ru_maxrss // 1024, f"ended by {name}", length)


def _measure_here(build: Callable[[], bytes], writer: int, keep_credits: bool) -> None:
    """Write the length and time of building, then the result, and end this process."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        _limit(2 * MOST_SECONDS)
        try:
            data = build()
        except Exception as error:
            data, reason = b"", f"not built: {error!r}"[:80]
        else:
            reason = "not built: too large" if len(data) > MOST_BYTES else ""
        if reason:
            found = Measured(0.0, 0, reason, len(data))
            os.write(writer, b"[0, 0]\n" + json.dumps(found._asdict()).encode() + b"\n")
        else:
            start = time.process_time()
            _limit(int(start) + MOST_SECONDS)
            os.write(writer, json.dumps([len(data), start]).encode() + b"\n")
            verdict = _verdict(data, keep_credits=keep_credits)
            seconds = round(time.process_time() - start, 2)
            found = Measured(seconds, held("VmHWM") // 1024, verdict, len(data))
            os.write(writer, json.dumps(found._asdict()).encode() + b"\n")
    finally:
        os._exit(0)


def _limit(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def _verdict(data: bytes, *, keep_credits: bool) -> str:
    try:
        label = label_of(read_provenance(data))
        picture = render(data, load_variants(), LIMITS, keep_credits=keep_credits, ai_label=label)
    except Rejection as rejection:
        return rejection.reason
    except BaseException as error:
        return f"raised {error!r}"[:80]
    return f"ready, {picture.width} x {picture.height}"


def prepare() -> None:
    """Load what every file needs, so that no child process pays for it."""
    for kind in ("jpeg", "png", "webp", "gif", "avif", "tiff", "bmp", "heic", "jxl", "nef"):
        _verdict(saved(scene(64, 48), kind), keep_credits=True)


class Reference:
    """The CPU time of a photograph of 12 megapixels, measured again from time to time."""

    def __init__(self) -> None:
        self._data = saved(scene(4000, 3000), "jpeg", quality=88)
        self._found: list[float] = []
        self._next = 0.0

    def seconds(self) -> float:
        """The median of the last five measurements."""
        if time.monotonic() > self._next:
            again = 1 if self._found else 3
            self._found += [
                measure(lambda: self._data, keep_credits=False).seconds for _ in range(again)
            ]
            self._next = time.monotonic() + 30
        last = sorted(self._found[-5:])
        return last[len(last) // 2]

    def scaled(self, seconds: float) -> float:
        """CPU `seconds` of now on the machine of docs/limits.md."""
        return seconds / self.seconds() * REFERENCE_SECONDS
