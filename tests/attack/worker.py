"""Workers: each is a process of its own, forked from one that has imported the application.

Argument: the path of the socket on which they are asked for. A worker gets its endpoints and how
many seconds they may take, says its process id, and makes calls until its caller hangs up.
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

from botocore.config import Config
from botocore.retries.standard import ExponentialBackoff
from chalice.test import Client

from chalicelib import imaging
from chalicelib.aws import clients
from chalicelib.deadlines import endless
from ops.local.context import LambdaContext
from tests.attack.world import VARIANTS

HTTP = "http"
TELL = "tell"  # what the sweep does of what is untold, and no grace


def be_impatient(seconds: float) -> None:
    """Give stores `seconds` for an answer, and make no pause between attempts."""
    short = Config(connect_timeout=seconds, read_timeout=seconds)
    clients._BOUNDED = clients._BOUNDED.merge(short)
    clients._DYNAMODB = clients._DYNAMODB.merge(short)
    clients._EVENTS = clients._EVENTS.merge(short)
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
    endpoints, seconds = connection.recv()
    os.environ.update(endpoints)
    be_impatient(seconds)
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
