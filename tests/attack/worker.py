"""Workers: each is a separate process, forked from one that has imported the application.

Argument: the path of the socket on which workers are requested. A worker receives its endpoints,
sends its process id, and makes calls until its caller hangs up.
"""

import json
import os
import signal
import sys
import traceback
import uuid
from contextlib import suppress
from datetime import timedelta
from multiprocessing.connection import Connection, Listener
from types import ModuleType
from typing import Any

from botocore.retries.standard import ExponentialBackoff
from chalice.test import Client
from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection

from chalicelib import imaging
from chalicelib.aws import clients
from chalicelib.model.variants import VariantsTable
from chalicelib.ports.clock import no_deadline
from ops.local.runtime.context import LambdaContext
from tests.attack.faults import TIME_IS_UP
from tests.attack.world import VARIANTS
from tests.waiting import GENEROUS

HTTP = "http"
PUBLISH = "publish"  # publishes pending events, as the sweep does, without grace period


def use_timeouts_of_the_wire() -> None:
    """Make calls to stores time out exactly when the wire says so, and retry without delay.

    From urllib3 on, everything is as with a socket timeout.
    """
    clients.wait_for_stores(GENEROUS)
    answer = HTTPConnection.getresponse

    def answer_in_time(connection: HTTPConnection) -> BaseHTTPResponse:
        answered = answer(connection)
        if answered.status == TIME_IS_UP:
            raise TimeoutError("timed out")
        return answered

    HTTPConnection.getresponse = answer_in_time
    ExponentialBackoff.delay_amount = lambda *_: 0.0


def warmed() -> ModuleType:
    """The imported application with warm boto3 caches, but no connections or threads."""
    import app

    app.wiring.table = VariantsTable(variants=VARIANTS)
    imaging.prepare()
    for made in (clients.s3, clients.dynamodb, clients.events):
        made()
        made.cache_clear()
    return app


def result_of(application: ModuleType, function: str, payload: Any) -> Any:
    """A function's result; for the API, its status and JSON."""
    if function == PUBLISH:
        soon = application.wiring.clock() + timedelta(hours=1)
        return application.wiring.event_publisher.publish_pending(soon, no_deadline)
    if function != HTTP:
        context = LambdaContext(function, str(uuid.uuid4()))
        return getattr(application, function)(payload, context)
    method, path, body = payload
    sent = {"body": json.dumps(body).encode(), "headers": {"Content-Type": "application/json"}}
    with Client(application.app, stage_name="none") as client:
        answer = client.http.request(method, path, **sent)
    return answer.status_code, answer.json_body


def work(application: ModuleType, connection: Connection) -> None:
    """Make calls until the caller hangs up."""
    os.environ.update(connection.recv())
    use_timeouts_of_the_wire()
    connection.send(os.getpid())
    with suppress(EOFError):
        while True:
            function, payload = connection.recv()
            try:
                connection.send((True, result_of(application, function, payload)))
            except Exception as error:
                connection.send((False, (type(error).__name__, str(error), traceback.format_exc())))


def main() -> None:
    """Fork a worker for each connection."""
    application = warmed()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # workers are not waited for
    with Listener(sys.argv[1], "AF_UNIX", backlog=64) as listener:
        while True:
            with listener.accept() as connection:
                if os.fork() == 0:
                    try:
                        work(application, connection)
                    finally:
                        os._exit(0)  # without closing what the parent opened


if __name__ == "__main__":
    main()
