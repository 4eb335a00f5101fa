"""A stage's life: created, updated, destroyed, adopted, deleted with its data."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.deploy.deployer import Call, read_calls
from tests.deploy.inventory import Found, inventory
from tests.deploy.world import ACCOUNT, REGION, World

DEPLOY = ("deploy", "--stage", "test", "--yes", "--no-smoke")
DESTROY = ("destroy", "--stage", "test", "--yes")
UPLOADS, IMAGES, SITE = (
    f"darkroom-test-{purpose}-{ACCOUNT}-{REGION}" for purpose in ("uploads", "images", "site")
)


@dataclass
class History:
    """The account's contents and the command's output after each step."""

    world: World
    found: dict[str, Found] = field(default_factory=dict)
    output: dict[str, str] = field(default_factory=dict)
    page: dict[str, dict[str, Any]] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    invalidated: dict[str, set[str]] = field(default_factory=dict)
    distributions: dict[str, set[str]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def run(self, step: str, *arguments: str) -> None:
        self.output[step] = self.world.run(*arguments).succeeded().out
        self.found[step] = inventory(self.world)
        if SITE in self.found[step]["buckets"]:
            self.page[step] = self._page()
            self.config[step] = self._config()
            self.invalidated[step] = self._last_invalidated()
            self.distributions[step] = self._distributions()

    def _page(self) -> dict[str, Any]:
        s3 = self.world.client("s3")
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=SITE)["Contents"]]
        return {key: s3.head_object(Bucket=SITE, Key=key) for key in keys}

    def _config(self) -> Any:
        found = self.world.client("s3").get_object(Bucket=SITE, Key="config.json")
        return json.load(found["Body"])

    def _distributions(self) -> set[str]:
        listed = self.world.client("cloudfront").list_distributions()["DistributionList"]
        return {distribution["Id"] for distribution in listed["Items"]}

    def _last_invalidated(self) -> set[str]:
        client = self.world.client("cloudfront")
        (distribution,) = self._distributions()
        listed = client.list_invalidations(DistributionId=distribution)["InvalidationList"]
        last = max(listed["Items"], key=lambda item: item["CreateTime"])
        found = client.get_invalidation(DistributionId=distribution, Id=last["Id"])
        return set(found["Invalidation"]["InvalidationBatch"]["Paths"]["Items"])


def lived(account: World) -> History:
    """The history of a stage in an empty account."""
    account.restore()
    history = History(account)
    history.run("created", *DEPLOY, "--allowed-origin", "https://shop.example")
    _send(account, UPLOADS, "uploads/a.jpg")
    (account.project / "frontend" / "favicon.svg").unlink()
    (account.project / "frontend" / "style.css").write_text("body { color: red }")
    history.run("shown", *DEPLOY, "--dry-run")
    history.run("updated", *DEPLOY)
    history.run("destroyed", *DESTROY)
    history.run("adopted", *DEPLOY)
    history.run("deleted", *DESTROY, "--delete-data")
    history.calls = read_calls(account.calls)
    return history


def _send(world: World, bucket: str, key: str) -> None:
    for content in (b"first", b"second"):
        world.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
    world.client("s3").delete_object(Bucket=bucket, Key=f"{key}.gone")
