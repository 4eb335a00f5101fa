"""`python -m benchmarks.views.splitting`: make files on demand without HTTP, phase by phase.

It uses the stores of the stack whose environment it has, as the API does; `split` starts it.
"""

import functools
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from benchmarks.stack import Stack
from benchmarks.views.misses import Wanted
from benchmarks.views.results import Phases
from chalicelib.imaging import cascade, decoding, rendering
from chalicelib.model import delivery
from chalicelib.model.delivery import SignedFile, Transformation, WidthFile
from chalicelib.model.formats import FORMATS, OutputFormat
from chalicelib.ports.secrets import signing_key
from chalicelib.wiring import Wiring
from ops.project import PROJECT

RECORD, CLAIM, LOOK = "read the record, before and after", "claim", "look for the file"
DOWNLOAD, DECODE, RESIZE, ENCODE, STORE = "download", "decode", "resize", "encode", "store"
RELEASE, REST = "release the claim", "everything else"
ORDER = (
    RECORD, CLAIM, LOOK, DOWNLOAD, DECODE, RESIZE, ENCODE, STORE, RELEASE, REST,
)  # fmt: skip


class Stopwatch:
    """Milliseconds by phase; a phase inside of another one, in its thread, is not counted twice."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = defaultdict(float)
        self._inside = threading.local()

    def time(self, owner: Any, name: str, phase: str) -> None:
        """Count all calls of this attribute as `phase`, from now on."""
        call: Callable[..., Any] = getattr(owner, name)

        @functools.wraps(call)
        def timed(*arguments: Any, **named: Any) -> Any:
            outer: float = getattr(self._inside, "seconds", 0.0)
            self._inside.seconds, start = 0.0, time.perf_counter()
            try:
                return call(*arguments, **named)
            finally:
                seconds = time.perf_counter() - start
                self.milliseconds[phase] += 1000 * (seconds - self._inside.seconds)
                self._inside.seconds = outer + seconds

        setattr(owner, name, timed)

    def time_delivery(self, wiring: Wiring) -> None:
        """Count the phases of a file on demand."""
        for owner, name, phase in (
            (wiring.images, "get", RECORD),
            (wiring.sizes, "claim", CLAIM),
            (wiring.sizes, "release", RELEASE),
            (wiring.objects, "exists", LOOK),
            (wiring.objects, "write", STORE),
            (wiring.renderer, "read_original", DOWNLOAD),
            (rendering, "decode", DECODE),
            (decoding, "scaled", RESIZE),
            (cascade, "scaled", RESIZE),
            (rendering, "encode", ENCODE),
        ):
            self.time(owner, name, phase)


def split(stack: Stack, wanted: Sequence[Wanted]) -> tuple[Phases, ...]:
    """The phases of making each file, which is not there yet."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.views.splitting"],
        cwd=PROJECT,
        env=stack.environment(),
        input=msgspec.json.encode(wanted),
        stdout=subprocess.PIPE,
        check=True,
    )
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=tuple[Phases, ...])


def main() -> None:
    """Make the files that standard input lists as JSON, and print the phases as JSON."""
    wanted = msgspec.json.decode(sys.stdin.buffer.read(), type=list[Wanted])
    wiring, watch = Wiring.from_environment(os.environ), Stopwatch()
    wiring.prepare()
    watch.time_delivery(wiring)
    found = [_split(wiring, watch, file) for file in wanted]
    sys.stdout.write("\n" + msgspec.json.encode(found).decode() + "\n")


def _split(wiring: Wiring, watch: Stopwatch, file: Wanted) -> Phases:
    _, folder, name = _key(wiring, file).split("/")
    watch.milliseconds.clear()
    start, cpu = time.perf_counter(), time.process_time()
    url = wiring.delivery.locate(file.image_id, folder, name)
    whole, cpu = time.perf_counter() - start, time.process_time() - cpu
    if not url.endswith(name):
        raise RuntimeError(f"{name} was not made: {url}")
    found = dict(watch.milliseconds)
    # Phases in the encoder's thread may take place beside others.
    found[REST] = max(0.0, 1000 * whole - sum(found.values()))
    return Phases(
        photograph=file.photograph,
        format=file.format,
        width=file.width,
        milliseconds={phase: round(found.get(phase, 0.0), 2) for phase in ORDER},
        cpu=round(1000 * cpu, 2),
    )


def _key(wiring: Wiring, file: Wanted) -> str:
    generation = wiring.renderer.generation
    if file.format == "avif":
        wanted = Transformation(width=file.width, format="avif")
        signature = delivery.signature_of(signing_key(wiring.secrets), file.image_id, wanted)
        signed = SignedFile(wanted, generation, signature, "avif")
        return delivery.file_key(file.image_id, signed)
    output = msgspec.convert(file.format, OutputFormat)
    width = WidthFile(file.width, generation, FORMATS[output].extension)
    return delivery.file_key(file.image_id, width)


if __name__ == "__main__":
    main()
