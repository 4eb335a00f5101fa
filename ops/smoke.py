"""`python -m ops smoke`: a real picture through a real address."""

from contextlib import nullcontext

import click

from ops.cloud.account import connect
from ops.cloud.faults import CloudError
from ops.cloud.journey import Journey
from ops.cloud.stacks import Stack
from ops.cloud.stage import Stage, check_stage
from ops.cloud.telling import Teller
from ops.cloud.visitor import visiting
from ops.upkeep.reaching import Where

_NEEDED = """What the API asks for, with the scopes upload, read and delete; a stage with AUTH_MODE
token is given one for the time."""


@click.command()
@click.option("--stage", help="A stage that was deployed")
@click.option("--url", help="The address of a page, such as http://127.0.0.1:8080")
@click.option("--region", help="The stage's AWS region")
@click.option("--profile", help="The AWS profile whose credentials are used")
@click.option("--seconds", default=60.0, show_default=True, help="How long processing may take")
@click.option("--token", envvar="DARKROOM_TOKEN", show_envvar=True, default="", help=_NEEDED)
def smoke(
    stage: str | None,
    url: str | None,
    region: str | None,
    profile: str | None,
    seconds: float,
    token: str,
) -> None:
    """Send a picture through a stage, fetch a rendition, and delete it again.

        python -m ops smoke --stage dev

        python -m ops smoke --url http://127.0.0.1:8080

    Each step is told with its time. Exit codes: 0 when all succeeded, 1 where a step failed.
    """
    if bool(stage) == bool(url):
        raise click.UsageError("Give either --stage or --url.")
    teller = Teller()
    address = url or _address_of(str(stage), region, profile, teller)
    known = Where(str(stage), region, profile)
    with nullcontext(token) if token or url else visiting(known) as given:
        send_picture(address, seconds, teller, given)


def send_picture(address: str, seconds: float, teller: Teller, token: str = "") -> None:
    """The journey, a line for each step; CloudError where one fails."""
    teller.say(f"A picture through {address}")
    with teller.waiting("a picture is on its way"):
        Journey(
            address, seconds, lambda name, took: teller.detail(f"{name:<22} {took:6.2f} s"), token
        ).run()
    teller.detail("every step succeeded")


def _address_of(name: str, region: str | None, profile: str | None, teller: Teller) -> str:
    account = connect(profile, region)
    stage = Stage(check_stage(name), account.id, account.region, account.partition)
    outputs = Stack(account, stage.stack("delivery"), {}, teller).outputs()
    if "SiteDomain" not in outputs:
        raise CloudError(
            f"The stage {name} is not deployed in {account.region} of account {account.id}. "
            f"Deploy it with `make deploy STAGE={name}`, or name its region with --region."
        )
    return f"https://{outputs['SiteDomain']}"
