"""The AWS account and region that a command works in, found and checked before anything else."""

import os
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from ops.cloud.faults import CloudError, explained

_PATIENT = Config(
    connect_timeout=10, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 10}
)
# The first call: where there is no way to AWS, that is to be said in seconds.
_BRIEF = Config(connect_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True)
class Account:
    """Who asks, and where. `profile` is None where the environment's own credentials are meant."""

    id: str
    region: str
    partition: str
    identity: str
    profile: str | None
    session: boto3.Session
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """The boto3 client of a service, made once."""
        if service not in self._clients:
            self._clients[service] = self.session.client(
                service,  # type: ignore[call-overload]
                config=_PATIENT,
            )
        return self._clients[service]

    def environment(self) -> dict[str, str]:
        """For programs that work in the same region."""
        return {**os.environ, "AWS_DEFAULT_REGION": self.region, "AWS_REGION": self.region}


def connect(profile: str | None, region: str | None) -> Account:
    """The account behind the user's credentials; CloudError says what is missing."""
    with explained():
        session = boto3.Session(
            profile_name=profile, region_name=region or os.environ.get("AWS_REGION")
        )
        _check_region(session)
        identity = session.client("sts", config=_BRIEF).get_caller_identity()
    arn = identity["Arn"]
    return Account(
        identity["Account"], session.region_name, arn.split(":")[1], arn, profile, session
    )


def _check_region(session: boto3.Session) -> None:
    if not session.region_name:
        raise CloudError(
            "No AWS region is chosen. Name one with --region, such as --region eu-central-1."
        )
    partitions = session.get_available_partitions()
    known = {r for p in partitions for r in session.get_available_regions("lambda", p)}
    if session.region_name not in known:
        raise CloudError(
            f"AWS has no region {session.region_name}. Name one with --region, such as "
            "--region eu-central-1."
        )
