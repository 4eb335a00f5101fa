"""The AWS account and region that a command works in, resolved and checked first."""

import os
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from ops.aws_errors import CloudError, explained

_CONFIG = Config(
    connect_timeout=10, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 10}
)
# The first call: where AWS is unreachable, the user should learn that within seconds.
_FIRST_CALL_CONFIG = Config(
    connect_timeout=10, retries={"mode": "standard", "total_max_attempts": 3}
)


@dataclass(frozen=True)
class Account:
    """The caller's identity, account and region.

    `profile` is None where credentials come from the environment.
    """

    id: str
    region: str
    partition: str
    identity: str
    profile: str | None
    session: boto3.Session
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """The boto3 client of a service, created once."""
        if service not in self._clients:
            self._clients[service] = self.session.client(
                service,  # type: ignore[call-overload]
                config=_CONFIG,
            )
        return self._clients[service]

    def environment(self) -> dict[str, str]:
        """Environment variables for subprocesses that work in the same region."""
        return {**os.environ, "AWS_DEFAULT_REGION": self.region, "AWS_REGION": self.region}


def connect(profile: str | None, region: str | None) -> Account:
    """Return the account behind the user's credentials; CloudError says what is missing."""
    with explained():
        session = boto3.Session(
            profile_name=profile, region_name=region or os.environ.get("AWS_REGION")
        )
        _check_region(session)
        identity = session.client("sts", config=_FIRST_CALL_CONFIG).get_caller_identity()
    arn = identity["Arn"]
    return Account(
        identity["Account"], session.region_name, arn.split(":")[1], arn, profile, session
    )


def _check_region(session: boto3.Session) -> None:
    if not session.region_name:
        raise CloudError(
            "No AWS region is set. Choose one with --region, such as --region eu-central-1."
        )
    partitions = session.get_available_partitions()
    valid = {r for p in partitions for r in session.get_available_regions("lambda", p)}
    if session.region_name not in valid:
        raise CloudError(
            f"AWS has no region {session.region_name}. Choose one with --region, such as "
            "--region eu-central-1."
        )
