"""Child processes: started, watched and stopped by their own ids."""

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

from ops.local.names import PROJECT
from ops.local.options import StackError

_CHILD = PROJECT / "ops" / "local" / "child.py"


@dataclass
class Server:
    """A program of the stack. Its output goes to `log`; it dies with the process that started it.

    `grace` is how many seconds it may take to stop; it shares the sockets in `inherited`, under
    their numbers here.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    grace: float = 5.0
    inherited: Sequence[socket.socket] = ()
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the program, in a session of its own: Ctrl-C reaches only the supervisor."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                dying_with_us(self.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                cwd=PROJECT,
                start_new_session=True,
                pass_fds=[one.fileno() for one in self.inherited],
            )

    @property
    def pid(self) -> int:
        """The program's process id; 0 before the start."""
        return self._process.pid if self._process else 0

    @property
    def exit_code(self) -> int | None:
        """How it ended: None while it runs, negative for a signal."""
        return self._process.poll() if self._process else None

    def ask_to_stop(self) -> None:
        """Send SIGTERM, without waiting."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        """Send SIGKILL and collect the process."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """SIGTERM, and SIGKILL once `grace` has passed."""
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._process:
                self._process.wait(self.grace)
        self.kill()

    def last_line(self) -> str:
        """What it has printed last; empty where it has printed nothing."""
        return next(iter(_last_lines(self.log, 1)), "")

    def complaint(self) -> str:
        """A sentence that says how the program ended, with its log's last lines."""
        lines = "\n".join(f"    {line}" for line in _last_lines(self.log, 12))
        return f"{self.name} {_ending(self.exit_code)}. Its log, {self.log}, ends:\n{lines}"


def wait_until(
    ready: Callable[[], bool], server: Server, seconds: float, stopping: Callable[[], bool]
) -> None:
    """Ask `ready` until it is; StackError where the server ends or `seconds` pass before."""
    deadline = time.monotonic() + seconds
    while not ready():
        if stopping():
            raise KeyboardInterrupt
        if server.exit_code is not None:
            raise StackError(server.complaint())
        if time.monotonic() > deadline:
            raise StackError(f"In {seconds:.0f} s it was not ready: {server.complaint()}")
        time.sleep(0.03)


def dying_with_us(command: Sequence[str]) -> list[str]:
    """`command`, so that it dies when this process does; as it is where only Linux could do that.

    The system watches the thread that starts it, which therefore must be one that stays.
    """
    if sys.platform != "linux":
        return list(command)
    return [sys.executable, "-IS", str(_CHILD), str(os.getpid()), *command]


def _ending(code: int | None) -> str:
    if code is None:
        return "is running but does not answer"
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def _last_lines(file: Path, count: int) -> list[str]:
    with file.open("rb") as stream:
        return [line.decode(errors="replace").rstrip() for line in deque(stream, count)]
