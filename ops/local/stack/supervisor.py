"""The stack: starts its servers in order, watches them, and stops them in order."""

import sqlite3
import sys
import time
from collections.abc import Callable
from functools import partial

from ops.local.stack import damage, migration, readiness, signing_keys
from ops.local.stack.credentials import make_credentials
from ops.local.stack.environment import application_environment, stack_environment
from ops.local.stack.options import Options, StackError
from ops.local.stack.pool import EventLoop, Pool
from ops.local.stack.ports import check_free
from ops.local.stack.processes import Server, wait_until
from ops.local.stack.store_servers import Aws, ObjectStore, StoreServer
from ops.local.stack.timeouts import PART_TIMEOUT_SECONDS
from ops.local.storage import dynamodb_download
from ops.local.storage.database import Database
from ops.local.storage.disk import free_bytes, has_space, is_disk_error

Say = Callable[[str, float], None]  # a part that is now ready, and the seconds since the start

_WATCH = 0.1  # seconds between checks of the processes
_MEGABYTE = 1024 * 1024


class Stack:
    """One stack, run once."""

    def __init__(self, options: Options, say: Say, note: Callable[[str], None]) -> None:
        self._options = options
        self._say = say
        self._note = note
        # Not an Event: a signal handler that interrupts its `wait` could deadlock on its lock.
        self._stopping = False
        self._running: list[Callable[[], None]] = []  # how to stop what runs, newest last
        self._watches: dict[str, Callable[[], None]] = {}  # of what runs, by name
        self._had_space = True

    def stop(self) -> None:
        """Make `run` return; may be called from a signal handler."""
        self._stopping = True

    def run(self, when_ready: Callable[[], None]) -> None:
        """Run until stopped; StackError if a part cannot start or ends. All parts are stopped."""
        try:
            self._start()
            when_ready()
            while not self._stopping:
                self._watch_space()
                self._watch_through_full_disk()
                time.sleep(_WATCH)
        except KeyboardInterrupt:
            return
        finally:
            while self._running:
                self._running.pop()()

    def _start(self) -> None:
        self._started = time.monotonic()
        options = self._options
        check_free(options)
        damage.check_files(options.data, self._note)
        options.logs.mkdir(parents=True, exist_ok=True)
        make_credentials(options.data)
        signing_keys.ensure(options.data)
        dynamodb_download.ensure(self._note)
        database = Database(options.data / "events.sqlite")
        self._running.append(database.close)
        objects = ObjectStore(options, database, self._note)
        self._start_store(objects)
        if migration.is_needed(options.data):
            self._run_step("records of an earlier version", "stack.migration")
        aws = Aws(options, database, self._note)
        self._start_store(aws)
        site = self._start_python("page", "site", "cdn")
        api = self._start_python("API (Chalice)", "api", "api")
        self._await_store(objects)
        self._await_store(aws)
        self._run_step("buckets, table and queues", "storage.stores")
        pool = Pool(options, database, self._note)
        pool.start()
        self._running.append(pool.stop)
        for worker in pool.servers:
            self._watches[worker.name] = partial(_expect_running, worker)
        loop = EventLoop(options, objects.inner, database, self._note)
        self._launch(loop.server)
        self._await(site, lambda: readiness.answers(f"{options.site_url}/config.json"))
        self._await(api, lambda: readiness.answers(f"{options.api_url}/health"))
        for worker in pool.servers:
            self._await(worker, partial(pool.is_ready, worker))
        self._await(loop.server, loop.is_ready)
        ready = partial(readiness.uploads_allowed, options)
        self._await(objects.server, ready, "uploads from the page")
        for worker in pool.servers:
            del self._watches[worker.name]
        self._watches |= {"workers": pool.watch, loop.server.name: loop.watch}

    def _start_store(self, store: StoreServer) -> None:
        self._running.append(store.stop)
        store.start()
        self._watches[store.server.name] = partial(_expect_running, store.server)

    def _await_store(self, store: StoreServer) -> None:
        self._await(store.server, store.is_ready)
        self._watches[store.server.name] = store.watch  # from now on, it is replaced when it dies

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
        self._running.append(server.stop)
        self._watches[server.name] = partial(_expect_running, server)

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
            self._watch()
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
        self._watch()
        return self._stopping

    def _report(self, part: str) -> None:
        self._say(part, time.monotonic() - self._started)

    def _watch(self) -> None:
        for watch in tuple(self._watches.values()):
            watch()

    def _watch_through_full_disk(self) -> None:
        """Watch; what the full disk prevents is done once there is space again."""
        try:
            self._watch()
        except sqlite3.OperationalError as error:
            if not is_disk_error(error):
                raise

    def _watch_space(self) -> None:
        has = has_space(self._options.data)
        if has == self._had_space:
            return
        self._had_space = has
        if has:
            self._note("There is space on the disk again; uploads are accepted within a minute.")
            return
        left = free_bytes(self._options.data) // _MEGABYTE
        self._note(
            f"The disk of {self._options.data} is full: {left} MB are left. Uploads may be "
            "refused. What is in the buckets is processed once there is space; nothing is lost."
        )


def _expect_running(server: Server) -> None:
    if server.exit_code is not None:
        raise StackError(server.complaint())


def addresses(options: Options) -> dict[str, str]:
    """The stack's addresses by name."""
    return {"Page": options.site_url, "API": options.api_url, "S3": options.s3_url}
