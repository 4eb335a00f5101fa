"""Templates as they are sent to CloudFormation."""

import re

import boto3

from ops.account import Account
from ops.deploy.templates import FOLDER, with_plain_names

ACCOUNT = Account(
    "123456789012", "eu-central-1", "aws", "arn:aws:iam::1:user/a", None, boto3.Session()
)


def sent(part: str) -> str:
    return with_plain_names((FOLDER / f"{part}.yaml").read_text(), ACCOUNT, "shop")


def test_kept_resources_have_literal_names_so_that_they_can_be_adopted() -> None:
    names = re.findall(r"^ +(?:BucketName|TableName): (.+)$", sent("stores"), re.MULTILINE)
    suffix = f"{ACCOUNT.id}-{ACCOUNT.region}"
    buckets = [f"darkroom-shop-{purpose}-{suffix}" for purpose in ("uploads", "images", "site")]
    assert names == [*buckets, "darkroom-shop-images"]


def test_nothing_else_of_a_template_is_changed() -> None:
    for part in ("delivery", "watch"):
        assert sent(part) == (FOLDER / f"{part}.yaml").read_text()
