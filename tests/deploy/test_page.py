"""Updates of the page: whatever interrupts one, the next invalidates what it changed."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ops.account import Account
from ops.aws_errors import CloudError
from ops.deploy import site
from ops.deploy.site import File, Publication
from tests.deploy.world import ACCOUNT, REGION, World
from tests.policies.stores import distribution_config

BUCKET = "our-site"
OLD, NEW = File("app.js", b"old"), File("app.js", b"new")
INDEX = File("index.html", b"<p>")


class Killed(BaseException):
    """The process ends here."""


class Stage:
    """A site bucket, a distribution, and an account whose calls can be refused."""

    def __init__(self, world: World) -> None:
        self._cloudfront = world.client("cloudfront")
        self._s3 = world.client("s3")
        self._s3.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        config = distribution_config("page")
        made = self._cloudfront.create_distribution(DistributionConfig=config)
        self.distribution = made["Distribution"]["Id"]

    def update(self, *files: File, refusing: Callable[[str], None] = lambda _: None) -> set[str]:
        """Make the bucket hold `files`: the invalidated paths."""
        account = self._account(refusing)
        publication: Publication = site.compare(account, BUCKET, list(files))
        before = self._invalidations()
        site.publish(account, BUCKET, self.distribution, publication)
        return self._paths(self._invalidations() - before)

    def erase_image(self) -> None:
        """Invalidate as the erasure of an image does."""
        paths = {"Quantity": 1, "Items": ["/images/01KQHV5R00ABCDEFGHJKMNPQRS/*"]}
        self._cloudfront.create_invalidation(
            DistributionId=self.distribution,
            InvalidationBatch={"Paths": paths, "CallerReference": "an image"},
        )

    def keys(self) -> set[str]:
        """All keys of the bucket."""
        return {item["Key"] for item in self._s3.list_objects_v2(Bucket=BUCKET)["Contents"]}

    def _account(self, refusing: Callable[[str], None]) -> Account:
        account = Account(ACCOUNT, REGION, "aws", "arn", None, boto3.Session(region_name=REGION))
        for service, client in (("s3", self._s3), ("cloudfront", self._cloudfront)):
            account._clients[service] = Guarded(client, refusing)
        return account

    def _invalidations(self) -> set[str]:
        listed = self._cloudfront.list_invalidations(DistributionId=self.distribution)
        return {item["Id"] for item in listed["InvalidationList"].get("Items", ())}

    def _paths(self, invalidations: set[str]) -> set[str]:
        found = (
            self._cloudfront.get_invalidation(DistributionId=self.distribution, Id=invalidation)
            for invalidation in invalidations
        )
        batches = (answer["Invalidation"]["InvalidationBatch"] for answer in found)
        return {path for batch in batches for path in batch["Paths"]["Items"]}


class Guarded:
    """A client that calls `refusing` with each method's name first."""

    def __init__(self, client: Any, refusing: Callable[[str], None]) -> None:
        self._client = client
        self._refusing = refusing

    def __getattr__(self, name: str) -> Any:
        self._refusing(name)
        return getattr(self._client, name)


def kill_at(method: str) -> Callable[[str], None]:
    def refuse(name: str) -> None:
        if name == method:
            raise Killed

    return refuse


def throttle(name: str) -> None:
    if name == "create_invalidation":
        error = {"Code": "TooManyInvalidationsInProgress", "Message": "Too many."}
        raise ClientError({"Error": error}, "CreateInvalidation")  # type: ignore[arg-type]


@pytest.fixture
def stage(world: World) -> Stage:
    """A stage whose page has two files."""
    stage = Stage(world)
    stage.update(INDEX, OLD)
    return stage


def test_an_update_invalidates_what_it_changes(stage: Stage) -> None:
    assert stage.update(INDEX, NEW) == {"/app.js"}
    assert stage.update(INDEX, NEW) == set()
    assert stage.keys() == {"index.html", "app.js"}


@pytest.mark.parametrize("method", ["delete_object", "create_invalidation"])
def test_an_interrupted_update_is_invalidated_by_the_next(stage: Stage, method: str) -> None:
    with pytest.raises(Killed):
        stage.update(NEW, refusing=kill_at(method))
    stage.erase_image()
    assert stage.update(NEW) == {"/app.js", "/index.html", "/"}


def test_an_update_that_cloudfront_refused_is_invalidated_by_the_next(stage: Stage) -> None:
    with pytest.raises(CloudError):
        stage.update(INDEX, NEW, refusing=throttle)
    assert stage.update(INDEX, NEW) == {"/app.js"}


def test_two_interrupted_updates_are_invalidated_by_the_next(stage: Stage) -> None:
    for files in ((INDEX, NEW), (NEW,)):
        with pytest.raises(Killed):
            stage.update(*files, refusing=kill_at("create_invalidation"))
    assert stage.update(NEW) == {"/app.js", "/index.html", "/"}
