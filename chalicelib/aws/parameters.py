"""Secrets in SSM's Parameter Store."""

from chalicelib.aws import clients
from chalicelib.aws.faults import translate_transient_errors
from chalicelib.errors import SettingsError


class SsmParameters:
    """SSM implementation of Parameters."""

    def read(self, name: str) -> str:
        """The decrypted secret; SettingsError if there is no such parameter."""
        ssm = clients.ssm()
        with translate_transient_errors("SSM"):
            try:
                response = ssm.get_parameter(Name=name, WithDecryption=True)
            except ssm.exceptions.ParameterNotFound as reason:
                raise SettingsError(f"There is no parameter {name} in SSM.") from reason
        return response["Parameter"]["Value"]
