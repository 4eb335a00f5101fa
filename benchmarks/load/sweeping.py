"""`python -m benchmarks.load.sweeping`: count the calls of a sweep over a stack's images.

It reads its settings from the environment, as the application does; `measured_sweep` starts it.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import msgspec

from benchmarks.load.results import Sweep
from benchmarks.stack import Stack
from chalicelib.aws import clients
from chalicelib.ports.clock import no_deadline
from chalicelib.wiring import Wiring
from ops.project import PROJECT

_NO_GRACE = {"SWEEP_GRACE_SECONDS": "1"}  # new images are checked too


def measured_sweep(stack: Stack) -> Sweep:
    """Run a whole sweep over the stack."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load.sweeping"],
        cwd=PROJECT,
        env={**stack.environment(), **_NO_GRACE},
        stdout=subprocess.PIPE,
        check=True,
    )
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Sweep)


def main() -> None:
    """Sweep once and print its time and calls as JSON."""
    calls: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        calls[model.name] += 1

    for client in (clients.s3(), clients.dynamodb()):
        client.meta.events.register("after-call", count)
    wiring = Wiring.from_environment(os.environ)
    wiring.prepare()
    start, cpu = time.perf_counter(), time.process_time()
    report = wiring.sweeper.run(no_deadline, at_once=True)
    found = Sweep(
        images=report.images,
        seconds=round(time.perf_counter() - start, 2),
        cpu_seconds=round(time.process_time() - cpu, 2),
        calls=dict(calls),
    )
    sys.stdout.write("\n" + msgspec.json.encode(found).decode() + "\n")


if __name__ == "__main__":
    main()
