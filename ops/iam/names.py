"""Names and ARNs of a stage's functions and stores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ops.aws_errors import CloudError
from ops.packaging.optional_packages import is_on
from ops.site_folder import stages

APPLICATION = "darkroom"
API = "api_handler"


@dataclass(frozen=True)
class Location:
    """A region of an account; the texts may be expressions of a template language."""

    partition: str
    region: str
    account: str
    dns_suffix: str = "amazonaws.com"


# Chalice's Terraform declares these data sources itself.
TERRAFORM = Location(
    partition="${data.aws_partition.chalice.partition}",
    region="${data.aws_region.chalice.region}",
    account="${data.aws_caller_identity.chalice.account_id}",
    dns_suffix="${data.aws_partition.chalice.dns_suffix}",
)

CLOUDFORMATION = Location(
    partition="${AWS::Partition}",
    region="${AWS::Region}",
    account="${AWS::AccountId}",
    dns_suffix="${AWS::URLSuffix}",
)


@dataclass(frozen=True)
class Names:
    """The names of one stage.

    `kms_key_arn` is empty without a customer managed key, `distribution_id` without a CDN,
    `event_bus` if events are not published, and `webhook_secret` (the name of a parameter) if
    there are no webhooks, `cdn_key` (likewise) if private images are not signed. With `faces`
    Amazon Rekognition is used. `content_key` signs renditions, an ARN or the name of an alias, and
    `certificates` is the parameter with its certificates; empty without. `former_key_arns` are the
    keys that encrypted earlier data.
    """

    place: Location
    stage: str
    uploads_bucket: str
    images_bucket: str
    images_table: str
    work_queue: str
    failures_queue: str
    event_bus: str = ""
    webhooks_queue: str = ""
    webhook_secret: str = ""
    cdn_key: str = ""
    distribution_id: str = ""
    kms_key_arn: str = ""
    former_key_arns: tuple[str, ...] = ()
    xray: bool = False
    faces: bool = False
    content_key: str = ""
    certificates: str = ""

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
        return self._parameter(self.webhook_secret)

    def cdn_key_parameter(self) -> str:
        """The ARN of the parameter with the key that signs private URLs."""
        return self._parameter(self.cdn_key)

    def certificates_parameter(self) -> str:
        """The ARN of the parameter with the certificates of the key that signs renditions."""
        return self._parameter(self.certificates)

    def content_keys(self) -> str:
        """The ARN of the key that signs renditions; of all keys if only its alias is known."""
        is_key = self.content_key.startswith("arn:") and ":alias/" not in self.content_key
        return self.content_key if is_key else self._arn("kms", "key/*")

    def content_alias(self) -> str:
        """The alias of the key that signs renditions; empty if its ARN is known."""
        _, alias, name = self.content_key.rpartition("alias/")
        return alias + name if alias else ""

    def _parameter(self, name: str) -> str:
        return self._arn("ssm", f"parameter/{name.lstrip('/')}")

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
        """A service's host, as in `kms:ViaService`."""
        return f"{service}.{self.place.region}.{self.place.dns_suffix}"

    def _arn(self, service: str, resource: str) -> str:
        place = self.place
        return f"arn:{place.partition}:{service}:{place.region}:{place.account}:{resource}"


def function_name(stage: str, function: str) -> str:
    """The name that Chalice gives to a function of app.py; the API's has no suffix."""
    name = f"{APPLICATION}-{stage}"
    return name if function == API else f"{name}-{function}"


def names_of(
    stage: str,
    environment: Mapping[str, str],
    place: Location,
    *,
    kms_key_arn: str,
    xray: bool,
    former_key_arns: tuple[str, ...] = (),
) -> Names:
    """The names in the environment of a stage's functions."""
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
        cdn_key=environment.get("CDN_KEY_PARAMETER", ""),
        distribution_id=environment.get("DISTRIBUTION_ID", ""),
        kms_key_arn=kms_key_arn,
        former_key_arns=former_key_arns,
        xray=xray,
        faces=environment.get("SMART_CROP") == "faces",
        **_signing(environment),
    )


def _signing(environment: Mapping[str, str]) -> dict[str, str]:
    if not is_on(environment, "SIGN_RENDITIONS"):
        return {}
    names = {"content_key": "C2PA_KEY", "certificates": "C2PA_CERTIFICATES"}
    return {name: environment.get(setting, "") for name, setting in names.items()}


def configured_names(stage: str, place: Location, kms_key_arn: str = "") -> Names:
    """The names of a stage that is recorded here, or those of the example `dev`."""
    section = configuration_of(stage)
    environment, xray = section["environment_variables"], bool(section.get("xray"))
    return names_of(stage, environment, place, kms_key_arn=kms_key_arn, xray=xray)


def configuration_of(stage: str) -> dict[str, Any]:
    """The stage's section of what Chalice reads, merged over its settings for all stages.

    CloudError if no deployment of it has been recorded here.
    """
    config = stages.configuration()
    section = config["stages"].get(stage, {})
    if stages.NAME not in section.get("environment_variables", {}):
        recorded = [
            name
            for name, other in config["stages"].items()
            if stages.NAME in other.get("environment_variables", {})
        ]
        raise CloudError(
            f"The stage {stage} is not recorded here; recorded are {', '.join(recorded)}. "
            "Deploying records it in the site folder's stages.toml: copy that file from where it "
            f"was deployed, deploy it again, or use `./darkroom record --stage {stage}`."
        )
    variables = [part.get("environment_variables", {}) for part in (config, section)]
    return {**config, **section, "environment_variables": {**variables[0], **variables[1]}}
