"""`python -m ops smoke`: a real picture through a real address."""

from contextlib import nullcontext
from typing import Any

import click

from ops.client.command import read_token, token_file_option
from ops.client.places import check_address
from ops.cloud.account import connect
from ops.cloud.faults import CloudError
from ops.cloud.journey import Journey
from ops.cloud.stacks import Stack
from ops.cloud.stage import Stage, check_stage
from ops.cloud.telling import Teller
from ops.cloud.visitor import visiting
from ops.upkeep.reaching import Where

_OPEN_HELP = """The token itself, which others on this machine can read while it runs: better the
variable DARKROOM_TOKEN, or --token-file."""


@click.command()
@click.option("--stage", help="A stage that was deployed")
@click.option("--url", help="The address of a page, such as http://127.0.0.1:8080")
@click.option("--region", help="The stage's AWS region")
@click.option("--profile", help="The AWS profile whose credentials are used")
@click.option("--seconds", default=60.0, show_default=True, help="How long processing may take")
@click.option("--token", help=_OPEN_HELP)
@token_file_option
def smoke(
    stage: str | None,
    url: str | None,
    seconds: float,
    token: str | None,
    token_file: Any,
    **given: str | None,
) -> None:
    """Send a picture through a stage, fetch a rendition, and delete it again.

        python -m ops smoke --stage dev

        python -m ops smoke --url http://127.0.0.1:8080

    Where the API asks for a token, it needs the scopes upload, read and delete; a stage with
    AUTH_MODE token is given one for the time.

    Each step is told with its time. Exit codes: 0 when all succeeded, 1 where a step failed.
    """
    if bool(stage) == bool(url):
        raise click.UsageError("Give either --stage or --url.")
    teller = Teller()
    known = Where(str(stage), given["region"], given["profile"])
    address = check_address(url) if url else _address_of(known, teller)
    own = token or read_token(token_file)
    with nullcontext(own) if own or url else visiting(known) as usable:
        send_picture(address, seconds, teller, usable)


def send_picture(address: str, seconds: float, teller: Teller, token: str) -> None:
    """The journey, a line for each step; CloudError where one fails."""
    teller.say(f"A picture through {address}")
    with teller.waiting("a picture is on its way"):
        Journey(
            address, seconds, lambda name, took: teller.detail(f"{name:<22} {took:6.2f} s"), token
        ).run()
    teller.detail("every step succeeded")


def _address_of(where: Where, teller: Teller) -> str:
    name = check_stage(where.stage)
    account = connect(where.profile, where.region)
    stage = Stage(name, account.id, account.region, account.partition)
    outputs = Stack(account, stage.stack("delivery"), {}, teller).outputs()
    if "SiteDomain" not in outputs:
        raise CloudError(
            f"The stage {name} is not deployed in {account.region} of account {account.id}. "
            f"Deploy it with `make deploy STAGE={name}`, or name its region with --region."
        )
    return f"https://{outputs['SiteDomain']}"
