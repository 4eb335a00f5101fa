"""Nothing is lost when a process, or all of them, is killed."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from ops.local.names import UPLOADS_BUCKET
from ops.local.stack.readiness import answers
from ops.local.storage.database import Database
from tests.pictures import jpeg
from tests.stack.running import Stack, is_alive, running_stack
from tests.stack.signals import all_pids, lose, suspended
from tests.waiting import GENEROUS, until

FEW = ["few/1.jpg", "few/2.jpg", "few/3.jpg"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that restarts dead processes, until all of it is killed."""
    with running_stack(tmp_path_factory.mktemp("killed")) as stack:
        yield stack


def put(stack: Stack, keys: list[str]) -> None:
    for key in keys:
        stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=jpeg())


def statuses(stack: Stack) -> dict[str, str]:
    images = requests.get(f"{stack.api}/images?limit=100", timeout=GENEROUS).json()["images"]
    return {image["original_file"]: image["status"] for image in images}


def all_ready(stack: Stack, keys: list[str]) -> bool:
    found = statuses(stack)
    return all(found.get(key) == "ready" for key in keys)


def busy_worker(stack: Stack) -> int | None:
    """The process id of a worker that is processing a picture."""
    database = Database(stack.data / "events.sqlite")
    rows = database.query("SELECT worker FROM tasks WHERE function = 'process_upload' AND worker")
    database.close()
    return int(str(rows[0][0])) if rows else None


def unfinished(stack: Stack) -> int:
    """How many pictures are queued or being processed."""
    database = Database(stack.data / "events.sqlite")
    rows = database.query("SELECT count(*) FROM tasks WHERE function = 'process_upload'")
    database.close()
    return int(str(rows[0][0]))


@contextmanager
def being_processed(stack: Stack, keys: list[str]) -> Iterator[int]:
    """The process id of a worker that is processing one of these new pictures.

    S3 is suspended meanwhile, so that the worker cannot finish before the test acts.
    """
    until(lambda: unfinished(stack) == 0)
    with ExitStack() as contexts:
        with suspended(stack, "worker"):
            put(stack, keys)
            until(lambda: unfinished(stack) >= len(keys))  # more if a request was sent twice
            contexts.enter_context(suspended(stack, "s3"))
        yield until(lambda: busy_worker(stack)) or 0


def test_a_worker_killed_in_the_middle_of_a_picture_is_replaced(stack: Stack) -> None:
    keys = [f"killed/{number}.jpg" for number in range(6)]
    with being_processed(stack, keys) as victim:
        os.kill(victim, signal.SIGKILL)
        until(lambda: victim not in stack.pids("worker"))
    until(lambda: all_ready(stack, keys))
    until(lambda: len(stack.pids("worker")) == os.cpu_count())


def test_a_worker_over_its_time_limit_is_ended_and_its_event_retried(stack: Stack) -> None:
    with being_processed(stack, ["late.jpg"]) as victim:
        database = Database(stack.data / "events.sqlite")
        with database.change() as connection:
            connection.execute("UPDATE tasks SET taken_at = taken_at - 86400 WHERE worker")
        database.close()
        until(lambda: not is_alive(victim))
    until(lambda: all_ready(stack, ["late.jpg"]))


def test_the_event_loop_is_restarted_and_misses_nothing(stack: Stack) -> None:
    keys = ["missed/1.jpg", "missed/2.jpg"]
    for part, key in zip(("tail", "eventloop"), keys, strict=True):
        os.kill(stack.pids(part)[0], signal.SIGKILL)
        put(stack, [key])
    until(lambda: all_ready(stack, keys))


def test_nothing_is_lost_when_s3_and_its_events_are_killed(stack: Stack) -> None:
    put(stack, FEW)
    until(lambda: all_ready(stack, FEW))
    with suspended(stack, "eventloop"):
        put(stack, ["unprocessed.jpg"])
        pids = [pid for part in ("s3", "eventloop") for pid in stack.pids(part)]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
    until(lambda: all_ready(stack, ["unprocessed.jpg"]))
    assert all_ready(stack, FEW)
    assert not set(pids) & set(stack.pids("s3") + stack.pids("eventloop"))


@pytest.mark.parametrize("part", ["s3", "aws", "eventloop", "worker"])
def test_a_part_that_is_killed_is_named_with_its_log_and_started_again(
    stack: Stack, part: str
) -> None:
    printed = len(stack.lines)
    pids = stack.pids(part)
    os.kill(pids[0], signal.SIGKILL)
    until(lambda: any("was killed by SIGKILL. Its log" in line for line in stack.lines[printed:]))
    until(lambda: any(line.startswith("It is started again") for line in stack.lines[printed:]))
    until(lambda: len({*stack.pids(part)} - {pids[0]}) == len(pids))
    until(lambda: answers(f"{stack.s3_address}/healthz"))
    put(stack, [f"again/{part}.jpg"])
    until(lambda: all_ready(stack, [f"again/{part}.jpg"]))


def test_an_outage_of_s3_uses_no_try(stack: Stack) -> None:
    seen: set[int] = set()

    def is_ready() -> bool:
        seen.update(tries(stack, "outage.jpg"))
        return all_ready(stack, ["outage.jpg"])

    with being_processed(stack, ["outage.jpg"]):
        for pid in stack.pids("s3"):
            os.kill(pid, signal.SIGKILL)
        until(is_ready)
    assert seen <= {0, 1}


def tries(stack: Stack, key: str) -> list[int]:
    """How many tries of a picture's event have counted, with the present one."""
    database = Database(stack.data / "events.sqlite")
    rows = database.query("SELECT tries FROM tasks WHERE payload LIKE ?", f"%{key}%")
    database.close()
    return [int(str(row[0])) for row in rows]


def test_unfinished_pictures_become_ready_after_everything_was_killed(stack: Stack) -> None:
    with being_processed(stack, FEW):
        pids = all_pids(stack)
        os.kill(stack.process.pid, signal.SIGKILL)
        until(lambda: not any(map(is_alive, pids)))
    with running_stack(stack.data) as restarted:
        until(lambda: all_ready(restarted, FEW))


def test_a_page_that_is_killed_ends_the_stack_which_names_it(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        lose(stack, "site")


def test_nothing_is_lost_when_tables_and_queues_are_killed(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        put(stack, FEW)
        until(lambda: all_ready(stack, FEW))
        sqs = stack.client("sqs")
        sqs.create_queue(QueueName="kept")
        url = sqs.get_queue_url(QueueName="kept")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="hello")
        (killed,) = stack.pids("aws")
        os.kill(killed, signal.SIGKILL)
        assert all_ready(stack, FEW)
        assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "hello"
        lose(stack, "api")
