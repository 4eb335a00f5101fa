"""Progress output of a command: steps with their times, and details below them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Progress:
    """Prints plain lines; at a terminal, also a spinner while it waits."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)

    def say(self, line: str = "") -> None:
        """Print a line."""
        self._console.print(line, markup=False)

    def detail(self, line: str) -> None:
        """Print a line below a step."""
        self.say(f"    {line}")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step of the command; its time is printed on success."""
        started = time.monotonic()
        self.say(name)
        with self.waiting(name):
            yield
        self.detail(f"done in {time.monotonic() - started:.1f} s")

    @contextmanager
    def waiting(self, description: str) -> Iterator[None]:
        """Show a spinner at a terminal."""
        if not self._console.is_terminal:
            yield
            return
        with self._console.status(description):
            yield
