"""What all verbs take on the command line, and how they end."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import click

from ops.upkeep.reaching import LOCAL, Where
from ops.upkeep.walking import Crew

EXIT_CODES = """Exit codes: 0 when all is done; 1 where something could not be done, which is said
on standard error; 2 for wrong usage; 130 after Ctrl-C."""

Command = TypeVar("Command", bound=Callable[..., Any])

_PATH = click.Path(file_okay=False, path_type=Path)
_OPTIONS = (
    click.option(
        "--stage",
        default=LOCAL,
        show_default=True,
        help="local is the stack of `make run`; else a stage that was deployed.",
    ),
    click.option("--region", help="The stage's AWS region  [default: your profile's]"),
    click.option("--profile", help="The AWS profile whose credentials are used."),
    click.option(
        "--data-dir",
        envvar="DATA_DIR",
        type=_PATH,
        help="Where the local stack's data and the journals are  [default: .darkroom]",
    ),
    click.option("--json", "as_json", is_flag=True, help="One JSON object at the end."),
)

concurrency_option = click.option(
    "--concurrency",
    type=click.IntRange(1, 32),
    default=8,
    show_default=True,
    help="How many calls are made at once.",
)
dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Say what would be done, and do nothing."
)


def stage_options(command: Command) -> Command:
    """The options that lead to a stage."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def where(given: dict[str, Any]) -> Where:
    """The stage that the options name; they are taken out of `given`."""
    return Where(*(given.pop(name) for name in ("stage", "region", "profile", "data_dir")))


@contextmanager
def working(concurrency: int) -> Iterator[Crew]:
    """A crew, which Ctrl-C and SIGTERM let bring its jobs to their end; the second one does not."""
    crew = Crew(concurrency)

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        crew.stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield crew
    finally:
        crew.leave()
        for number, handler in before.items():
            signal.signal(number, handler)
