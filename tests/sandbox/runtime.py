"""Lambda's runtime API, from which the runtime client gets its invocations, for one function."""

import json
import queue
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ops.local.names import HOST

_PREFIX = "/2018-06-01/runtime/"
_NEXT = f"{_PREFIX}invocation/next"


@dataclass(frozen=True)
class Answer:
    """The result of a call: `outcome` is "response", "error" or "init/error", `body` its JSON."""

    outcome: str
    body: Any


@dataclass
class RuntimeApi:
    """The server with its queue of calls.

    `first_request_at` is when the function first requested an invocation.
    """

    arn: str
    seconds: float
    first_request_at: float | None = None
    calls: "queue.Queue[tuple[str, bytes] | None]" = field(default_factory=queue.Queue)
    answers: "queue.Queue[Answer]" = field(default_factory=queue.Queue)
    started: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._server = _Server((HOST, 0), _Handler)
        self._server.runtime = self  # type: ignore[attr-defined]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def address(self) -> str:
        """The value of AWS_LAMBDA_RUNTIME_API."""
        return f"{HOST}:{self._server.server_port}"

    def note_start(self) -> None:
        """Record the end of the init: it requested an invocation, or posted an error."""
        if self.first_request_at is None:
            self.first_request_at = time.perf_counter()
            self.started.set()

    def call(self, event: object) -> Answer:
        """The function's answer to `event`."""
        self.calls.put((str(uuid.uuid4()), json.dumps(event).encode()))
        return self.answers.get(timeout=self.seconds)

    def close(self) -> None:
        """Stop serving; call it after the function has ended."""
        self.calls.put(None)
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Ignore errors: a function that is killed drops its connection."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without both of these, each response would wait 40 ms for the ACK of its headers.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        runtime = self._runtime
        if self.path != _NEXT:
            self.send_error(404)
            return
        runtime.note_start()
        call = runtime.calls.get()
        if call is None:
            self.close_connection = True
            return
        request_id, body = call
        deadline = time.time() + runtime.seconds
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", request_id)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(round(deadline * 1000)))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", runtime.arn)
        self.send_header("Content-Type", "application/json")
        self._finish(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        outcome = self.path.removeprefix(_PREFIX)
        if outcome.startswith("invocation/"):
            outcome = outcome.rpartition("/")[2]
        self._runtime.note_start()
        self._runtime.answers.put(Answer(outcome, json.loads(body or b"null")))
        self.send_response(202)
        self._finish(b"")

    def log_message(self, *_: object) -> None:
        """Log nothing: only the function's own output matters."""

    @property
    def _runtime(self) -> RuntimeApi:
        runtime: RuntimeApi = self.server.runtime  # type: ignore[attr-defined]
        return runtime

    def _finish(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
