"""`python -m benchmarks.load.sweeping`: what a sweep over the stack's images asks of its stores.

It takes the stores from its environment, as the application does; `measured_sweep` starts it.
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
from chalicelib.deadlines import endless
from chalicelib.wiring import Wiring
from ops.local import names

_SETTLED = {"SWEEP_GRACE_SECONDS": "1"}  # what has just been made is looked at too


def measured_sweep(stack: Stack) -> Sweep:
    """A whole sweep over the stack."""
    asked = subprocess.run(
        [sys.executable, "-m", "benchmarks.load.sweeping"],
        cwd=names.PROJECT,
        env={**stack.environment(), **_SETTLED},
        stdout=subprocess.PIPE,
        check=True,
    )
    return msgspec.json.decode(asked.stdout.splitlines()[-1], type=Sweep)


def main() -> None:
    """Sweep once and print what it took."""
    calls: Counter[str] = Counter()

    def note(model: Any, **_: Any) -> None:
        calls[model.name] += 1

    for client in (clients.s3(), clients.dynamodb()):
        client.meta.events.register("after-call", note)
    wiring = Wiring.from_environment(os.environ)
    wiring.prepare()
    start, worked = time.perf_counter(), time.process_time()
    report = wiring.sweeper.run(endless, at_once=True)
    found = Sweep(
        images=report.images,
        seconds=round(time.perf_counter() - start, 2),
        cpu_seconds=round(time.process_time() - worked, 2),
        calls=dict(calls),
    )
    sys.stdout.write("\n" + msgspec.json.encode(found).decode() + "\n")


if __name__ == "__main__":
    main()
