"""A worker: takes tasks from the queue and calls the application's functions as Lambda does."""

import importlib
import json
import logging
import os
import signal
import sys
import time
from functools import cache
from types import FrameType, ModuleType
from typing import TYPE_CHECKING

import boto3

from chalicelib.aws import clients
from ops.local import names
from ops.local.runtime import call_recorder, failures
from ops.local.runtime.context import LambdaContext
from ops.local.runtime.tasks import Task, Tasks
from ops.local.stack.options import read_options
from ops.local.stack.timeouts import PART_TIMEOUT_SECONDS
from ops.local.storage.database import Database, set_mark
from ops.project import PROJECT

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_IDLE = 0.05  # seconds between polls of an empty queue
_log = logging.getLogger("worker")


class Worker:
    """One worker process."""

    def __init__(self, application: ModuleType, tasks: Tasks, waits: tuple[float, float]) -> None:
        self._application = application
        self._tasks = tasks
        self._waits = waits
        self._stopping = False

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Finish the current task and take no more."""
        self._stopping = True

    def work(self) -> None:
        """Process tasks until stopped."""
        while not self._stopping:
            task = self._tasks.take(os.getpid())
            if task:
                self._try(task)
            else:
                time.sleep(_IDLE)

    def _try(self, task: Task) -> None:
        started = time.perf_counter()
        try:
            self._do(task)
        except Exception as error:
            _log.exception("%s %s: try %d failed", task.function, task.request_id, task.tries)
            # The webhook function has already set its own retry delay.
            if task.kind == "message" and task.function != names.WEBHOOK:
                self._show_again(task)
            self._tasks.failed(task, failures.raised(error))
        else:
            if task.kind == "message":
                _delete_message(task)
            self._tasks.done(task)
            milliseconds = (time.perf_counter() - started) * 1000
            _log.info("%s %s: %.0f ms", task.function, task.request_id, milliseconds)

    def _do(self, task: Task) -> None:
        if task.kind == "record":
            sqs().send_message(
                QueueUrl=queue_url(names.FAILURES_QUEUE), MessageBody=json.dumps(task.payload)
            )
            return
        function = getattr(self._application, task.function)
        with call_recorder.made_by(task.function):
            function(task.payload, LambdaContext(task.function, task.request_id))

    def _show_again(self, task: Task) -> None:
        message = task.payload["Records"][0]
        tries = int(message["attributes"]["ApproximateReceiveCount"])
        sqs().change_message_visibility(
            QueueUrl=_queue_of(task),
            ReceiptHandle=message["receiptHandle"],
            VisibilityTimeout=round(self._waits[min(tries, 2) - 1]),
        )


def _delete_message(task: Task) -> None:
    receipt = task.payload["Records"][0]["receiptHandle"]
    sqs().delete_message(QueueUrl=_queue_of(task), ReceiptHandle=receipt)


def _queue_of(task: Task) -> str:
    return queue_url(task.payload["Records"][0]["eventSourceARN"].rpartition(":")[2])


@cache
def sqs() -> "SQSClient":
    """The SQS client."""
    return boto3.client("sqs")


@cache
def queue_url(name: str) -> str:
    """The URL of a queue."""
    return sqs().get_queue_url(QueueName=name)["QueueUrl"]


def load_application() -> ModuleType:
    """Import the module `app` as on Lambda: from the project's root, then vendor/."""
    sys.path.append(str(PROJECT / "vendor"))
    return importlib.import_module("app")


def main() -> None:
    """Run the worker whose number is the first argument."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    call_recorder.record_calls(os.environ)
    clients.wait_for_stores(PART_TIMEOUT_SECONDS)
    options = read_options(os.environ)
    database = Database(options.data / "events.sqlite")
    tasks = Tasks(database, options.retry_seconds)
    worker = Worker(load_application(), tasks, options.retry_seconds)
    _log.setLevel(logging.INFO)  # the application has reconfigured the process's logging
    signal.signal(signal.SIGTERM, worker.stop)
    with database.change() as connection:
        set_mark(connection, f"worker-{sys.argv[1]}", str(os.getpid()))
    worker.work()


if __name__ == "__main__":
    main()
