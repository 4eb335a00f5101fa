"""`python -m ops smoke`: sends a picture through a running Darkroom."""

from contextlib import nullcontext
from typing import Any

import click

from darkroom_client.cli.addresses import check_address
from darkroom_client.cli.options import read_token, token_file_option
from ops.account import connect
from ops.aws_errors import CloudError
from ops.deploy.progress import Progress
from ops.deploy.smoke_upload import SmokeUpload
from ops.deploy.stacks import Stack
from ops.deploy.stage import Stage, check_stage
from ops.deploy.temporary_token import temporary_token
from ops.maintenance.stage_access import Where

_OPEN_HELP = """The token itself, which others on this machine can read while it runs. Prefer the
variable DARKROOM_TOKEN or --token-file."""


@click.command()
@click.option("--stage", help="Name of a deployed stage")
@click.option("--url", help="Address of a page, such as http://127.0.0.1:8080")
@click.option("--region", help="AWS region of the stage")
@click.option("--profile", help="AWS profile for credentials")
@click.option("--seconds", default=60.0, show_default=True, help="Time limit for processing")
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
    """Upload a picture, fetch a rendition, and delete the picture again.

        python -m ops smoke --stage dev

        python -m ops smoke --url http://127.0.0.1:8080

    If the API requires a token, it needs the scopes upload, read and delete. For a stage with
    AUTH_MODE token, a temporary one is created.

    Each step is printed with its time. Exit codes: 0 on success, 1 if a step failed.
    """
    if bool(stage) == bool(url):
        raise click.UsageError("Give either --stage or --url.")
    progress = Progress()
    place = Where(str(stage), given["region"], given["profile"])
    address = check_address(url) if url else _address_of(place, progress)
    own = token or read_token(token_file)
    with nullcontext(own) if own or url else temporary_token(place) as usable:
        send_picture(address, seconds, progress, usable)


def send_picture(address: str, seconds: float, progress: Progress, token: str) -> None:
    """Run the smoke test, printing a line for each step; CloudError if one fails."""
    progress.say(f"Smoke test of {address}")
    with progress.waiting("smoke test"):
        SmokeUpload(
            address,
            seconds,
            lambda name, took: progress.detail(f"{name:<22} {took:6.2f} s"),
            token,
        ).run()
    progress.detail("every step succeeded")


def _address_of(where: Where, progress: Progress) -> str:
    name = check_stage(where.stage)
    account = connect(where.profile, where.region)
    stage = Stage(name, account.id, account.region, account.partition)
    outputs = Stack(account, stage.stack("delivery"), {}, progress).outputs()
    if "SiteDomain" not in outputs:
        raise CloudError(
            f"The stage {name} is not deployed in {account.region} of account {account.id}. "
            f"Deploy it with `make deploy STAGE={name}`, or name its region with --region."
        )
    return f"https://{outputs['SiteDomain']}"
