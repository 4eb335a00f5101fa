"""Runs the machine from a seed, with an account of what was done."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import chalice.test
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

import app
from chalicelib import delivery
from chalicelib.aws import items, table_keys
from chalicelib.processing import moves, published_files
from chalicelib.sweep import indexing, originals, renditions, unfinished
from tests.attack.machine.account import Account
from tests.attack.machine.calls import PresentWiring
from tests.attack.machine.machine import Machine
from tests.attack.machine.stores import Stores

STEPS = 100  # drawn for one world; some are not possible when their turn comes

_SETTINGS = settings(
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
    phases=(Phase.generate,),  # shrinking takes many minutes on real servers
    print_blob=False,
)


class Sequential:
    """A pool without threads: a call's work is done in its own greenlet."""

    def __init__(self, threads: int) -> None:
        self._threads = threads

    def __enter__(self) -> "Sequential":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to wait for."""

    def map(self, work: Callable[[Any], Any], things: Iterable[Any]) -> Iterator[Any]:
        return map(work, things)


@contextmanager
def prepared(stores: Stores, account: Account) -> Iterator[type[Machine]]:
    """The machine over `stores`; its actions are counted in `account`."""
    kind = type("Machine", (Machine,), {"stores": stores, "account": account})
    with (
        _logging_disabled(),
        mock.patch.object(app, "wiring", PresentWiring()),
        # A killed call would restore old environment variables when it is garbage-collected.
        mock.patch.object(chalice.test.BaseClient, "_patched_env_vars", _same_variables),
        mock.patch.object(indexing, "ThreadPoolExecutor", Sequential),
        mock.patch.object(indexing, "_PAGE", 2),
        mock.patch.object(originals, "ThreadPoolExecutor", Sequential),
        mock.patch.object(renditions, "ThreadPoolExecutor", Sequential),
        mock.patch.object(published_files, "ThreadPoolExecutor", Sequential),
        mock.patch.object(moves, "ThreadPoolExecutor", Sequential),
        mock.patch.object(delivery, "_CLAIMS", 2),  # of a claim that a held call has
        mock.patch.object(originals, "_PAGE", 2),
        mock.patch.object(renditions, "_PAGE", 5),
        mock.patch.object(unfinished, "_PAGE", 2),
        # Each shard of the index is one more call whenever unfinished images are listed.
        mock.patch.object(items, "SHARDS", 2),
        mock.patch.object(table_keys, "SHARDS", 2),
    ):
        yield kind


@contextmanager
def _same_variables(_client: object, _variables: object) -> Iterator[None]:
    yield


@contextmanager
def _logging_disabled() -> Iterator[None]:
    logging.disable(logging.CRITICAL)  # thousands of lines about intended faults
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def run(machine: type[Machine], worlds: int, start: int | None = None) -> None:
    """Run `worlds` worlds: always the same ones if `start` is None."""
    if start is None:
        chosen = settings(_SETTINGS, max_examples=worlds, derandomize=True)
    else:
        chosen = settings(_SETTINGS, max_examples=worlds)
        machine = seed(start)(machine)
    run_state_machine_as_test(machine, settings=chosen)
