"""Checks a stage's settings before anything is changed."""

from collections.abc import Mapping

from chalicelib.errors import SettingsError
from chalicelib.settings import read_settings
from ops.account import Account
from ops.aws_errors import CloudError, explained
from ops.deploy.deployment import Deployment
from ops.deploy.parameters import Values, settings_of, stage_values
from ops.site_folder import stages

_PAGE = "https://page.invalid"  # in place of addresses that a deployment finds out


def check_settings(deployment: Deployment) -> None:
    """Raise DarkroomError for a setting that functions would refuse, or that cannot work."""
    variables: Mapping[str, str] = deployment.section.get("environment_variables", {})
    values = {**stage_values(deployment.stage), "AllowedOrigins": _PAGE, "DistributionId": ""}
    try:
        read_settings({**variables, **_of_deployment(variables, values)})
    except SettingsError as reason:
        raise stages.located(reason, deployment.stage.name) from reason
    if variables.get("WEBHOOK_URL"):
        _check_webhook_secret(deployment.account, deployment.stage.webhook_secret)


def _of_deployment(variables: Mapping[str, str], values: Values) -> Values:
    """The deployment's settings, with the origins that the user chose."""
    settings = settings_of(values, _PAGE)
    return {**settings, "ALLOWED_ORIGINS": variables.get("ALLOWED_ORIGINS", _PAGE)}


def _check_webhook_secret(account: Account, parameter: str) -> None:
    client = account.client("ssm")
    with explained():
        try:
            client.get_parameter(Name=parameter)
        except client.exceptions.ParameterNotFound as error:
            raise CloudError(
                "WEBHOOK_URL is set, but there is no secret to sign webhooks with. Create it: "
                f"aws ssm put-parameter --name {parameter} --type SecureString "
                f"--region {account.region} --value ..., as docs/events.md describes."
            ) from error
