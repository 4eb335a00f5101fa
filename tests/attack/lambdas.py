"""Lambda's treatment of functions: it retries calls that failed, and gives up in the end."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from ops.local.runtime import failures
from tests.attack.wire import Wire
from tests.attack.worker import HTTP
from tests.attack.world import Result, World

TRIES = 3  # of an event
_RECEIVES = 10  # of a message of the failures queue
_REQUESTS = 5  # attempts of a client


class Lambda:
    """A function's worker with a wire of its own; a worker that dies is replaced."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.wire = Wire(world.stores)
        self._hire()

    def call(self, function: str, payload: Any) -> Result:
        """Call the function once."""
        result = self._worker.call(function, payload)
        if result.killed:
            self._hire()
        return result

    def deliver(self, function: str, event: dict[str, Any]) -> None:
        """Try an event three times, then the failures queue; AssertionError if that fails, too."""
        for _ in range(TRIES):
            result = self.call(function, event)
            if result.done:
                return
        error = (
            failures.Error(*result.value[:2]) if result.value else failures.process_ended("SIGKILL")
        )
        record = failures.destination_record(function, "request", event, error, TRIES)
        message = {"Records": [{"body": json.dumps(record), "receiptHandle": "", "messageId": "m"}]}
        assert any(self.call("record_failure", message).done for _ in range(_RECEIVES))

    def request(self, method: str, path: str, body: Any = None, *others: int) -> Any:
        """The response of the API; repeated after a 503, or if the worker died.

        AssertionError for any other status than 200, 201 and `others`.
        """
        for _ in range(_REQUESTS):
            result = self.call(HTTP, (method, path, body))
            if result.killed:
                continue
            status, answer = result.value
            if status != 503:
                assert status in (200, 201, *others), (method, path, status, answer)
                return answer
        raise AssertionError(f"{method} {path} never responds")

    def end(self) -> None:
        """End the worker and its wire."""
        self._worker.leave()
        self.wire.end()

    def _hire(self) -> None:
        self._worker = self._world.hire(self.wire.address)
        self.wire.worker = self._worker.pid


class Lambdas:
    """A pool of warm Lambdas."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._idle: list[Lambda] = []

    @contextmanager
    def borrow(self) -> Iterator[Lambda]:
        """A Lambda from the pool, without faults."""
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
