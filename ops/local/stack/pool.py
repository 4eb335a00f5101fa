"""The event loop and the workers: the supervisor replaces those that die.

Nothing is lost with them: a task stays in the database until it is done.
"""

import signal
import sys
import time
from collections.abc import Callable
from functools import partial

from ops.local import names
from ops.local.runtime import failures
from ops.local.runtime.functions import limits_of
from ops.local.runtime.tasks import Tasks
from ops.local.stack.environment import application_environment, stack_environment
from ops.local.stack.options import Options
from ops.local.stack.processes import Deaths, Server
from ops.local.stack.timeouts import TIMES_LAMBDA
from ops.local.storage.database import Database
from ops.local.storage.disk import has_space
from ops.local.storage.seaweed import filer_address

Note = Callable[[str], None]


class EventLoop:
    """The process that turns events of the stores into tasks; `inner` are SeaweedFS's ports."""

    def __init__(
        self, options: Options, inner: dict[str, int], database: Database, note: Note
    ) -> None:
        self._database = database
        self._note = note
        self._deaths = Deaths()
        self.server = Server(
            "event loop",
            [sys.executable, "-m", "ops.local.runtime.event_loop"],
            {**stack_environment(options, "loop"), names.FILER: filer_address(inner)},
            options.logs / "eventloop.log",
        )

    def is_ready(self) -> bool:
        """Whether a probe upload has arrived through S3 and its change log."""
        return self._database.mark(names.EVENT_LOOP) == str(self.server.pid)

    def watch(self) -> None:
        """Replace the process if it has died."""
        if self.server.exit_code is not None:
            self._deaths.note(self.server)
            self._note(f"{self.server.complaint()}\nIt is started again.")
            self.server.start()


class Pool:
    """The worker processes of one stack."""

    def __init__(self, options: Options, database: Database, note: Note) -> None:
        self._options = options
        self._database = database
        self._note = note
        space = partial(has_space, options.data)
        self._tasks = Tasks(database, options.retry_seconds, has_space=space)
        self._deaths = Deaths()
        self.servers = [self._server(number) for number in range(1, options.workers + 1)]

    def start(self) -> None:
        """Take back the tasks of a killed stack's workers, then start all workers."""
        self._tasks.release_all(failures.process_ended("signal: killed"))
        for server in self.servers:
            server.start()

    def is_ready(self, server: Server) -> bool:
        """Whether a worker has imported the application and takes tasks."""
        return self._database.mark(_mark(server)) == str(server.pid)

    def watch(self) -> None:
        """Kill workers that exceed their time limit; replace those that have died."""
        for lease in self._tasks.leases():
            limit = limits_of(lease.function).seconds * TIMES_LAMBDA
            if time.time() - lease.taken_at > limit:
                self._end(lease.worker, limit)
        for server in self.servers:
            if server.exit_code is not None:
                self._replace(server)

    def stop(self) -> None:
        """Give workers a moment to finish; their other tasks wait for the next start."""
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
        was_idle = not any(lease.worker == server.pid for lease in self._tasks.leases())
        error = failures.process_ended(_cause(server.exit_code or 0))
        self._tasks.release(server.pid, crashed=error)
        if was_idle:
            self._deaths.note(server)
        self._note(f"{server.complaint()}\nIt is started again.")
        server.start()

    def _server(self, number: int) -> Server:
        return Server(
            f"Worker {number}",
            [sys.executable, "-m", "ops.local.runtime.worker", str(number)],
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
