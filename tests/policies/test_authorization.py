"""The tests' own policy evaluation."""

import pytest

from ops.iam.statements import Statement, delete_checksums
from tests.policies.authorization import Call, Demand, allows, demands
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
    assert allows(BELOW, Demand(action, f"{UPLOADS}/{key}")) is allowed


def test_a_call_for_a_version_needs_the_action_for_versions() -> None:
    made = call("DeleteObject", Bucket=ENFORCED.uploads_bucket, Key="a", VersionId="null")
    assert demands(made, ENFORCED) == [Demand("s3:DeleteObjectVersion", f"{UPLOADS}/a")]


def test_a_404_for_an_object_needs_the_permission_to_list() -> None:
    made = call("HeadObject", 404, Bucket=ENFORCED.uploads_bucket, Key="a")
    assert demands(made, ENFORCED) == [
        Demand("s3:GetObject", f"{UPLOADS}/a"),
        Demand("s3:ListBucket", UPLOADS),
    ]


def test_a_query_of_an_index_needs_permission_on_the_index() -> None:
    made = call("Query", TableName=ENFORCED.images_table, IndexName="by_owner")
    assert demands(made, ENFORCED) == [Demand("dynamodb:Query", ENFORCED.index("by_owner"))]


@pytest.mark.parametrize(("key", "allowed"), [("sha256#everyone#aa", True), ("01KQHV", False)])
def test_a_statement_for_some_hash_keys_allows_no_others(key: str, allowed: bool) -> None:
    demand = Demand("dynamodb:DeleteItem", ENFORCED.table(), key)
    assert allows(delete_checksums(ENFORCED), demand) is allowed


def test_a_call_to_dynamodb_names_its_items_hash_key() -> None:
    key = {"id": {"S": "sha256#everyone#aa"}, "entry": {"S": "image"}}
    made = Call(
        "sweep", "dynamodb", "DeleteItem", {"TableName": "darkroom-test-images", "Key": key}, 200
    )
    assert [d.leading_key for d in demands(made, ENFORCED)] == ["sha256#everyone#aa"]
