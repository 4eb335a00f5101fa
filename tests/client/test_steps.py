"""The client's logic, whose steps are answered from a list, and the clients that perform steps."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import anyio
import pytest

from darkroom_client import operations
from darkroom_client.aio import AsyncClient
from darkroom_client.api import Api
from darkroom_client.errors import ApiError, Refused, UnexpectedResponse, Unreachable
from darkroom_client.retries import Retries
from darkroom_client.steps import (
    Pause,
    Request,
    Response,
    Run,
    Steps,
    concurrently,
    pause,
)
from darkroom_client.sync import Client

API = Api("https://photos.example/api", "secret", Retries((0.5, 1.0)))
HEALTH = Response(200, {}, b'{"status": "ok", "version": "1"}')

Answers = list[Response | Exception]


def refused(status: int, **headers: str) -> Response:
    body = {"detail": "Not now.", "code": "limit_reached"}
    return Response(status, headers, json.dumps(body).encode())


def perform(steps: Steps[Any], answers: Answers) -> tuple[Any, list[Request], list[float]]:
    """The result of the steps, their requests, and the seconds that they waited."""
    requests, waits, left = list[Request](), list[float](), iter(answers)
    run, outcome, error = Run(steps), None, None
    while (step := run.next(outcome, error)) is not None:
        outcome = error = None
        if isinstance(step, Pause):
            waits.append(step.seconds)
            continue
        assert isinstance(step, Request)
        requests.append(step)
        answer = next(left)
        outcome, error = (None, answer) if isinstance(answer, Exception) else (answer, None)
    return run.result, requests, [seconds for seconds in waits if seconds]


def test_a_call_is_one_request_with_the_token() -> None:
    result, (request,), waits = perform(API.call(operations.health()), [HEALTH])
    assert (result.status, result.version, waits) == ("ok", "1", [])
    assert (request.method, request.url) == ("GET", "https://photos.example/api/health")
    assert request.headers["Authorization"] == "Bearer secret"


def test_failures_are_repeated_after_growing_waits() -> None:
    broken = Unreachable("It broke.")
    result, requests, waits = perform(
        API.call(operations.health()), [broken, Response(502, {}, b"<html>"), HEALTH]
    )
    assert (result.status, len(requests)) == ("ok", 3)
    assert (0.5 <= waits[0] <= 0.625, 1.0 <= waits[1] <= 1.25) == (True, True)


def test_the_last_error_is_raised_when_no_retry_is_left() -> None:
    with pytest.raises(Unreachable, match="third"):
        perform(API.call(operations.health()), [Unreachable(n) for n in ("1", "2", "third")])


@pytest.mark.parametrize("status", [429, 503])
def test_the_server_says_how_long_to_wait(status: int) -> None:
    answers: Answers = [refused(status, **{"retry-after": "30"}), HEALTH]
    _, _, waits = perform(API.call(operations.health()), answers)
    assert [30 <= seconds <= 37.5 for seconds in waits] == [True]


def test_the_server_may_say_until_when_to_wait() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    _, _, (seconds,) = perform(
        API.call(operations.health()), [refused(503, **{"retry-after": until}), HEALTH]
    )
    assert 50 <= seconds <= 75


def test_throttled_responses_are_no_failures() -> None:
    answers: Answers = [*[refused(429, **{"retry-after": "1"})] * 9, HEALTH]
    assert perform(API.call(operations.health()), answers)[0].status == "ok"


@pytest.mark.parametrize("response", [refused(429, **{"retry-after": "7200"}), refused(404)])
def test_what_cannot_succeed_soon_is_not_repeated(response: Response) -> None:
    with pytest.raises(Refused, match="Not now") as caught:
        perform(API.call(operations.health()), [response])
    assert (caught.value.status, caught.value.code) == (response.status, "limit_reached")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"status": 5}', b"<html>"])
def test_a_server_that_is_not_darkroom_is_an_error(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        perform(API.call(operations.health()), [Response(200, {}, body)] * 3)


def counted(number: int, ended: list[int]) -> Steps[int]:
    yield from pause(0.001 * number)
    if number == 2:
        raise ApiError("The second failed.")
    ended.append(number)
    return number


def tasks(numbers: list[int], ended: list[int], limit: int) -> Steps[list[int]]:
    def task(number: int) -> Callable[[], Steps[int]]:
        return lambda: counted(number, ended)

    return (yield from concurrently([task(number) for number in numbers], limit))


def in_threads(steps: Steps[list[int]]) -> list[int]:
    with Client("http://127.0.0.1:1") as client:
        return client._run(steps)


def in_a_loop(steps: Steps[list[int]]) -> list[int]:
    async def run() -> list[int]:
        async with AsyncClient("http://127.0.0.1:1") as client:
            return await client._run(steps)

    return anyio.run(run)


CLIENTS = pytest.mark.parametrize("perform_all", [in_threads, in_a_loop])


@CLIENTS
def test_results_of_several_tasks_are_in_their_order(
    perform_all: Callable[[Steps[list[int]]], list[int]],
) -> None:
    assert perform_all(tasks([4, 1, 3], [], 2)) == [4, 1, 3]


@CLIENTS
def test_after_a_failed_task_no_other_is_started(
    perform_all: Callable[[Steps[list[int]]], list[int]],
) -> None:
    ended: list[int] = []
    with pytest.raises(ApiError, match="second"):
        perform_all(tasks([1, 2, 3, 4], ended, 1))
    assert ended == [1]


def test_a_cancelled_upload_ends_its_steps() -> None:
    closed = []

    def endless() -> Steps[None]:
        try:
            yield from pause(60)
        finally:
            closed.append(True)

    async def run() -> None:
        async with AsyncClient("http://127.0.0.1:1") as client:
            with anyio.move_on_after(0):
                await client._run(endless())

    anyio.run(run)
    assert closed == [True]
