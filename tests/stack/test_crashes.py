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
from tests.stack.running import Stack, is_alive, running_stack
from tests.stack.signals import all_pids, halted, lose
from tests.waiting import GENEROUS, until

FEW = ["few/1.jpg", "few/2.jpg", "few/3.jpg"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that replaces what dies, until all of it is killed."""
    with running_stack(tmp_path_factory.mktemp("killed")) as stack:
        yield stack


def put(stack: Stack, keys: list[str]) -> None:
    for key in keys:
        stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=jpeg())


def statuses(stack: Stack) -> dict[str, str]:
    images = requests.get(f"{stack.api}/images?limit=100", timeout=GENEROUS).json()["images"]
    return {image["original_file"]: image["status"] for image in images}


def all_ready(stack: Stack, keys: list[str]) -> bool:
    known = statuses(stack)
    return all(known.get(key) == "ready" for key in keys)


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
    until(lambda: waiting(stack) == 0)
    with ExitStack() as standing:
        with halted(stack, "worker"):
            put(stack, keys)
            until(lambda: waiting(stack) == len(keys))
            standing.enter_context(halted(stack, "s3"))
        yield until(lambda: working(stack)) or 0


def test_a_worker_killed_in_the_middle_of_a_picture_is_replaced(stack: Stack) -> None:
    keys = [f"killed/{number}.jpg" for number in range(6)]
    with in_work(stack, keys) as victim:
        os.kill(victim, signal.SIGKILL)
        until(lambda: victim not in stack.pids("worker"))
    until(lambda: all_ready(stack, keys))
    until(lambda: len(stack.pids("worker")) == os.cpu_count())


def test_a_worker_over_its_time_is_ended_and_its_event_tried_again(stack: Stack) -> None:
    with in_work(stack, ["late.jpg"]) as victim:
        database = Database(stack.data / "events.sqlite")
        with database.change() as connection:
            connection.execute("UPDATE tasks SET taken_at = taken_at - 86400 WHERE worker")
        database.close()
        until(lambda: not is_alive(victim))
    until(lambda: all_ready(stack, ["late.jpg"]))


def test_the_event_loop_is_replaced_and_misses_nothing(stack: Stack) -> None:
    keys = ["missed/1.jpg", "missed/2.jpg"]
    for part, key in zip(("tail", "eventloop"), keys, strict=True):
        os.kill(stack.pids(part)[0], signal.SIGKILL)
        put(stack, [key])
    until(lambda: all_ready(stack, keys))


def test_pictures_in_work_become_ready_after_everything_was_killed(stack: Stack) -> None:
    with in_work(stack, FEW):
        pids = all_pids(stack)
        os.kill(stack.process.pid, signal.SIGKILL)
        until(lambda: not any(map(is_alive, pids)))
    with running_stack(stack.data) as again:
        until(lambda: all_ready(again, FEW))


def test_nothing_is_lost_with_s3(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        put(stack, FEW)
        until(lambda: all_ready(stack, FEW))
        with halted(stack, "eventloop"):
            put(stack, ["untold.jpg"])
            lose(stack, "s3", "eventloop")
    with running_stack(tmp_path) as stack:
        assert all_ready(stack, FEW)
        until(lambda: all_ready(stack, ["untold.jpg"]))
        lose(stack, "site")


def test_nothing_is_lost_with_tables_and_queues(tmp_path: Path) -> None:
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
