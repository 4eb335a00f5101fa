"""What a verb shows while it works, and at its end: to people, or with --json to programs."""

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

from ops.rendering.outcomes import shown

_SHOWN = 20  # refused objects; all of them with --json
_WIDTH = 80  # characters of a key
_PERIOD = 60.0  # seconds that the rate is taken over


class Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """The rate of the last minute; a dash as long as nothing is known."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "-/s")


class Shown:
    """A bar at a terminal, nothing elsewhere. Several threads may move it."""

    def __init__(self, progress: Progress, what: str) -> None:
        self._progress = progress
        self._what = what
        self._asked = 0
        self._lock = threading.Lock()
        self._task = progress.add_task(what, total=None)

    @property
    def is_seen(self) -> bool:
        """Whether anybody sees it: only then the total is worth finding out."""
        return not self._progress.disable

    def advance(self, number: int) -> None:
        """So many more are done."""
        self._progress.advance(self._task, number)

    def ask(self, number: int) -> None:
        """So many more repairs were asked for."""
        with self._lock:
            self._asked += number
            said = f"{self._what} ({self._asked:,} asked for)"
            self._progress.update(self._task, description=said)

    def expect(self, total: int) -> None:
        """There are so many in all."""
        self._progress.update(self._task, total=total)


@contextmanager
def bar(what: str, *, quiet: bool) -> Iterator[Shown]:
    """A bar on standard error with rate and time left; it is gone at the end."""
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
        yield Shown(progress, what)


def say(line: str) -> None:
    """A line for people, beside what programs read."""
    click.echo(line, err=True)


def report(result: Mapping[str, Any], lines: Sequence[str], *, as_json: bool) -> None:
    """The end: one JSON object, or lines."""
    click.echo(json.dumps(result) if as_json else "\n".join(lines))


def numbered(counts: Sequence[tuple[int, str]]) -> list[str]:
    """A line for each count that is not 0, in columns."""
    width = max(len(f"{number:,}") for number, _ in counts)
    return [f"  {number:>{width},}  {what}" for number, what in counts if number]


def listed(reasons: Mapping[str, str]) -> list[str]:
    """A line for each key with its reason, as many as anybody reads."""
    lines = [f"  {_short(key)}: {why}" for key, why in list(reasons.items())[:_SHOWN]]
    rest = len(reasons) - len(lines)
    return [*lines, f"  and {rest:,} more; --json has all"] if rest else lines


def _short(key: str) -> str:
    """Its end tells more than its beginning, which many have in common."""
    text = shown(key)
    return text if len(text) <= _WIDTH else f"…{text[1 - _WIDTH :]}"
