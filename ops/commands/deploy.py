"""`python -m ops deploy`: creates or updates a stage in the user's AWS account."""

import os
import sys
from contextlib import nullcontext
from typing import Any

import click

from darkroom_client.cli.options import read_token
from ops.account import Account, connect
from ops.aws_errors import CloudError, explained
from ops.commands.smoke import send_picture
from ops.deploy.auth_check import auth_mode, check_auth_mode, print_first_steps
from ops.deploy.chalice_state import region_of_roles
from ops.deploy.deployment import Deployment, DeployOptions
from ops.deploy.limits import Limits
from ops.deploy.origins import check_origins
from ops.deploy.preview import show_changes
from ops.deploy.progress import Progress
from ops.deploy.settings_check import check_settings
from ops.deploy.stage import Stage, check_stage
from ops.deploy.templates import Template, read_templates
from ops.deploy.temporary_token import temporary_token
from ops.maintenance.stage_access import Where
from ops.packaging import optional_packages
from ops.packaging.program import unfit
from ops.site_folder import checks

_SWITCHES = {"use_kms": "UseKmsKey", "use_waf": "UseWaf"}
_VALUES = {
    "domain_name": "DomainName",
    "certificate_arn": "CertificateArn",
    "alarm_email": "AlarmEmail",
}


_FIRST_UNSUPPORTED = (3, 15)  # by Chalice 1.34 and our libraries
_SMOKE_TIMEOUT_SECONDS = 60.0  # for the first picture


@click.command()
@click.option(
    "--stage", required=True, help="Name of the stage: 1 to 12 lower-case letters and digits"
)
@click.option("--region", help="AWS region  [default: your profile's]")
@click.option("--profile", help="AWS profile for credentials")
@click.option(
    "--allowed-origin", multiple=True, help="Another origin that may upload, as https://host"
)
@click.option("--domain-name", help="Your own host name; '' removes it")
@click.option("--certificate-arn", help="Its certificate, in ACM in us-east-1")
@click.option("--alarm-email", help="Address that receives alarms")
@click.option("--use-kms/--no-use-kms", default=None, help="Use your own KMS key (1 USD a month)")
@click.option("--use-waf/--no-use-waf", default=None, help="Use AWS WAF (about 9 USD a month)")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Any other parameter of infrastructure/*.yaml",
)
@click.option("--api-rate", type=click.IntRange(1), help="Requests per second  [default: 50]")
@click.option("--api-burst", type=click.IntRange(1), help="Burst of requests  [default: 100]")
@click.option("--log-days", type=int, help="Log retention in days  [default: 30]")
@optional_packages.stage_options
@click.option("--allow-anybody", is_flag=True, help="Allow AUTH_MODE none: no tokens, no owners")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation")
@click.option(
    "--smoke/--no-smoke", default=True, help="Run a smoke test at the end  [default: smoke]"
)
def deploy(**given: Any) -> None:
    """Create or update a stage in AWS; it can be run again at any time.

    Options that are not given stay as they were at the last deployment.

        python -m ops deploy --stage dev --region eu-central-1 --dry-run

    Exit codes: 0 on success, 1 on failure, 2 for wrong usage.
    """
    _deploy(given, Progress())


def _deploy(given: dict[str, Any], progress: Progress) -> None:
    name = check_stage(given["stage"])
    _check_python()
    notes = checks.check()
    origins = check_origins(given["allowed_origin"])
    account = connect(given["profile"], given["region"])
    stage = Stage(name, account.id, account.region, account.partition)
    _check_region(account, stage)
    templates = read_templates(account, stage.name)
    formats = optional_packages.chosen(given)
    options = DeployOptions(origins, _parameters(given, templates), formats, _limits(given))
    deployment = Deployment(account, stage, templates, options, progress)
    progress.say(f"Stage {name} in {account.region} of account {account.id}, as {account.identity}")
    present = deployment.section.get("environment_variables", {})
    for note in [*notes, *optional_packages.explanations(present, formats)]:
        progress.say(note)
    check_settings(deployment)
    if given["dry_run"]:
        show_changes(deployment)
        return
    check_auth_mode(deployment, allowed=given["allow_anybody"], ask=not given["yes"])
    site = deployment.run()
    cdn = deployment.distribution_domain
    if cdn not in site:
        progress.say(f"Point DNS for {site.removeprefix('https://')} to {cdn}")
    if given["smoke"]:
        _try_out(site, deployment, given["profile"])
    progress.say(f"Darkroom is at {site}")
    print_first_steps(deployment)


def _check_python() -> None:
    if sys.version_info >= _FIRST_UNSUPPORTED:
        major, minor = _FIRST_UNSUPPORTED
        raise CloudError(
            f"Chalice supports Python up to {major}.{minor - 1}, and functions run on the "
            f"version that deploys them. Recreate the environment: rm -r .venv && "
            f"make setup PYTHON=python{major}.{minor - 1}"
        )
    # An AWS emulator uses this machine's C library.
    if (reason := unfit()) and "AWS_ENDPOINT_URL" not in os.environ:
        raise CloudError(reason)


def _try_out(site: str, deployment: Deployment, profile: str | None) -> None:
    stage, progress = deployment.stage, deployment.progress
    given = read_token(None)
    if auth_mode(deployment) == "jwt" and not given:
        progress.say("Smoke test skipped: it needs a token of your issuer in DARKROOM_TOKEN.")
        return
    place = Where(stage.name, stage.region, profile)
    try:
        with nullcontext(given) if given else temporary_token(place) as token:
            send_picture(site, _SMOKE_TIMEOUT_SECONDS, progress, token)
    except CloudError as error:
        raise CloudError(f"Deployed, but the smoke test of {site} failed. {error}") from error


def _check_region(account: Account, stage: Stage) -> None:
    with explained():
        other = region_of_roles(account, stage)
    if other and other != stage.region:
        raise CloudError(
            f"The stage {stage.name} of this account is in {other}, and its role names are global. "
            f"Deploy it there with --region {other}, or choose another stage name for "
            f"{stage.region}."
        )


def _parameters(given: dict[str, Any], templates: dict[str, Template]) -> dict[str, str]:
    chosen = {theirs: given[ours] for ours, theirs in _VALUES.items() if given[ours] is not None}
    for ours, theirs in _SWITCHES.items():
        if given[ours] is not None:
            chosen[theirs] = str(given[ours]).lower()
    for setting in given["settings"]:
        name, separator, value = setting.partition("=")
        if not separator:
            raise CloudError(f"--set {setting} has no value. Write it as --set NAME=VALUE.")
        chosen[name] = value
    valid = {name for template in templates.values() for name in template.parameters}
    for name in chosen:
        if name not in valid:
            names = ", ".join(sorted(valid))
            raise CloudError(f"No template has a parameter {name}. infrastructure/ has {names}.")
    return chosen


def _limits(given: dict[str, Any]) -> Limits:
    return Limits(given["api_rate"], given["api_burst"], given["log_days"])
