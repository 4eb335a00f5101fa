"""Checks a stage's settings before anything is changed."""

from collections.abc import Mapping
from datetime import UTC, datetime

from chalicelib.errors import SettingsError
from chalicelib.imaging.content_credentials import read_chain
from chalicelib.settings import Settings, read_settings
from ops.account import Account
from ops.aws_errors import CloudError, explained
from ops.deploy.deployment import Deployment
from ops.deploy.parameters import Values, settings_of, stage_values
from ops.site_folder import stages

_PAGE = "https://page.invalid"  # in place of addresses that a deployment finds out


def check_settings(deployment: Deployment) -> None:
    """Raise DarkroomError for a setting that functions would refuse, or that cannot work."""
    recorded: Mapping[str, str] = deployment.section.get("environment_variables", {})
    variables = {**recorded, **deployment.options.variables}
    values = {**stage_values(deployment.stage), "AllowedOrigins": _PAGE, "DistributionId": ""}
    try:
        settings = read_settings({**variables, **_of_deployment(variables, values)})
        if settings.sign_renditions and not settings.signs_with_kms:
            raise SettingsError("C2PA_KEY needs a key in KMS: its ARN, or alias/ and a name.")
    except SettingsError as reason:
        raise stages.located(reason, deployment.stage.name) from reason
    if settings.sign_renditions:
        _check_signing(deployment, settings)
    if variables.get("WEBHOOK_URL"):
        _check_webhook_secret(deployment.account, deployment.stage.webhook_secret)


def _of_deployment(variables: Mapping[str, str], values: Values) -> Values:
    """The deployment's settings, with the origins that the user chose."""
    settings = settings_of(values, _PAGE)
    return {**settings, "ALLOWED_ORIGINS": variables.get("ALLOWED_ORIGINS", _PAGE)}


def _check_signing(deployment: Deployment, settings: Settings) -> None:
    """CloudError unless the certificates are there, and are those of the key."""
    account, parameter = deployment.account, settings.c2pa_certificates
    ssm, kms = account.client("ssm"), account.client("kms")
    with explained():
        try:
            pem = ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound as error:
            raise CloudError(
                f"SIGN_RENDITIONS is on, but there is no parameter {parameter} with certificates. "
                f"Create it: aws ssm put-parameter --name {parameter} --type String "
                f"--region {account.region} --value file://chain.pem, as "
                "docs/content-credentials.md describes."
            ) from error
        try:
            key = kms.get_public_key(KeyId=settings.c2pa_key)
        except (
            kms.exceptions.NotFoundException,
            kms.exceptions.UnsupportedOperationException,
        ) as e:
            raise CloudError(
                f"C2PA_KEY is {settings.c2pa_key}, which is no key pair in KMS in "
                f"{account.region}. docs/content-credentials.md describes how to make one."
            ) from e
    try:
        chain = read_chain(pem, datetime.now(UTC))
    except SettingsError as reason:
        raise CloudError(f"{reason} They are in the parameter {parameter}.") from reason
    if key["KeyUsage"] != "SIGN_VERIFY" or key["PublicKey"] != chain.public_key:
        raise CloudError(
            f"The first certificate in {parameter} is not of the key {settings.c2pa_key}."
        )


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
