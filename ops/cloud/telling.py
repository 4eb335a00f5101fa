"""What the user is told while a command works: steps with their time, and lines below them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Teller:
    """Writes plain lines; at a terminal, also what is being waited for."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)

    def say(self, line: str = "") -> None:
        """One line."""
        self._console.print(line, markup=False)

    def detail(self, line: str) -> None:
        """One line below a step."""
        self.say(f"    {line}")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step of the command; its time is told when it has succeeded."""
        started = time.monotonic()
        self.say(name)
        with self.waiting(name):
            yield
        self.detail(f"done in {time.monotonic() - started:.1f} s")

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """A sign of life at a terminal, for as long as it takes."""
        if not self._console.is_terminal:
            yield
            return
        with self._console.status(what):
            yield
