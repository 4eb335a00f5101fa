"""A stage, and the names of its resources in AWS, derived from stage, account and region."""

import re
from dataclasses import dataclass

from ops.aws_errors import CloudError
from ops.iam.names import APPLICATION, Location, function_name

API_STAGE = "api"  # API Gateway's stage, so that CloudFront's /api/* matches its path

_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")


@dataclass(frozen=True)
class Stage:
    """A stage in a region of an account. `partition` is `aws`, except in China and GovCloud."""

    name: str
    account: str
    region: str
    partition: str = "aws"

    @property
    def uploads_bucket(self) -> str:
        """The bucket of originals."""
        return self._bucket("uploads")

    @property
    def images_bucket(self) -> str:
        """The bucket of renditions."""
        return self._bucket("images")

    @property
    def site_bucket(self) -> str:
        """The bucket of the page's files."""
        return self._bucket("site")

    @property
    def images_table(self) -> str:
        """The table of all records."""
        return f"{self.prefix}-images"

    @property
    def work_queue(self) -> str:
        """The queue of images to reprocess."""
        return f"{self.prefix}-work"

    @property
    def failures_queue(self) -> str:
        """The queue of events that were given up."""
        return f"{self.prefix}-failures"

    @property
    def webhooks_queue(self) -> str:
        """The queue of webhooks."""
        return f"{self.prefix}-webhooks"

    @property
    def webhook_secret(self) -> str:
        """The SSM parameter with the secret that signs webhooks; users create it."""
        return f"/{APPLICATION}/{self.name}/webhook-secret"

    @property
    def cdn_key(self) -> str:
        """The SSM parameter with the keys that sign the URLs of private images."""
        return f"/{APPLICATION}/{self.name}/cdn-key"

    @property
    def event_bus(self) -> str:
        """The EventBridge bus."""
        return self.prefix

    @property
    def tags(self) -> dict[str, str]:
        """Tags of all resources of the stage."""
        return {"Project": APPLICATION, "Stage": self.name}

    @property
    def dns_suffix(self) -> str:
        """The suffix of AWS's host names."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def api_domain(self, api: str) -> str:
        """The host of a REST API."""
        return f"{api}.execute-api.{self.region}.{self.dns_suffix}"

    @property
    def place(self) -> Location:
        """Where policies locate the stage's resources."""
        return Location(self.partition, self.region, self.account, self.dns_suffix)

    @property
    def layer(self) -> str:
        """Chalice's layer of libraries."""
        return f"{self.prefix}-managed-layer"

    @property
    def prefix(self) -> str:
        """The prefix of all names of the stage."""
        return f"{APPLICATION}-{self.name}"

    def stack(self, part: str) -> str:
        """The CloudFormation stack `stores`, `delivery` or `watch`."""
        return f"{self.prefix}-{part}"

    def function(self, name: str) -> str:
        """The name that Chalice gives to a function."""
        return function_name(self.name, name)

    def role(self, name: str) -> str:
        """The name that Chalice gives to the role of a function."""
        return f"{self.prefix}-{name}"

    def log_group(self, name: str) -> str:
        """The log group of a function."""
        return f"/aws/lambda/{self.function(name)}"

    def _bucket(self, purpose: str) -> str:
        return f"{self.prefix}-{purpose}-{self.account}-{self.region}"


def check_stage(name: str) -> str:
    """Return `name`; CloudError if it is not a valid stage name."""
    if not _NAME.fullmatch(name):
        raise CloudError(
            f"{name!r} is not a valid stage name: use 1 to 12 lower-case letters and digits, "
            "starting with a letter, such as --stage dev."
        )
    if name == "local":
        raise CloudError(
            "The stage name local is reserved for this machine. Choose another, such as "
            "--stage dev."
        )
    return name
