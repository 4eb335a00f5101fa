"""`python -m ops credentials`: prints addresses and keys of the local stack's stores."""

import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path

import click

from darkroom_client.cli.exit_codes import EXPLAINED
from darkroom_client.cli.terminal import say
from ops.local import names
from ops.local.stack import readiness
from ops.local.stack.credentials import Identity, identities, profiles_file
from ops.local.stack.environment import application_environment
from ops.local.stack.options import Options, StackError, current_options
from ops.maintenance.stage_access import LOCAL
from ops.site_folder import stages

_OVERRIDING = ("AWS_PROFILE", "AWS_SESSION_TOKEN")  # they would replace or invalidate the keys
_PROFILE_HELP = "Identity, as in the file `credentials` of DATA_DIR."
_CHALICE_HELP = "Record them for `chalice local --stage local` instead."


@click.command(epilog=EXPLAINED)
@click.option("--profile", metavar="NAME", default="admin", show_default=True, help=_PROFILE_HELP)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    metavar="DIRECTORY",
    help="Its data directory  [default: DATA_DIR or .darkroom]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--chalice", is_flag=True, help=_CHALICE_HELP)
def credentials(profile: str, data_dir: Path | None, as_json: bool, chalice: bool) -> None:
    """Print addresses, buckets and keys of the local Darkroom's stores, as shell variables.

        python -m ops credentials

        python -m ops credentials --json

    After `eval "$(./darkroom credentials)"`, aws-cli, boto3 and rclone (remote `darkroom:`) use
    them. Started with other ports or another DATA_DIR, Darkroom is found with the same S3_PORT,
    AWS_PORT and DATA_DIR.
    """
    chosen = {"DATA_DIR": str(data_dir.resolve())} if data_dir else {}
    options = current_options(chosen)
    identity = _identity(options, profile)
    if not readiness.answers(f"{options.s3_url}/healthz"):
        say(f"No Darkroom is running at {options.s3_url}: start it, or set its S3_PORT.")
    if chalice:
        _record(options)
    elif as_json:
        click.echo(json.dumps(_fields(options, identity)))
    else:
        click.echo("\n".join(_lines(options, identity)))


def _identity(options: Options, profile: str) -> Identity:
    found = identities(options.data)
    if not found:
        raise StackError(
            f"There are no credentials in {profiles_file(options.data)}: no Darkroom has run "
            "there. Start it with `make run`, or set its DATA_DIR."
        )
    if profile not in found:
        raise click.UsageError(f"--profile is one of {', '.join(found)}, not {profile!r}.")
    return found[profile]


def _lines(options: Options, identity: Identity) -> list[str]:
    overriding = [name for name in _OVERRIDING if name in os.environ]
    lines = [f"unset {' '.join(overriding)}"] if overriding else []
    variables = _variables(options, identity)
    return lines + [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]


def _variables(options: Options, identity: Identity) -> Mapping[str, str]:
    access_key, secret_key = identity
    return {
        "AWS_ENDPOINT_URL": options.aws_url,
        "AWS_ENDPOINT_URL_S3": options.s3_url,
        "AWS_DEFAULT_REGION": names.REGION,
        "AWS_REGION": names.REGION,
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret_key,
        "UPLOADS_BUCKET": names.UPLOADS_BUCKET,
        "IMAGES_BUCKET": names.IMAGES_BUCKET,
        "IMAGES_TABLE": names.IMAGES_TABLE,
        "RCLONE_CONFIG_DARKROOM_TYPE": "s3",
        "RCLONE_CONFIG_DARKROOM_PROVIDER": "SeaweedFS",
        "RCLONE_CONFIG_DARKROOM_ENDPOINT": options.s3_url,
        "RCLONE_CONFIG_DARKROOM_ENV_AUTH": "true",
    }


def _fields(options: Options, identity: Identity) -> Mapping[str, str]:
    access_key, secret_key = identity
    return {
        "s3_url": options.s3_url,
        "aws_url": options.aws_url,
        "region": names.REGION,
        "access_key_id": access_key,
        "secret_access_key": secret_key,
        "uploads_bucket": names.UPLOADS_BUCKET,
        "images_bucket": names.IMAGES_BUCKET,
        "images_table": names.IMAGES_TABLE,
        "credentials_file": str(profiles_file(options.data)),
    }


def _record(options: Options) -> None:
    """Point the variables that Chalice's stage has to this stack."""
    names = stages.defaults()["stages"][LOCAL]["environment_variables"]
    found = application_environment(options, "api")
    variables = {name: found[name] for name in names if name in found}
    stages.replace(stages.addresses_file(), json.dumps(variables, indent=2) + "\n")
    click.echo(f"`chalice local --stage {LOCAL}` now uses the Darkroom in {options.data}.")
