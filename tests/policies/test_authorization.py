"""The tests' own judge of policies."""

import pytest

from ops.permissions.statements import Statement
from tests.policies.authorization import Call, allows, demands
from tests.policies.stages import ENFORCED

UPLOADS = f"arn:aws:s3:::{ENFORCED.uploads_bucket}"
BELOW = Statement("Below", "", ("s3:GetObject",), (f"{UPLOADS}/uploads/*",))


def call(operation: str, status: int = 200, **resource: str) -> Call:
    service = "dynamodb" if "TableName" in resource else "s3"
    return Call("api_handler", service, operation, resource, status)


@pytest.mark.parametrize(
    ("action", "key", "allowed"),
    [
        ("s3:GetObject", "uploads/a/b.jpg", True),
        ("s3:GetObject", "copied/uploads/b.jpg", False),
        ("s3:GetObject", "uploads", False),
        ("s3:GetObjectVersion", "uploads/a/b.jpg", False),
    ],
)
def test_a_statement_allows_its_actions_below_its_prefix(
    action: str, key: str, allowed: bool
) -> None:
    assert allows(BELOW, (action, f"{UPLOADS}/{key}")) is allowed


def test_a_call_for_a_version_asks_for_the_right_to_versions() -> None:
    asked = call("DeleteObject", Bucket=ENFORCED.uploads_bucket, Key="a", VersionId="null")
    assert demands(asked, ENFORCED) == [("s3:DeleteObjectVersion", f"{UPLOADS}/a")]


def test_an_answer_that_an_object_is_missing_asks_for_the_right_to_list() -> None:
    asked = call("HeadObject", 404, Bucket=ENFORCED.uploads_bucket, Key="a")
    assert demands(asked, ENFORCED) == [
        ("s3:GetObject", f"{UPLOADS}/a"),
        ("s3:ListBucket", UPLOADS),
    ]


def test_a_query_of_an_index_asks_for_the_index() -> None:
    asked = call("Query", TableName=ENFORCED.images_table, IndexName="by_owner")
    assert demands(asked, ENFORCED) == [("dynamodb:Query", ENFORCED.index("by_owner"))]
