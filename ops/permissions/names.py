"""What a stage's functions and stores are called, and their ARNs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ops.cloud.faults import CloudError
from ops.local.names import PROJECT

CONFIG = PROJECT / ".chalice" / "config.json"
APPLICATION = "darkroom"
API = "api_handler"


@dataclass(frozen=True)
class Place:
    """A region of an account; a template language may fill the texts in later."""

    partition: str
    region: str
    account: str
    dns_suffix: str = "amazonaws.com"


# Chalice's Terraform declares these data sources itself.
TERRAFORM = Place(
    partition="${data.aws_partition.chalice.partition}",
    region="${data.aws_region.chalice.name}",
    account="${data.aws_caller_identity.chalice.account_id}",
    dns_suffix="${data.aws_partition.chalice.dns_suffix}",
)


@dataclass(frozen=True)
class Names:
    """One stage's names.

    `kms_key_arn` is empty where no key of the account's own is used, `distribution_id` where
    functions know no CDN, `event_bus` where nobody is told of images, and `webhook_secret` (a
    parameter's name) where nothing signs webhooks.
    """

    place: Place
    stage: str
    uploads_bucket: str
    images_bucket: str
    images_table: str
    work_queue: str
    failures_queue: str
    event_bus: str = ""
    webhooks_queue: str = ""
    webhook_secret: str = ""
    distribution_id: str = ""
    kms_key_arn: str = ""
    xray: bool = False

    def bucket(self, name: str) -> str:
        """The ARN of a bucket."""
        return f"arn:{self.place.partition}:s3:::{name}"

    def objects(self, bucket: str, pattern: str) -> str:
        """The ARN of the objects of a bucket whose keys match `pattern`."""
        return f"{self.bucket(bucket)}/{pattern}"

    def table(self) -> str:
        """The ARN of the table."""
        return self._arn("dynamodb", f"table/{self.images_table}")

    def index(self, name: str) -> str:
        """The ARN of one of the table's indexes."""
        return f"{self.table()}/index/{name}"

    def queue(self, name: str) -> str:
        """The ARN of a queue."""
        return self._arn("sqs", name)

    def bus(self) -> str:
        """The ARN of the event bus."""
        return self._arn("events", f"event-bus/{self.event_bus}")

    def parameter(self) -> str:
        """The ARN of the parameter with the secret that signs webhooks."""
        return self._arn("ssm", f"parameter/{self.webhook_secret.lstrip('/')}")

    def distribution(self) -> str:
        """The ARN of the CDN's distribution."""
        place = self.place
        owner = f"arn:{place.partition}:cloudfront::{place.account}"
        return f"{owner}:distribution/{self.distribution_id}"

    def log_streams(self, function: str) -> str:
        """The ARN of the log streams of a function."""
        return self._arn("logs", f"log-group:/aws/lambda/{self.function(function)}:*")

    def function(self, function: str) -> str:
        """The name that Chalice gives to a function."""
        return function_name(self.stage, function)

    def endpoint(self, service: str) -> str:
        """A service as KMS knows it."""
        return f"{service}.{self.place.region}.{self.place.dns_suffix}"

    def _arn(self, service: str, resource: str) -> str:
        place = self.place
        return f"arn:{place.partition}:{service}:{place.region}:{place.account}:{resource}"


def function_name(stage: str, function: str) -> str:
    """The name that Chalice gives to a function of app.py; the API's is the application's own."""
    name = f"{APPLICATION}-{stage}"
    return name if function == API else f"{name}-{function}"


def names_of(
    stage: str, environment: Mapping[str, str], place: Place, *, kms_key_arn: str, xray: bool
) -> Names:
    """The names that a stage's functions find in their environment."""
    return Names(
        place=place,
        stage=stage,
        uploads_bucket=environment["UPLOADS_BUCKET"],
        images_bucket=environment["IMAGES_BUCKET"],
        images_table=environment["IMAGES_TABLE"],
        work_queue=environment["WORK_QUEUE"],
        failures_queue=environment["FAILURES_QUEUE"],
        webhooks_queue=environment["WEBHOOKS_QUEUE"],
        event_bus=environment.get("EVENT_BUS", ""),
        webhook_secret=environment.get("WEBHOOK_SECRET_PARAMETER", ""),
        distribution_id=environment.get("DISTRIBUTION_ID", ""),
        kms_key_arn=kms_key_arn,
        xray=xray,
    )


def configured_names(stage: str, place: Place, kms_key_arn: str = "") -> Names:
    """The names of a stage of `.chalice/config.json`."""
    known = configuration_of(stage)
    environment, xray = known["environment_variables"], bool(known.get("xray"))
    return names_of(stage, environment, place, kms_key_arn=kms_key_arn, xray=xray)


def configuration_of(stage: str) -> dict[str, Any]:
    """The stage's section of `.chalice/config.json`, over what it says of all stages.

    CloudError where it has no such stage.
    """
    config: dict[str, Any] = json.loads(CONFIG.read_text(encoding="utf-8"))
    section = config["stages"].get(stage)
    if section is None:
        known = ", ".join(config["stages"])
        raise CloudError(
            f"There is no stage {stage} in .chalice/config.json, which has {known}. Deploying "
            "records it there: take the file from where it was deployed, or deploy it again."
        )
    variables = [part.get("environment_variables", {}) for part in (config, section)]
    return {**config, **section, "environment_variables": {**variables[0], **variables[1]}}
