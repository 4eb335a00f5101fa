"""Running the machine: for so many steps, from a seed, with an account of what was done."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

import app
from chalicelib import wiring
from tests.attack.machine.machine import Machine
from tests.attack.machine.stores import Stores

STEPS = 50  # of one world

_SETTINGS = settings(
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
    phases=(Phase.generate, Phase.shrink),
    print_blob=False,
)


@contextmanager
def prepared(stores: Stores, tally: Counter[str]) -> Iterator[type[Machine]]:
    """The machine over `stores`; what it does is counted in `tally`."""
    kind = type("Machine", (Machine,), {"stores": stores, "tally": tally})
    logging.disable(logging.CRITICAL)
    with mock.patch.object(app, "wiring"), mock.patch.object(wiring, "utc_now"):
        yield kind
    logging.disable(logging.NOTSET)


def run(machine: type[Machine], worlds: int, start: int | None = None) -> None:
    """Let so many worlds go their way: always the same ones where `start` is None."""
    if start is None:
        chosen = settings(_SETTINGS, max_examples=worlds, derandomize=True)
    else:
        chosen = settings(_SETTINGS, max_examples=worlds)
        machine = seed(start)(machine)
    run_state_machine_as_test(machine, settings=chosen)
