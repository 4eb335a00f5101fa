"""Progress bars of an upload: one for each file, and one for all."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from darkroom_client.bodies import Progress as UploadProgress
from darkroom_client.cli.folders import in_short
from darkroom_client.errors import Stopped
from darkroom_client.sources import FileSource

_NAME = 36  # characters


class Row(UploadProgress):
    """The bar of one file, shown while the file is sent; thread-safe.

    Once `stopping` is set, the upload ends with Stopped.
    """

    def __init__(
        self,
        progress: Progress,
        everything: TaskID,
        source: FileSource,
        stopping: threading.Event,
    ) -> None:
        self._lock = threading.Lock()
        self._stopping = stopping
        self._progress = progress
        self._everything = everything
        self._name = in_short(source.path, _NAME)
        self._size = source.size
        self._sent = 0
        self._task: TaskID | None = None

    def begin(self) -> None:
        """Start from the first byte; bytes of an earlier attempt do not count."""
        self._progress.advance(self._everything, -self._sent)
        self._sent = 0
        if self._task is None:
            self._task = self._progress.add_task(self._name, total=self._size)
        self._progress.update(self._task, description=self._name, completed=0)

    def advance(self, number: int) -> None:
        """Add `number` sent bytes."""
        with self._lock:
            self._sent += number
        self._progress.advance(self._everything, number)
        if self._task is not None:
            self._progress.advance(self._task, number)

    def wait(self, seconds: float, why: str) -> None:
        """Show that a retry follows after `seconds`, and why."""
        if self._task is None:
            self._task = self._progress.add_task(self._name, total=self._size)
        description = f"{self._name}: retry in {seconds:.0f} s ({why})"
        self._progress.update(self._task, description=description)

    def check(self) -> None:
        """Stopped if the user asked to stop."""
        if self._stopping.is_set():
            raise Stopped("Stopped.")

    def end(self) -> None:
        """Remove the bar: the file has succeeded or failed, and counts as done."""
        self._progress.advance(self._everything, self._size - self._sent)
        if self._task is not None:
            self._progress.remove_task(self._task)


class Bars:
    """The bars of all files."""

    def __init__(self, progress: Progress, sources: list[FileSource]) -> None:
        self._progress = progress
        self._number = len(sources)
        self._done = 0
        total = sum(source.size for source in sources)
        self._everything = progress.add_task(self._title, total=total)

    def row(self, source: FileSource, stopping: threading.Event) -> Row:
        """A new bar for a file, whose upload ends once `stopping` is set."""
        return Row(self._progress, self._everything, source, stopping)

    def finish(self) -> None:
        """Count one more finished file."""
        self._done += 1
        self._progress.update(self._everything, description=self._title)

    @property
    def _title(self) -> str:
        return f"{self._done:,} of {self._number:,} finished"


@contextmanager
def bars(sources: list[FileSource], *, quiet: bool) -> Iterator[Bars]:
    """Show bars on standard error if that is a terminal; they are removed at the end."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns,
        console=console,
        transient=True,
        # Output to a file or a pipe must not be captured by the bars.
        redirect_stdout=sys.stdout.isatty(),
        disable=quiet or not console.is_terminal,
    ) as progress:
        yield Bars(progress, sources)
