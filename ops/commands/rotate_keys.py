"""`python -m ops rotate-keys`: signs the URLs of private images with a new key."""

import click

from darkroom_client.cli.exit_codes import EXPLAINED
from darkroom_client.cli.terminal import say
from ops.account import connect
from ops.aws_errors import CloudError
from ops.deploy.deployment import Deployment, DeployOptions
from ops.deploy.progress import Progress
from ops.deploy.stage import Stage, check_stage
from ops.deploy.templates import read_templates
from ops.local.stack import signing_keys
from ops.local.stack.options import current_options
from ops.maintenance.stage_access import LOCAL


@click.command("rotate-keys", epilog=EXPLAINED)
@click.option("--stage", required=True, help="Name of the stage; local for `make run`")
@click.option("--region", help="AWS region  [default: your profile's]")
@click.option("--profile", help="AWS profile for credentials")
def rotate_keys(stage: str, region: str | None, profile: str | None) -> None:
    """Sign the URLs of private images with a new key, and remove the key before the last.

        python -m ops rotate-keys --stage dev

    URLs that were signed with the present key stay valid until they expire, at the latest until the
    next rotation. After a key has leaked, rotate twice: then no URL of before is valid.
    """
    if stage == LOCAL:
        signing_keys.rotate(current_options().data)
    else:
        _rotate(check_stage(stage), region, profile)
    say("Private images are signed with a new key. Those of the former one stay valid for now.")


def _rotate(name: str, region: str | None, profile: str | None) -> None:
    account = connect(profile, region)
    stage = Stage(name, account.id, account.region, account.partition)
    templates = read_templates(account, stage.name)
    deployment = Deployment(account, stage, templates, DeployOptions(), Progress())
    if not deployment.stacks["delivery"].exists:
        raise CloudError(f"There is no stage {name} in {account.region}. Deploy it first.")
    deployment.rotate_keys()
