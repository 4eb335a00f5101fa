"""A worker: takes tasks from the queue and calls the application's functions as Lambda does."""

import importlib
import json
import logging
import os
import signal
import sqlite3
import sys
import time
from contextlib import suppress
from functools import cache, partial
from types import FrameType, ModuleType
from typing import TYPE_CHECKING

import boto3

from chalicelib.aws import clients
from chalicelib.aws.faults import translate_transient_errors
from chalicelib.errors import TransientError
from ops.local import names
from ops.local.runtime import call_recorder, failures
from ops.local.runtime.context import LambdaContext
from ops.local.runtime.tasks import Task, Tasks
from ops.local.stack.options import read_options
from ops.local.stack.timeouts import PART_TIMEOUT_SECONDS
from ops.local.storage.database import Database, set_mark
from ops.local.storage.disk import has_space
from ops.project import PROJECT

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_IDLE = 0.05  # seconds between polls of an empty queue
_PAUSE = 1.0  # seconds before writing again what the disk or the queue did not take
_log = logging.getLogger("worker")


class Worker:
    """One worker process."""

    def __init__(self, application: ModuleType, tasks: Tasks) -> None:
        self._application = application
        self._tasks = tasks
        self._stopping = False

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Finish the current task and take no more."""
        self._stopping = True

    def work(self) -> None:
        """Process tasks until stopped."""
        while not self._stopping:
            task = self._take()
            if task:
                self._try(task)
            else:
                time.sleep(_IDLE)

    def _take(self) -> Task | None:
        try:
            return self._tasks.take(os.getpid())
        except sqlite3.OperationalError as error:
            _log.warning("No task can be taken: %s", error)
            time.sleep(_PAUSE)
            return None

    def _try(self, task: Task) -> None:
        started = time.perf_counter()
        error = None
        try:
            self._do(task)
        except Exception as reason:
            _log.exception("%s %s: try %d failed", task.function, task.request_id, task.tries)
            error = failures.raised(reason)
        else:
            milliseconds = (time.perf_counter() - started) * 1000
            _log.info("%s %s: %.0f ms", task.function, task.request_id, milliseconds)
        while not self._settle(task, error) and not self._stopping:
            time.sleep(_PAUSE)

    def _settle(self, task: Task, error: failures.Error | None) -> bool:
        """Record the result of a try; False if the database or the queue can't be written now."""
        try:
            if error is None:
                if task.kind == "message":
                    _delete_message(task)
                self._tasks.done(task)
                return True
            # The webhook function has already set its own retry delay.
            left_to_queue = task.kind == "message" and task.function != names.WEBHOOK
            if left_to_queue and self._tasks.counts(task, error):
                self._show_again(task, error)
            self._tasks.failed(task, error)
        except (sqlite3.OperationalError, TransientError) as reason:
            _log.warning("The result of %s cannot be recorded yet: %s", task.request_id, reason)
            return False
        return True

    def _do(self, task: Task) -> None:
        if task.kind == "record":
            body = json.dumps(task.payload)
            with translate_transient_errors("SQS"):
                sqs().send_message(QueueUrl=queue_url(names.FAILURES_QUEUE), MessageBody=body)
            return
        function = getattr(self._application, task.function)
        with call_recorder.made_by(task.function):
            function(task.payload, LambdaContext(task.function, task.request_id))

    def _show_again(self, task: Task, error: failures.Error) -> None:
        message = task.payload["Records"][0]
        tries = int(message["attributes"]["ApproximateReceiveCount"])
        gone = sqs().exceptions.ReceiptHandleIsInvalid  # it has been delivered again
        with suppress(gone), translate_transient_errors("SQS"):
            sqs().change_message_visibility(
                QueueUrl=_queue_of(task),
                ReceiptHandle=message["receiptHandle"],
                VisibilityTimeout=round(self._tasks.wait(error, tries)),
            )


def _delete_message(task: Task) -> None:
    receipt = task.payload["Records"][0]["receiptHandle"]
    with translate_transient_errors("SQS"):
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
    tasks = Tasks(database, options.retry_seconds, has_space=partial(has_space, options.data))
    worker = Worker(load_application(), tasks)
    _log.setLevel(logging.INFO)  # the application has reconfigured the process's logging
    signal.signal(signal.SIGTERM, worker.stop)
    with database.change() as connection:
        set_mark(connection, f"worker-{sys.argv[1]}", str(os.getpid()))
    worker.work()


if __name__ == "__main__":
    main()
