"""Secrets in SSM's Parameter Store."""

from chalicelib.aws import clients
from chalicelib.aws.faults import passing_faults_renamed
from chalicelib.errors import SettingsError


class SsmParameters:
    """The Parameters that SSM keeps."""

    def read(self, name: str) -> str:
        """The secret, opened; SettingsError where there is no such parameter."""
        ssm = clients.ssm()
        with passing_faults_renamed("SSM"):
            try:
                answer = ssm.get_parameter(Name=name, WithDecryption=True)
            except ssm.exceptions.ParameterNotFound as reason:
                raise SettingsError(f"There is no parameter {name} in SSM.") from reason
        return answer["Parameter"]["Value"]
