"""Terminal output of a verb: progress bars, and its result as lines or, with --json, as JSON."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from darkroom_client.cli.terminal import shown

_SHOWN = 20  # refused objects; --json has all
_WIDTH = 80  # characters of a key
_PERIOD = 60.0  # seconds over which the rate is measured


class Rate(ProgressColumn):
    """The rate per second."""

    def render(self, task: Task) -> Text:
        """The rate of the last minute; a dash until it is known, at the end the mean."""
        speed = task.finished_speed or task.speed
        if speed is None and task.finished and task.finished_time:
            speed = task.completed / task.finished_time  # too quick for two samples
        return Text(f"{speed:,.0f}/s" if speed else "-/s")


class Shown:
    """A progress bar at a terminal, nothing elsewhere. It is thread-safe."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._title = title
        self._requested = 0
        self._lock = threading.Lock()
        self._task = progress.add_task(title, total=None)

    @property
    def is_seen(self) -> bool:
        """Whether it is visible: only then is the total worth counting."""
        return not self._progress.disable

    def advance(self, number: int) -> None:
        """Add `number` finished items."""
        self._progress.advance(self._task, number)

    def ask(self, number: int) -> None:
        """Add `number` requested repairs."""
        with self._lock:
            self._requested += number
            description = f"{self._title} ({self._requested:,} requested)"
            self._progress.update(self._task, description=description)

    def expect(self, total: int) -> None:
        """Set the total."""
        self._progress.update(self._task, total=total)


@contextmanager
def bar(title: str, *, quiet: bool) -> Iterator[Shown]:
    """Show a bar on standard error with rate and time left; it is removed at the end."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns,
        console=console,
        speed_estimate_period=_PERIOD,
        transient=True,
        disable=quiet or not console.is_terminal,
    ) as progress:
        yield Shown(progress, title)


def report(result: Mapping[str, Any], lines: Sequence[str], *, as_json: bool) -> None:
    """Print the result: one JSON object, or lines."""
    click.echo(json.dumps(result) if as_json else "\n".join(lines))


def numbered(counts: Sequence[tuple[int, str]]) -> list[str]:
    """A line for each nonzero count, in columns."""
    width = max(len(f"{number:,}") for number, _ in counts)
    return [f"  {number:>{width},}  {label}" for number, label in counts if number]


def listed(reasons: Mapping[str, str]) -> list[str]:
    """A line for each key with its reason, up to a limit."""
    lines = [f"  {_short(key)}: {why}" for key, why in list(reasons.items())[:_SHOWN]]
    rest = len(reasons) - len(lines)
    return [*lines, f"  and {rest:,} more; --json has all"] if rest else lines


def _short(key: str) -> str:
    """The end of a key: beginnings are often the same."""
    text = shown(key)
    return text if len(text) <= _WIDTH else f"…{text[1 - _WIDTH :]}"
