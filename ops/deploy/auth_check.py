"""Checks a stage's AUTH_MODE before a deployment, and explains access after it."""

import sys

import click

from ops.aws_errors import CloudError, explained
from ops.deploy.deployment import Deployment

_MEANING = "anyone who knows the page's address can upload, see and delete pictures, at your cost"


def auth_mode(deployment: Deployment) -> str:
    """The stage's AUTH_MODE: as recorded, or the default of a new stage."""
    variables = deployment.section.get("environment_variables", {})
    return str(variables.get("AUTH_MODE", "token"))


def check_auth_mode(deployment: Deployment, *, allowed: bool, ask: bool) -> None:
    """Raise CloudError if the stage is open to anyone and that is not `allowed` or confirmed."""
    name, progress = deployment.stage.name, deployment.progress
    if auth_mode(deployment) != "none":
        return
    if not allowed:
        raise CloudError(
            f"AUTH_MODE of the stage {name} is none: {_MEANING}. Set it to token in the stage's "
            "section of site/stages.toml, or allow it with --allow-anybody."
        )
    progress.say(f"AUTH_MODE is none: {_MEANING}.")
    with explained():
        is_new = deployment.api is None
    if ask and is_new:
        if not sys.stdin.isatty():
            raise CloudError("No terminal to confirm on; pass --yes.")
        click.confirm("Continue?", abort=True)


def print_first_steps(deployment: Deployment) -> None:
    """Say how to get a first token, if the stage requires tokens."""
    name, progress = deployment.stage.name, deployment.progress
    if auth_mode(deployment) == "token":
        progress.say(
            "The API requires a token. Create one: "
            f"./darkroom token create --stage {name} --subject you@example.com"
        )
