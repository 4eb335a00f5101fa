"""The stack: starts its servers in order, watches them, and stops them in order."""

import sys
import time
from collections.abc import Callable
from functools import partial

from ops.local.stack import damage, migration, readiness
from ops.local.stack.credentials import make_credentials
from ops.local.stack.environment import application_environment, stack_environment
from ops.local.stack.options import Options, StackError
from ops.local.stack.pool import Aws, EventLoop, Pool
from ops.local.stack.ports import check_free
from ops.local.stack.processes import Server, wait_until
from ops.local.stack.timeouts import PART_TIMEOUT_SECONDS
from ops.local.storage import dynamodb_download, seaweed
from ops.local.storage.database import Database

Say = Callable[[str, float], None]  # a part that is now ready, and the seconds since the start

_WATCH = 0.1  # seconds between checks of the processes


class Stack:
    """One stack, run once."""

    def __init__(self, options: Options, say: Say, note: Callable[[str], None]) -> None:
        self._options = options
        self._say = say
        self._note = note
        # Not an Event: a signal handler that interrupts its `wait` could deadlock on its lock.
        self._stopping = False
        self._running: list[Callable[[], None]] = []  # how to stop what runs, newest last
        self._servers: list[Server] = []
        self._aws: Aws | None = None

    def stop(self) -> None:
        """Make `run` return; may be called from a signal handler."""
        self._stopping = True

    def run(self, when_ready: Callable[[], None]) -> None:
        """Run until stopped; StackError if a part cannot start or ends. All parts are stopped."""
        try:
            self._start()
            when_ready()
            while not self._stopping:
                self._watch()
                time.sleep(_WATCH)
        except KeyboardInterrupt:
            return
        finally:
            while self._running:
                self._running.pop()()

    def _start(self) -> None:
        self._started = time.monotonic()
        check_free(self._options)
        self._options.logs.mkdir(parents=True, exist_ok=True)
        make_credentials(self._options.data)
        dynamodb_download.ensure(self._note)
        damage.check_databases(self._options.data, self._note)
        database = Database(self._options.data / "events.sqlite")
        self._running.append(database.close)
        store, inner = self._start_store()
        if migration.is_needed(self._options.data):
            self._run_step("records of an earlier version", "stack.migration")
        aws = Aws(self._options, database)
        self._running.append(aws.stop)
        aws.server.start()
        site = self._start_python("page", "site", "cdn")
        api = self._start_python("API (Chalice)", "api", "api")
        options = self._options
        self._await(
            store,
            lambda: (
                readiness.answers(f"{options.s3_url}/healthz")
                and seaweed.knows_its_volumes(options.data, inner)
            ),
        )
        self._await(aws.server, aws.is_ready)
        self._aws = aws  # from now on, it is replaced when it dies
        self._run_step("buckets, table and queues", "storage.stores")
        self._pool = Pool(options, database)
        self._pool.start()
        self._running.append(self._pool.stop)
        loop = EventLoop(options, inner, database)
        loop.server.start()
        self._loop = loop
        self._running.append(loop.server.stop)
        self._await(site, lambda: readiness.answers(f"{options.site_url}/config.json"))
        self._await(api, lambda: readiness.answers(f"{options.api_url}/health"))
        for worker in self._pool.servers:
            self._await(worker, partial(self._pool.is_ready, worker))
        self._await(loop.server, loop.is_ready)
        self._await(store, lambda: readiness.uploads_allowed(options), "uploads from the page")

    def _start_store(self) -> tuple[Server, dict[str, int]]:
        options = self._options
        inner = seaweed.inner_ports(options.data, options.ports)
        server = seaweed.seaweed_server(
            options.data, options.s3_port, inner, options.logs / "s3.log", options.site_origins
        )
        self._running.append(partial(seaweed.remove_sockets, inner, options.s3_port))
        self._launch(server)
        return server, inner

    def _start_python(self, name: str, module: str, profile: str) -> Server:
        make = application_environment if module == "api" else stack_environment
        server = Server(
            name,
            [sys.executable, "-m", f"ops.local.http.{module}"],
            make(self._options, profile),
            self._options.logs / f"{module}.log",
        )
        self._launch(server)
        return server

    def _launch(self, server: Server) -> None:
        server.start()
        self._servers.append(server)
        self._running.append(server.stop)

    def _run_step(self, name: str, module: str) -> None:
        """Run one of this package's programs to completion; its last line is shown."""
        server = Server(
            name,
            [sys.executable, "-m", f"ops.local.{module}"],
            stack_environment(self._options, "admin"),
            self._options.logs / f"{module.rpartition('.')[2]}.log",
        )
        server.start()
        self._running.append(server.stop)
        while server.exit_code is None:
            self._watch_servers()
            if self._stopping:
                raise KeyboardInterrupt
            time.sleep(0.03)
        if server.exit_code != 0:
            raise StackError(server.complaint())
        self._report(server.last_line() or server.name)

    def _await(self, server: Server, ready: Callable[[], bool], part: str = "") -> None:
        wait_until(ready, server, PART_TIMEOUT_SECONDS, self._is_stopping)
        self._report(part or server.name)

    def _is_stopping(self) -> bool:
        """Whether `stop` was called; StackError if a server has ended meanwhile."""
        self._watch_servers()
        return self._stopping

    def _report(self, part: str) -> None:
        self._say(part, time.monotonic() - self._started)

    def _watch(self) -> None:
        self._watch_servers()
        self._pool.watch()
        self._loop.watch()

    def _watch_servers(self) -> None:
        for server in self._servers:
            if server.exit_code is not None:
                raise StackError(server.complaint())
        if self._aws:
            self._aws.watch()


def addresses(options: Options) -> dict[str, str]:
    """The stack's addresses by name."""
    return {"Page": options.site_url, "API": options.api_url, "S3": options.s3_url}
