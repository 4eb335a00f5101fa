"""Common options of the maintenance verbs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from darkroom_client.cli.terminal import stop_on_signals
from ops.maintenance.parallel_listing import WorkerPool
from ops.maintenance.stage_access import LOCAL, Where

Command = TypeVar("Command", bound=Callable[..., Any])

_PATH = click.Path(file_okay=False, path_type=Path)
_OPTIONS = (
    click.option(
        "--stage",
        default=LOCAL,
        show_default=True,
        help="A deployed stage, or local for the stack of `make run`.",
    ),
    click.option("--region", help="AWS region of the stage  [default: your profile's]"),
    click.option("--profile", help="AWS profile for credentials."),
    click.option(
        "--data-dir",
        envvar="DATA_DIR",
        type=_PATH,
        help="Directory of the local stack's data and of journals  [default: .darkroom]",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end."),
)

concurrency_option = click.option(
    "--concurrency",
    type=click.IntRange(1, 32),
    default=8,
    show_default=True,
    help="Number of concurrent calls.",
)
dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Show what would be done, and do nothing."
)


def stage_options(command: Command) -> Command:
    """Decorator that adds the options for a stage."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def where(given: dict[str, Any]) -> Where:
    """The stage in the options, which are removed from `given`."""
    return Where(*(given.pop(name) for name in ("stage", "region", "profile", "data_dir")))


@contextmanager
def working(concurrency: int) -> Iterator[WorkerPool]:
    """A worker pool: the first Ctrl-C or SIGTERM lets it finish running jobs, a second kills it."""
    with stop_on_signals() as stopping:
        pool = WorkerPool(concurrency, stopping)
        try:
            yield pool
        finally:
            pool.close()
