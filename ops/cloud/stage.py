"""A stage, and what its parts are called in AWS: all follows from name, account and region."""

import re
from dataclasses import dataclass

from ops.cloud.faults import CloudError
from ops.permissions.names import APPLICATION, function_name

API_STAGE = "api"  # of API Gateway: what CloudFront's /api/* arrives at

_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")


@dataclass(frozen=True)
class Stage:
    """One stage in one region of one account. `partition` is `aws`, but for China and GovCloud."""

    name: str
    account: str
    region: str
    partition: str = "aws"

    @property
    def uploads_bucket(self) -> str:
        """Where originals arrive."""
        return self._bucket("uploads")

    @property
    def images_bucket(self) -> str:
        """Where renditions are."""
        return self._bucket("images")

    @property
    def site_bucket(self) -> str:
        """Where the page's files are."""
        return self._bucket("site")

    @property
    def images_table(self) -> str:
        """The table of all records."""
        return f"{self.prefix}-images"

    @property
    def work_queue(self) -> str:
        """The queue of images to process again."""
        return f"{self.prefix}-work"

    @property
    def failures_queue(self) -> str:
        """The queue of what was given up."""
        return f"{self.prefix}-failures"

    @property
    def webhooks_queue(self) -> str:
        """The queue of webhooks."""
        return f"{self.prefix}-webhooks"

    @property
    def webhook_secret(self) -> str:
        """The parameter of SSM with the secret that signs them; people make it."""
        return f"/{APPLICATION}/{self.name}/webhook-secret"

    @property
    def event_bus(self) -> str:
        """The EventBridge bus."""
        return self.prefix

    @property
    def tags(self) -> dict[str, str]:
        """What everything that belongs to the stage is tagged with."""
        return {"Project": APPLICATION, "Stage": self.name}

    @property
    def dns_suffix(self) -> str:
        """What AWS's host names end with."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def api_domain(self, api: str) -> str:
        """The host of a REST API."""
        return f"{api}.execute-api.{self.region}.{self.dns_suffix}"

    @property
    def layer(self) -> str:
        """Chalice's layer of libraries."""
        return f"{self.prefix}-managed-layer"

    @property
    def prefix(self) -> str:
        """What all names of the stage begin with."""
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
        """Where Lambda writes the log of a function."""
        return f"/aws/lambda/{self.function(name)}"

    def _bucket(self, purpose: str) -> str:
        return f"{self.prefix}-{purpose}-{self.account}-{self.region}"


def check_stage(name: str) -> str:
    """`name`; CloudError where it cannot be a stage's."""
    if not _NAME.fullmatch(name):
        raise CloudError(
            f"A stage's name is 1 to 12 lower-case letters and digits, a letter first; {name!r} "
            "is not. Choose another with --stage, such as --stage dev."
        )
    if name == "local":
        raise CloudError(
            "The stage local is what `chalice local` runs on this machine. Choose another with "
            "--stage, such as --stage dev."
        )
    return name
