"""`python -m ops release`: makes a release in this checkout."""

import signal
from datetime import UTC, datetime
from types import FrameType

import click

from darkroom_client.cli.exit_codes import EXPLAINED
from ops.project import PROJECT
from ops.release.making import Release
from ops.release.versions import Version

_NO_TESTS_HELP = "Do not run `make check` and `make test`: they have passed for this commit."


@click.command(epilog=EXPLAINED)
@click.argument("version")
@click.option("--dry-run", is_flag=True, help="Check, show every change, and change nothing.")
@click.option("--no-tests", is_flag=True, help=_NO_TESTS_HELP)
def release(version: str, *, dry_run: bool, no_tests: bool) -> None:
    """Check, commit and tag VERSION, and build its artifacts. Nothing is pushed.

    The branch main must be checked out without changes, VERSION must be higher than the last one,
    and CHANGELOG.md must list something under "Unreleased". The version is set in all places, the
    changelog gets its heading, `make check` and `make test` run, the artifacts are built in
    dist/release, and then a commit and an annotated tag are added. If a step fails, everything is
    as before.

        python -m ops release 1.2.3 --dry-run
    """
    signal.signal(signal.SIGTERM, _interrupt)  # as Ctrl-C, so that everything is as before
    day = datetime.now(UTC).date()
    wanted = Release(PROJECT, Version.parse(version), day, click.echo)
    if dry_run:
        click.echo(wanted.preview())
        tests = "" if no_tests else "make check, make test, "
        click.echo(f"Then: {tests}make artifacts, a commit, and the tag {wanted.tag}.")
        return
    files = wanted.make(tested=no_tests)
    for file in files:
        click.echo(f"  dist/release/{file.name}")
    click.echo("\n".join(wanted.next_steps))


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
