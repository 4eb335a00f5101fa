"""`python -m ops record`: records a stage's names and addresses in the site folder."""

import click

from ops.account import connect
from ops.aws_errors import CloudError
from ops.deploy.deployment import Deployment, DeployOptions
from ops.deploy.progress import Progress
from ops.deploy.stage import Stage, check_stage


@click.command()
@click.option("--stage", required=True, help="Name of the stage")
@click.option("--region", help="AWS region  [default: your profile's]")
@click.option("--profile", help="AWS profile for credentials")
def record(stage: str, region: str | None, profile: str | None) -> None:
    """Record the outputs of a stage's stacks in site/stages.toml, as `deploy` does.

    `chalice deploy` and `package` read them there. Other settings in the file stay as they are.

        python -m ops record --stage dev

    Exit codes: 0 on success, 1 on failure, 2 for wrong usage.
    """
    account = connect(profile, region)
    named = Stage(check_stage(stage), account.id, account.region, account.partition)
    deployment = Deployment(account, named, {}, DeployOptions(), Progress())
    for part in ("stores", "delivery"):
        if not deployment.stacks[part].outputs():
            raise CloudError(
                f"There is no stack {named.stack(part)} in {account.region} of account "
                f"{account.id}. Create it first: see docs/infrastructure.md."
            )
    deployment.record()
