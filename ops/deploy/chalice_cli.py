"""Chalice's command line for this project: `.venv/bin/chalice`, and what app.py hands over to.

`deploy` and `delete` work from a fresh clone: policies and Chalice's record of what is deployed are
not in git, so they are written first. After `deploy` come the limits that Chalice cannot set.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import botocore.session
import click
from botocore.exceptions import ClientError
from chalice.cli import cli, dev
from chalice.cli import main as run_chalice
from chalice.deploy.deployer import ChaliceDeploymentError

from chalicelib.aws.faults import code_of
from chalicelib.errors import DarkroomError
from ops.account import Account, connect
from ops.aws_errors import CloudError, explained
from ops.deploy.chalice_state import find_api, record_deployed
from ops.deploy.limits import Limits, set_limits
from ops.deploy.progress import Progress
from ops.deploy.stacks import Stack
from ops.deploy.stage import Stage, check_stage
from ops.deploy.stage_config import recorded
from ops.deploy.stage_data import has_bucket
from ops.iam.files import write_policies
from ops.iam.names import CLOUDFORMATION, TERRAFORM, Location, Names, configured_names
from ops.local.names import REGION
from ops.packaging.chalice import extend
from ops.packaging.program import unfit

Given = dict[str, Any]
Finish = Callable[[], None]

_PLACES = {"cloudformation": CLOUDFORMATION, "terraform": TERRAFORM}


def main() -> int:
    """Run a command; return its exit code, as Chalice does."""
    extend()
    _around(cli.commands["deploy"], _prepare_deploy)
    _around(dev.commands["plan"], _prepare_plan)
    _around(cli.commands["package"], _prepare_package)
    _around(cli.commands["delete"], _prepare_delete)
    code: int = run_chalice()
    return code


def _around(command: click.Command, prepare: Callable[[Given], Finish]) -> None:
    """Call `prepare` with a command's options before it, and what that returns after it."""
    run: Callable[..., None] = command.callback  # type: ignore[assignment]

    def whole(**given: Any) -> None:
        with _in_a_sentence():
            finish = prepare(given)
            run(**given)
            finish()

    command.callback = whole


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    """End the command with a sentence for errors that Chalice would show as a traceback."""
    try:
        with explained():
            yield
    except (DarkroomError, ChaliceDeploymentError) as error:
        raise click.ClickException(str(error)) from error


def _prepare_deploy(given: Given) -> Finish:
    if (reason := unfit()) and "AWS_ENDPOINT_URL" not in os.environ:
        raise CloudError(reason)
    account, stage = _opened(given)
    names = _written(account, stage)

    def finish() -> None:
        queue = names.queue(names.failures_queue)
        for line in set_limits(account, stage, queue, recorded(stage.name), Limits()):
            click.echo(line)
        click.echo(
            "Functions, API and their limits are deployed. CDN, page and alarms are not Chalice's: "
            f"`make deploy STAGE={stage.name}`, or docs/infrastructure.md."
        )
        domain = stage.api_domain(find_api(account, stage) or "")
        if _stack(account, stage, "delivery").parameters().get("ApiDomain", domain) != domain:
            click.echo(f"The API is new: set ApiDomain of the delivery stack to {domain}.")

    return finish


def _prepare_plan(given: Given) -> Finish:
    _written(*_opened(given))
    return lambda: None


def _prepare_package(given: Given) -> Finish:
    write_policies(configured_names(given["stage"], _PLACES[given["pkg_format"]]))
    if not botocore.session.Session(profile=given["profile"]).get_config_variable("region"):
        os.environ["AWS_DEFAULT_REGION"] = REGION  # Chalice needs one; it is in no template
    return lambda: click.echo(
        "For stores with a KMS key of your own, use: "
        f"./darkroom package --stage {given['stage']} --kms-key-arn ARN"
    )


def _prepare_delete(given: Given) -> Finish:
    account, stage = _opened(given)
    if not record_deployed(account, stage):
        raise CloudError(
            f"Chalice has deployed nothing of a stage {stage.name} in {account.region} of account "
            f"{account.id}."
        )
    return lambda: click.echo(
        "Functions and API are deleted. Stacks, data, layers and logs are not Chalice's: "
        f"`make destroy STAGE={stage.name}` removes them."
    )


def _opened(given: Given) -> tuple[Account, Stage]:
    name = check_stage(given["stage"])
    account = connect(given["profile"], None)
    return account, Stage(name, account.id, account.region, account.partition)


def _written(account: Account, stage: Stage) -> Names:
    """Write policies and Chalice's record of a stage whose stores exist; return its names."""
    place = Location(stage.partition, stage.region, stage.account, stage.dns_suffix)
    key = _stack(account, stage, "stores").outputs().get("KmsKeyArn", "")
    names = configured_names(stage.name, place, key)
    if not _is_own(account, names.uploads_bucket):
        raise CloudError(
            f"This account has no bucket {names.uploads_bucket}, which the recorded stage "
            f"{stage.name} names. `make deploy STAGE={stage.name}` creates the whole "
            "stage; to do it in steps, see docs/infrastructure.md."
        )
    write_policies(names)
    record_deployed(account, stage)
    return names


def _is_own(account: Account, bucket: str) -> bool:
    try:
        return has_bucket(account, bucket)
    except ClientError as error:
        if code_of(error) == "403":  # another account's
            return False
        raise


def _stack(account: Account, stage: Stage, part: str) -> Stack:
    return Stack(account, stage.stack(part), {}, Progress())


if __name__ == "__main__":
    sys.exit(main())
