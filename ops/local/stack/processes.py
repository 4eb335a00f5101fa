"""Child processes: started, watched and stopped by process id."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ops.local.stack.options import StackError
from ops.project import PROJECT

_CHILD = Path(__file__).with_name("child.py")

# Five deaths within 20 seconds mean that a process cannot run.
_DEATHS = 5
_WITHIN = 20.0


@dataclass
class Server:
    """A program of the stack. It writes to `log`, and dies with the process that started it.

    The log is kept when the program is started again.

    `grace` is the number of seconds it may take to stop. It inherits the sockets in `inherited`
    with the same file descriptor numbers.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    grace: float = 5.0
    inherited: Sequence[socket.socket] = ()
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the program in its own session, so that Ctrl-C reaches only the supervisor."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab" if self._process else "wb") as log:
            self._process = subprocess.Popen(
                dying_with_us(self.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                cwd=PROJECT,
                start_new_session=True,
                pass_fds=[open_socket.fileno() for open_socket in self.inherited],
            )

    @property
    def pid(self) -> int:
        """The program's process id; 0 before the start."""
        return self._process.pid if self._process else 0

    @property
    def exit_code(self) -> int | None:
        """Its exit code: None while it runs, negative for a signal."""
        return self._process.poll() if self._process else None

    def ask_to_stop(self) -> None:
        """Send SIGTERM without waiting."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        """Send SIGKILL and reap the process."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """Send SIGTERM, and SIGKILL once `grace` has passed."""
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._process:
                self._process.wait(self.grace)
        self.kill()

    def last_line(self) -> str:
        """The last line it printed; empty if there is none."""
        return next(iter(_last_lines(self.log, 1)), "")

    def complaint(self) -> str:
        """How the program ended, with the last lines of its log."""
        lines = "\n".join(f"    {line}" for line in _last_lines(self.log, 12))
        return f"{self.name} {_ending(self.exit_code)}. Its log, {self.log}, ends:\n{lines}"


class Deaths:
    """Detects a process that keeps dying."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=_DEATHS)

    def note(self, server: Server) -> None:
        """Record a death; StackError after too many in a short time."""
        self._times.append(time.monotonic())
        if len(self._times) == _DEATHS and self._times[-1] - self._times[0] < _WITHIN:
            raise StackError(server.complaint())


def wait_until(
    ready: Callable[[], bool], server: Server, seconds: float, stopping: Callable[[], bool]
) -> None:
    """Poll `ready` until it is true; StackError if the server ends or after `seconds`."""
    deadline = time.monotonic() + seconds
    while not ready():
        if stopping():
            raise KeyboardInterrupt
        if server.exit_code is not None:
            raise StackError(server.complaint())
        if time.monotonic() > deadline:
            raise StackError(f"Not ready after {seconds:.0f} s: {server.complaint()}")
        time.sleep(0.03)


def dying_with_us(command: Sequence[str]) -> list[str]:
    """`command`, wrapped so that it dies with this process; unchanged except on Linux.

    The kernel watches the thread that starts it, so that thread must live as long as the process.
    """
    if sys.platform != "linux":
        return list(command)
    return [sys.executable, "-IS", str(_CHILD), str(os.getpid()), *command]


def _ending(code: int | None) -> str:
    if code is None:
        return "is running but does not respond"
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def _last_lines(file: Path, count: int) -> list[str]:
    with file.open("rb") as stream:
        return [line.decode(errors="replace").rstrip() for line in deque(stream, count)]
