"""`python -m ops destroy`: removes a stage from AWS; its data only with --delete-data."""

import sys

import click

from ops.account import connect
from ops.aws_errors import CloudError
from ops.deploy.destruction import Destruction
from ops.deploy.progress import Progress
from ops.deploy.stage import Stage, check_stage


@click.command()
@click.option("--stage", required=True, help="Name of the stage")
@click.option("--region", help="AWS region  [default: your profile's]")
@click.option("--profile", help="AWS profile for credentials")
@click.option("--delete-data", is_flag=True, help="Also delete pictures and records, permanently")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation")
def destroy(
    stage: str, region: str | None, profile: str | None, *, delete_data: bool, yes: bool
) -> None:
    """Remove a stage from AWS. Originals, renditions and records are kept without --delete-data.

        python -m ops destroy --stage dev

    Exit codes: 0 on success, 1 on failure, 2 for wrong usage.
    """
    _destroy(check_stage(stage), region, profile, delete_data=delete_data, yes=yes)


def _destroy(
    name: str, region: str | None, profile: str | None, *, delete_data: bool, yes: bool
) -> None:
    progress = Progress()
    account = connect(profile, region)
    stage = Stage(name, account.id, account.region, account.partition)
    destruction = Destruction(account, stage, progress)
    removed, kept = destruction.removed, destruction.data.lines
    where = f"stage {name} in {account.region} of account {account.id}"
    if delete_data:
        removed, kept = [*removed, *kept], []
    if not removed:
        progress.say(f"There is nothing to remove of {where}.")
        _show(progress, "Kept, at a cost that depends on size:", kept)
        return
    _show(progress, f"To be removed from {where}:", removed)
    _show(progress, "To be kept, at a cost that depends on size:", kept)
    if not yes:
        _ask(name, delete_data=delete_data)
    destruction.run(delete_data=delete_data)
    progress.say(f"Removed: {where}.")
    _show(progress, "Kept; `make deploy` of the same stage uses it again:", kept)


def _show(progress: Progress, title: str, lines: list[str]) -> None:
    if lines:
        progress.say(title)
        for line in lines:
            progress.detail(line)


def _ask(name: str, *, delete_data: bool) -> None:
    if not sys.stdin.isatty():
        raise CloudError("No terminal to confirm on; pass --yes.")
    _confirm("Type the stage's name to continue", name)
    if delete_data:
        _confirm("Pictures and records cannot be restored. Type `delete` to delete them", "delete")


def _confirm(question: str, wanted: str) -> None:
    if click.prompt(question) != wanted:
        raise CloudError("The input does not match; nothing was removed.")
