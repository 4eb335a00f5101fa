"""Workers: each is a process of its own, forked from one that has imported the application.

Argument: the path of the socket on which they are asked for. A worker gets its endpoints, says its
process id, and makes calls until its caller hangs up.
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
from chalicelib.deadlines import endless
from ops.local.context import LambdaContext
from tests.attack.faults import TIME_IS_UP
from tests.attack.world import VARIANTS
from tests.waiting import GENEROUS

HTTP = "http"
TELL = "tell"  # what the sweep does of what is untold, and no grace


def live_by_the_wires_clock() -> None:
    """Let a store's time be up when the wire says so, and only then; make no pause after it.

    From urllib3 on all is as with a socket's own time-out.
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
    """The application, and in boto3's caches what clients need; no connection, no thread."""
    import app

    app.wiring.variants = VARIANTS
    imaging.prepare()
    for made in (clients.s3, clients.dynamodb, clients.events):
        made()
        made.cache_clear()
    return app


def answered(application: ModuleType, function: str, payload: Any) -> Any:
    """What a function answers; of the API its status and its JSON."""
    if function == TELL:
        soon = application.wiring.clock() + timedelta(hours=1)
        return application.wiring.teller.catch_up(soon, endless)
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
    live_by_the_wires_clock()
    connection.send(os.getpid())
    with suppress(EOFError):
        while True:
            function, payload = connection.recv()
            try:
                connection.send((True, answered(application, function, payload)))
            except Exception as error:
                connection.send((False, (type(error).__name__, str(error), traceback.format_exc())))


def main() -> None:
    """Fork a worker for everyone who calls."""
    application = warmed()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for workers
    with Listener(sys.argv[1], "AF_UNIX", backlog=64) as listener:
        while True:
            with listener.accept() as connection:
                if os.fork() == 0:
                    try:
                        work(application, connection)
                    finally:
                        os._exit(0)  # what the parent opened stays the parent's


if __name__ == "__main__":
    main()
