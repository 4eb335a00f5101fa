"""Lambda, as it treats its functions: it calls again what has failed, and gives up in the end."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from ops.local import failures
from tests.attack.wire import Wire
from tests.attack.worker import HTTP
from tests.attack.world import Said, World

TRIES = 3  # of an event
_RECEIVED = 10  # times that a message of the failures queue is
_ASKED = 5  # times that a client repeats a request


class Lambda:
    """A function's worker behind a wire of its own; where one dies another takes its place."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.wire = Wire(world.stores)
        self._hire()

    def call(self, function: str, payload: Any) -> Said:
        """One try."""
        said = self._worker.call(function, payload)
        if said.killed:
            self._hire()
        return said

    def deliver(self, function: str, event: dict[str, Any]) -> None:
        """Three tries of an event, then the failures queue; AssertionError where that fails too."""
        for _ in range(TRIES):
            said = self.call(function, event)
            if said.done:
                return
        error = failures.Error(*said.value[:2]) if said.value else failures.process_ended("SIGKILL")
        record = failures.destination_record(function, "request", event, error, TRIES)
        message = {"Records": [{"body": json.dumps(record), "receiptHandle": "", "messageId": "m"}]}
        assert any(self.call("record_failure", message).done for _ in range(_RECEIVED))

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of the API; asked again where it says 503, or nothing because its worker died.

        AssertionError for any other answer than 200 and 201.
        """
        for _ in range(_ASKED):
            said = self.call(HTTP, (method, path, body))
            if said.killed:
                continue
            status, answer = said.value
            if status != 503:
                assert status in (200, 201), (method, path, status, answer)
                return answer
        raise AssertionError(f"{method} {path} never answers")

    def end(self) -> None:
        """Let the worker go, and take the wire down."""
        self._worker.leave()
        self.wire.end()

    def _hire(self) -> None:
        self._worker = self._world.hire(self.wire.address)
        self.wire.worker = self._worker.pid


class Lambdas:
    """Lambdas to be had one by one; they are kept warm."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._idle: list[Lambda] = []

    @contextmanager
    def one(self) -> Iterator[Lambda]:
        """One of them, undisturbed."""
        function = self._idle.pop() if self._idle else Lambda(self.world)
        function.wire.set(None)
        function.wire.watch = lambda: None
        yield function
        self._idle.append(function)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for function in self._idle:
            function.end()
