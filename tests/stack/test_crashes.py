"""Nothing is lost when a process, or all of them, is killed."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from ops.local.database import Database
from ops.local.names import UPLOADS_BUCKET
from tests.pictures import jpeg
from tests.stack.halting import halted
from tests.stack.running import Stack, is_alive, running_stack
from tests.waiting import GENEROUS, until

FEW = [f"crash/{number}.jpg" for number in range(6)]


def put(stack: Stack, keys: list[str], content: bytes | None = None) -> None:
    body = content or jpeg(4000, 3000)
    for key in keys:
        stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=body)


def statuses(stack: Stack) -> dict[str, str]:
    images = requests.get(f"{stack.api}/images?limit=100", timeout=GENEROUS).json()["images"]
    return {image["original_file"]: image["status"] for image in images}


def all_ready(stack: Stack, keys: list[str]) -> bool:
    return statuses(stack) == dict.fromkeys(keys, "ready")


def working(stack: Stack) -> int | None:
    """The process id of a worker that has a picture in work."""
    database = Database(stack.data / "events.sqlite")
    rows = database.look("SELECT worker FROM tasks WHERE function = 'process_upload' AND worker")
    database.close()
    return int(str(rows[0][0])) if rows else None


def waiting(stack: Stack) -> int:
    """How many pictures there are for workers to take."""
    database = Database(stack.data / "events.sqlite")
    rows = database.look("SELECT count(*) FROM tasks WHERE function = 'process_upload'")
    database.close()
    return int(str(rows[0][0]))


@contextmanager
def in_work(stack: Stack, keys: list[str]) -> Iterator[int]:
    """The process id of a worker that has one of these new pictures in work.

    It waits for S3, which stands still meanwhile: it could come to its end before anybody looks.
    """
    with ExitStack() as standing:
        with halted(stack, "worker"):
            put(stack, keys)
            until(lambda: waiting(stack) == len(keys))
            standing.enter_context(halted(stack, "s3"))
        yield until(lambda: working(stack)) or 0


def test_a_worker_killed_in_the_middle_of_a_picture_is_replaced(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        with in_work(stack, FEW) as victim:
            os.kill(victim, signal.SIGKILL)
            until(lambda: victim not in stack.pids("worker"))
        until(lambda: all_ready(stack, FEW))
        until(lambda: len(stack.pids("worker")) == os.cpu_count())


def test_a_worker_over_its_time_is_ended_and_its_event_tried_again(tmp_path: Path) -> None:
    with running_stack(tmp_path, WORKERS="1") as stack:
        with in_work(stack, FEW[:1]) as victim:
            database = Database(stack.data / "events.sqlite")
            with database.change() as connection:
                connection.execute("UPDATE tasks SET taken_at = taken_at - 86400 WHERE worker")
            database.close()
            until(lambda: not is_alive(victim))
        until(lambda: all_ready(stack, FEW[:1]))


def test_the_event_loop_is_replaced_and_misses_nothing(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        for part, key in (("tail", FEW[0]), ("eventloop", FEW[1])):
            os.kill(stack.pids(part)[0], signal.SIGKILL)
            put(stack, [key], jpeg())
        until(lambda: all_ready(stack, FEW[:2]))


def test_pictures_in_work_become_ready_after_everything_was_killed(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack, in_work(stack, FEW):
        pids = [stack.process.pid, *stack.pids("worker"), *stack.pids("s3")]
        os.kill(stack.process.pid, signal.SIGKILL)
        until(lambda: not any(is_alive(pid) for pid in pids))
    with running_stack(tmp_path) as stack:
        until(lambda: all_ready(stack, FEW))


def test_an_object_whose_event_died_with_s3_is_found_at_the_next_start(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        for pid in stack.pids("eventloop"):
            os.kill(pid, signal.SIGSTOP)
        put(stack, FEW[:1], jpeg())
        os.kill(stack.pids("s3")[0], signal.SIGKILL)
        stack.process.wait(GENEROUS)
    with running_stack(tmp_path) as stack:
        until(lambda: all_ready(stack, FEW[:1]))


@pytest.mark.parametrize("part", ["clouds", "s3"])
def test_records_that_were_answered_outlive_a_killed_store(tmp_path: Path, part: str) -> None:
    with running_stack(tmp_path) as stack:
        put(stack, FEW[:3], jpeg())
        until(lambda: all_ready(stack, FEW[:3]))
        os.kill(stack.pids(part)[0], signal.SIGKILL)
        stack.process.wait(GENEROUS)
    with running_stack(tmp_path) as stack:
        assert all_ready(stack, FEW[:3])


def test_a_message_outlives_the_queues(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        for pid in stack.pids("eventloop"):
            os.kill(pid, signal.SIGSTOP)
        sqs = stack.client("sqs")
        sqs.create_queue(QueueName="kept")
        url = sqs.get_queue_url(QueueName="kept")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="hello")
        os.kill(stack.pids("clouds")[0], signal.SIGKILL)
        stack.process.wait(GENEROUS)
    with running_stack(tmp_path) as stack:
        sqs = stack.client("sqs")
        url = sqs.get_queue_url(QueueName="kept")["QueueUrl"]
        assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "hello"
