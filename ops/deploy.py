"""`python -m ops deploy`: a stage in the user's AWS account, made or brought up to date."""

import os
import sys
from contextlib import nullcontext
from typing import Any

import click

from ops.client.command import read_token
from ops.cloud.account import Account, connect
from ops.cloud.deployed import region_of_roles
from ops.cloud.deployment import Deployment, Wishes
from ops.cloud.faults import CloudError, explained
from ops.cloud.limits import Limits
from ops.cloud.openness import auth_mode, check_openness, tell_first_steps
from ops.cloud.origins import check_origins
from ops.cloud.preview import show_changes
from ops.cloud.stage import Stage, check_stage
from ops.cloud.telling import Teller
from ops.cloud.templates import Template, read_templates
from ops.cloud.visitor import visiting
from ops.packaging.program import unfit
from ops.smoke import send_picture
from ops.upkeep.reaching import Where

_SWITCHES = {"use_kms": "UseKmsKey", "use_waf": "UseWaf"}
_VALUES = {
    "domain_name": "DomainName",
    "certificate_arn": "CertificateArn",
    "alarm_email": "AlarmEmail",
}


_FIRST_UNKNOWN = (3, 15)  # for which Chalice 1.34 and our libraries have nothing
_PATIENCE = 60.0  # seconds that the first picture may take


@click.command()
@click.option("--stage", required=True, help="Its name: 1 to 12 lower-case letters and digits")
@click.option("--region", help="The AWS region  [default: your profile's]")
@click.option("--profile", help="The AWS profile whose credentials are used")
@click.option(
    "--allowed-origin", multiple=True, help="A further page that may upload, as https://host"
)
@click.option("--domain-name", help="Your own host name; '' takes it away")
@click.option("--certificate-arn", help="Its certificate, in ACM of us-east-1")
@click.option("--alarm-email", help="Who is told of alarms")
@click.option("--use-kms/--no-use-kms", default=None, help="A KMS key of your own (1 USD a month)")
@click.option("--use-waf/--no-use-waf", default=None, help="AWS's firewall (some 9 USD a month)")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Any other parameter of infrastructure/*.yaml",
)
@click.option("--api-rate", type=click.IntRange(1), help="Requests a second  [default: 50]")
@click.option("--api-burst", type=click.IntRange(1), help="Requests at once  [default: 100]")
@click.option("--log-days", type=int, help="Days that logs are kept  [default: 30]")
@click.option(
    "--allow-anybody", is_flag=True, help="Deploy though AUTH_MODE is none: no tokens, no owners"
)
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing")
@click.option("--yes", is_flag=True, help="Ask nothing")
@click.option("--smoke/--no-smoke", default=True, help="End with a real picture  [default: smoke]")
def deploy(**given: Any) -> None:
    """Make a stage in AWS, or bring it up to date; it may be run again at any moment.

    What is not given stays as it was at the deployment before.

        python -m ops deploy --stage dev --region eu-central-1 --dry-run

    Exit codes: 0 when all is done, 1 where it is not, and 2 for wrong usage.
    """
    _deploy(given, Teller())


def _deploy(given: dict[str, Any], teller: Teller) -> None:
    name = check_stage(given["stage"])
    _check_python()
    origins = check_origins(given["allowed_origin"])
    account = connect(given["profile"], given["region"])
    stage = Stage(name, account.id, account.region, account.partition)
    _check_region(account, stage)
    templates = read_templates(account, stage.name)
    wishes = Wishes(origins, _parameters(given, templates), _limits(given))
    deployment = Deployment(account, stage, templates, wishes, teller)
    teller.say(f"Stage {name} in {account.region} of account {account.id}, as {account.identity}")
    if given["dry_run"]:
        show_changes(deployment)
        return
    check_openness(deployment, allowed=given["allow_anybody"], ask=not given["yes"])
    site = deployment.run()
    cdn = deployment.distribution_domain
    if cdn not in site:
        teller.say(f"DNS must lead {site.removeprefix('https://')} to {cdn}")
    if given["smoke"]:
        _try_out(site, deployment, given["profile"])
    teller.say(f"Darkroom is at {site}")
    tell_first_steps(deployment)


def _check_python() -> None:
    if sys.version_info >= _FIRST_UNKNOWN:
        major, minor = _FIRST_UNKNOWN
        raise CloudError(
            f"Chalice deploys for Python up to {major}.{minor - 1}, and functions run on the "
            f"version that deploys. Make the environment with an older one: rm -r .venv && "
            f"make setup PYTHON=python{major}.{minor - 1}"
        )
    # An emulator of AWS has this machine's C library.
    if (reason := unfit()) and "AWS_ENDPOINT_URL" not in os.environ:
        raise CloudError(reason)


def _try_out(site: str, deployment: Deployment, profile: str | None) -> None:
    stage, teller = deployment.stage, deployment.teller
    given = read_token(None)
    if auth_mode(stage.name) == "jwt" and not given:
        teller.say("No picture was sent: that takes a token of your issuer, in DARKROOM_TOKEN.")
        return
    known = Where(stage.name, stage.region, profile)
    try:
        with nullcontext(given) if given else visiting(known) as token:
            send_picture(site, _PATIENCE, teller, token)
    except CloudError as error:
        raise CloudError(f"All is made, but no picture came through {site}. {error}") from error


def _check_region(account: Account, stage: Stage) -> None:
    with explained():
        other = region_of_roles(account, stage)
    if other and other != stage.region:
        raise CloudError(
            f"The stage {stage.name} of this account is in {other}, and the names of its roles "
            f"hold for all regions. Deploy it there with --region {other}, or choose another "
            f"stage for {stage.region}."
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
    known = {name for template in templates.values() for name in template.parameters}
    for name in chosen:
        if name not in known:
            names = ", ".join(sorted(known))
            raise CloudError(f"No template has a parameter {name}. infrastructure/ has {names}.")
    return chosen


def _limits(given: dict[str, Any]) -> Limits:
    return Limits(given["api_rate"], given["api_burst"], given["log_days"])
