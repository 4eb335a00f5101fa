"""`python -m ops destroy`: a stage, taken out of the AWS account; its data stays unless told."""

import sys

import click

from ops.cloud.account import connect
from ops.cloud.destruction import Destruction
from ops.cloud.faults import CloudError
from ops.cloud.stage import Stage, check_stage
from ops.cloud.telling import Teller


@click.command()
@click.option("--stage", required=True, help="The stage's name")
@click.option("--region", help="Its AWS region  [default: your profile's]")
@click.option("--profile", help="The AWS profile whose credentials are used")
@click.option("--delete-data", is_flag=True, help="Delete pictures and records, too, for ever")
@click.option("--yes", is_flag=True, help="Ask nothing")
def destroy(
    stage: str, region: str | None, profile: str | None, *, delete_data: bool, yes: bool
) -> None:
    """Take a stage away. Originals, renditions and records stay, unless --delete-data is given.

        python -m ops destroy --stage dev

    Exit codes: 0 when all is done, 1 where it is not, and 2 for wrong usage.
    """
    _destroy(check_stage(stage), region, profile, delete_data=delete_data, yes=yes)


def _destroy(
    name: str, region: str | None, profile: str | None, *, delete_data: bool, yes: bool
) -> None:
    teller = Teller()
    account = connect(profile, region)
    stage = Stage(name, account.id, account.region, account.partition)
    destruction = Destruction(account, stage, teller)
    goes, stays = destruction.goes, destruction.data.lines
    where = f"stage {name} in {account.region} of account {account.id}"
    if delete_data:
        goes, stays = [*goes, *stays], []
    if not goes:
        teller.say(f"Nothing of {where} is there to be taken away.")
        _show(teller, "What is kept, and costs by its size:", stays)
        return
    _show(teller, f"This takes away of {where}:", goes)
    _show(teller, "This stays, and costs by its size:", stays)
    if not yes:
        _ask(name, delete_data=delete_data)
    destruction.run(delete_data=delete_data)
    teller.say(f"Taken away: {where}.")
    _show(teller, "Kept; `make deploy` with the same stage finds it again:", stays)


def _show(teller: Teller, title: str, lines: list[str]) -> None:
    if lines:
        teller.say(title)
        for line in lines:
            teller.detail(line)


def _ask(name: str, *, delete_data: bool) -> None:
    if not sys.stdin.isatty():
        raise CloudError("Nobody is there to be asked. Agree to this with --yes.")
    _demand("Type the stage's name to go on", name)
    if delete_data:
        _demand("Pictures and records cannot be had back. Type `delete` to delete them", "delete")


def _demand(question: str, wanted: str) -> None:
    if click.prompt(question) != wanted:
        raise CloudError("That was something else; nothing was taken away.")
