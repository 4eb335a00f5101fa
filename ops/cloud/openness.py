"""Who may use a stage: what AUTH_MODE means, said before it is deployed and after."""

import sys

import click

from ops.cloud import record
from ops.cloud.deployment import Deployment
from ops.cloud.faults import CloudError, explained

_MEANING = "anybody who knows the page's address may upload, see and delete pictures, at your cost"


def auth_mode(stage: str) -> str:
    """The stage's AUTH_MODE, as it is recorded or would be for a new one."""
    known = record.recorded(stage).get("environment_variables", {})
    return str(known.get("AUTH_MODE", "token"))


def check_openness(deployment: Deployment, *, allowed: bool, ask: bool) -> None:
    """CloudError for a stage that anybody may use, unless that is `allowed`, and agreed to."""
    name, teller = deployment.stage.name, deployment.teller
    if auth_mode(name) != "none":
        return
    if not allowed:
        raise CloudError(
            f"AUTH_MODE of the stage {name} is none: {_MEANING}. Set it to token in the stage's "
            "section of .chalice/config.json, or agree to it with --allow-anybody."
        )
    teller.say(f"AUTH_MODE is none: {_MEANING}.")
    with explained():
        is_new = deployment.api is None
    if ask and is_new:
        if not sys.stdin.isatty():
            raise CloudError("Nobody is there to be asked. Agree to this with --yes.")
        click.confirm("Go on?", abort=True)


def tell_first_steps(deployment: Deployment) -> None:
    """How somebody gets in."""
    name, teller = deployment.stage.name, deployment.teller
    if auth_mode(name) == "token":
        teller.say(
            "It asks for a token. Make one: "
            f"./darkroom token create --stage {name} --subject you@example.com"
        )
