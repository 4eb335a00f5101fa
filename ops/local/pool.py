"""The event loop's processes, seen from the supervisor: replaced when they die.

Nothing is lost with them: what they do is in the database before, and until, it is done.
"""

import signal
import sys
import time
from collections import deque

from ops.local import failures, names
from ops.local.aws_socket import LISTENING, listen
from ops.local.database import Database, set_mark
from ops.local.environment import application_environment, stack_environment
from ops.local.functions import limits_of
from ops.local.options import Options, StackError
from ops.local.patience import TIMES_LAMBDA
from ops.local.processes import Server
from ops.local.seaweed import filer_address
from ops.local.tasks import Tasks

_DEATHS = 5  # so many deaths without a task in work...
_NOT_YET = 1e12  # seconds since 1970, as the time when a store is back that is still gone
_WITHIN = 20.0  # ...in so many seconds are no accident


class Deaths:
    """Tells accidents from a process that cannot live."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=_DEATHS)

    def note(self, server: Server) -> None:
        """StackError where the server died too often in a short time."""
        self._times.append(time.monotonic())
        if len(self._times) == _DEATHS and self._times[-1] - self._times[0] < _WITHIN:
            raise StackError(server.complaint())


class Aws:
    """The process of DynamoDB and the queues.

    Its socket is held here: while it is replaced, its clients wait instead of being refused.
    """

    def __init__(self, options: Options, database: Database) -> None:
        self._database = database
        self._deaths = Deaths()
        self._socket = listen(options.aws_port)
        number = str(self._socket.fileno())
        self.server = Server(
            "tables and queues (DynamoDB Local)",
            [sys.executable, "-m", "ops.local.aws"],
            {**stack_environment(options, "admin"), LISTENING: number},
            options.logs / "aws.log",
            inherited=(self._socket,),
        )
        self._note_back(_NOT_YET)

    def is_ready(self) -> bool:
        """Whether the process answers."""
        return self._database.mark(names.AWS) == str(self.server.pid)

    def watch(self) -> None:
        """Replace the process if it has died; what fails meanwhile is not held against a task."""
        if self.server.exit_code is not None:
            if not self.is_ready():  # it died before it could answer
                self._deaths.note(self.server)
            self._note_back(_NOT_YET)
            self.server.start()
        elif self._back == _NOT_YET and self.is_ready():
            self._note_back(time.time())

    def _note_back(self, since: float) -> None:
        self._back = since
        with self._database.change() as connection:
            set_mark(connection, names.STORE_BACK, str(since))

    def stop(self) -> None:
        """End the process, and listen no more."""
        self.server.stop()
        self._socket.close()


class EventLoop:
    """The process that makes tasks of what happens in the stores; `inner` are SeaweedFS's ports."""

    def __init__(self, options: Options, inner: dict[str, int], database: Database) -> None:
        self._database = database
        self._deaths = Deaths()
        self.server = Server(
            "event loop",
            [sys.executable, "-m", "ops.local.eventloop"],
            {**stack_environment(options, "loop"), names.FILER: filer_address(inner)},
            options.logs / "eventloop.log",
        )

    def is_ready(self) -> bool:
        """Whether an upload has come through S3 and its log of changes to this process."""
        return self._database.mark(names.EVENT_LOOP) == str(self.server.pid)

    def watch(self) -> None:
        """Replace the process if it has died."""
        if self.server.exit_code is not None:
            self._deaths.note(self.server)
            self.server.start()


class Pool:
    """The worker processes of one stack."""

    def __init__(self, options: Options, database: Database) -> None:
        self._options = options
        self._database = database
        self._tasks = Tasks(database, options.retry_seconds)
        self._deaths = Deaths()
        self.servers = [self._server(number) for number in range(1, options.workers + 1)]

    def start(self) -> None:
        """Start all workers, after what a killed stack's workers had is taken back."""
        self._tasks.release_all(failures.process_ended("signal: killed"))
        for server in self.servers:
            server.start()

    def is_ready(self, server: Server) -> bool:
        """Whether a worker has imported the application and takes tasks."""
        return self._database.mark(_mark(server)) == str(server.pid)

    def watch(self) -> None:
        """End the workers that are over their time; replace those that have died."""
        for lease in self._tasks.leases():
            limit = limits_of(lease.function).seconds * TIMES_LAMBDA
            if time.time() - lease.taken_at > limit:
                self._end(lease.worker, limit)
        for server in self.servers:
            if server.exit_code is not None:
                self._replace(server)

    def stop(self) -> None:
        """Let the workers finish what they can in a moment; the rest is for the next start."""
        for server in self.servers:
            server.ask_to_stop()
        for server in self.servers:
            server.stop()
            self._tasks.release(server.pid, crashed=None)

    def _end(self, pid: int, limit: float) -> None:
        for server in self.servers:
            if server.pid == pid:
                server.kill()
                self._tasks.release(pid, crashed=failures.timed_out(limit))
                server.start()

    def _replace(self, server: Server) -> None:
        if not any(lease.worker == server.pid for lease in self._tasks.leases()):
            self._deaths.note(server)
        error = failures.process_ended(_cause(server.exit_code or 0))
        self._tasks.release(server.pid, crashed=error)
        server.start()

    def _server(self, number: int) -> Server:
        return Server(
            f"Worker {number}",
            [sys.executable, "-m", "ops.local.worker", str(number)],
            application_environment(self._options, "worker"),
            self._options.logs / f"worker-{number}.log",
            grace=3.0,
        )


def _mark(server: Server) -> str:
    return f"worker-{server.command[-1]}"


def _cause(exit_code: int) -> str:
    if exit_code < 0:
        return f"signal: {signal.Signals(-exit_code).name}"
    return f"exit status {exit_code}"
