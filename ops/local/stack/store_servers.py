"""The processes of the two stores: the supervisor replaces those that die.

What a store has acknowledged is on disk. Tries that fail while it is down do not count.
"""

import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from ops.local import names
from ops.local.http.server import listen
from ops.local.runtime.tasks import Tasks
from ops.local.stack import readiness
from ops.local.stack.environment import stack_environment
from ops.local.stack.options import Options
from ops.local.stack.processes import Deaths, Server
from ops.local.storage import seaweed
from ops.local.storage.aws_socket import LISTENING
from ops.local.storage.database import Database, set_mark
from ops.local.storage.disk import has_space

_NOT_YET = 1e12  # "back" time, in seconds since 1970, of a store that is still down
_PAUSE = 1.0  # seconds from a start that failed to the next


class StoreServer(ABC):
    """A store's process. `mark` is the name under which the database has the time it was back."""

    server: Server

    def __init__(
        self, options: Options, database: Database, mark: str, note: Callable[[str], None]
    ) -> None:
        self._options = options
        self._database = database
        self._mark = mark
        self._note = note
        self._deaths = Deaths()
        self._started = 0.0
        self._note_back(_NOT_YET)

    def start(self) -> None:
        """Start the process."""
        self._started = time.monotonic()
        self.server.start()

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether the process is serving."""

    def watch(self) -> None:
        """Replace the process if it has died; StackError if it cannot be started."""
        if self.server.exit_code is not None:
            self._replace()
        elif self._back == _NOT_YET and self.is_ready():
            self._note_back(time.time())
            Tasks(self._database, self._options.retry_seconds).end_outage()

    def stop(self) -> None:
        """Stop the process."""
        self.server.stop()

    def _replace(self) -> None:
        if self._back == _NOT_YET and time.monotonic() - self._started < _PAUSE:
            return
        was_ready = self._back != _NOT_YET
        self._note_back(_NOT_YET)
        if not was_ready and has_space(self._options.data):
            self._deaths.note(self.server)
        self._note(
            f"{self.server.complaint()}\nIt is started again; uploads and tries that fail "
            "meanwhile are repeated."
        )
        self.start()

    def _note_back(self, since: float) -> None:
        with self._database.change() as connection:
            set_mark(connection, self._mark, str(since))
        self._back = since


class Aws(StoreServer):
    """The process of DynamoDB Local and the queues.

    Its socket is kept open here: during a restart clients wait instead of being refused.
    """

    def __init__(self, options: Options, database: Database, note: Callable[[str], None]) -> None:
        super().__init__(options, database, names.TABLES_BACK, note)
        self._socket = listen(options.aws_port)
        number = str(self._socket.fileno())
        self.server = Server(
            "tables and queues (DynamoDB Local)",
            [sys.executable, "-m", "ops.local.storage.aws"],
            {**stack_environment(options, "admin"), LISTENING: number},
            options.logs / "aws.log",
            inherited=(self._socket,),
        )

    def is_ready(self) -> bool:
        """Whether the process is serving."""
        return self._database.mark(names.AWS) == str(self.server.pid)

    def stop(self) -> None:
        """Stop the process and close the socket."""
        super().stop()
        self._socket.close()


class ObjectStore(StoreServer):
    """The process of SeaweedFS; `inner` are its ports besides S3's."""

    def __init__(self, options: Options, database: Database, note: Callable[[str], None]) -> None:
        super().__init__(options, database, names.OBJECTS_BACK, note)
        self.inner = seaweed.inner_ports(options.data, options.ports)
        self.server = seaweed.seaweed_server(
            options.data,
            options.s3_port,
            self.inner,
            options.logs / "s3.log",
            options.site_origins,
        )

    def start(self) -> None:
        """Start the process, after removing the sockets of one that was killed."""
        self._remove_sockets()
        super().start()

    def is_ready(self) -> bool:
        """Whether objects can be read and written."""
        healthy = readiness.answers(f"{self._options.s3_url}/healthz")
        return healthy and seaweed.knows_its_volumes(self._options.data, self.inner)

    def stop(self) -> None:
        """Stop the process and remove its sockets."""
        super().stop()
        self._remove_sockets()

    def _remove_sockets(self) -> None:
        seaweed.remove_sockets(self.inner, self._options.s3_port)
