"""What CloudFront is asked for. Nothing here stands for it: the request is checked by its model."""

from collections.abc import Iterator

import pytest
from botocore.stub import ANY, Stubber

from chalicelib.aws import clients
from chalicelib.aws.cdn import CloudFront
from chalicelib.errors import PassingFault
from tests.builders import ULID


@pytest.fixture
def stubber(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    clients.cloudfront.cache_clear()
    with Stubber(clients.cloudfront()) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()
    clients.cloudfront.cache_clear()


FILES = [f"{ULID}/0123456789abcdef/a b.webp", f"{ULID}/manifest.json"]


def expect(stubber: Stubber, *paths: str) -> None:
    asked = {"Quantity": len(paths), "Items": list(paths)}
    made = {
        "Id": "I1",
        "Status": "InProgress",
        "CreateTime": 0,
        "InvalidationBatch": {"Paths": asked, "CallerReference": "x"},
    }
    stubber.add_response(
        "create_invalidation",
        {"Location": "x", "Invalidation": made},
        {
            "DistributionId": "E1",
            "InvalidationBatch": {"Paths": asked, "CallerReference": ANY},
        },
    )


def refuse(stubber: Stubber) -> None:
    stubber.add_client_error("create_invalidation", "TooManyInvalidationsInProgress")


def test_all_copies_of_an_image_are_one_path(stubber: Stubber) -> None:
    expect(stubber, f"/images/{ULID}/*")
    assert CloudFront("E1").forget(ULID, FILES) == "I1"


def test_where_no_more_of_such_are_taken_each_file_is_a_path(stubber: Stubber) -> None:
    refuse(stubber)
    expect(stubber, f"/images/{ULID}/0123456789abcdef/a%20b.webp", f"/images/{ULID}/manifest.json")
    assert CloudFront("E1").forget(ULID, FILES) == "I1"


@pytest.mark.parametrize("files", [[], FILES])
def test_too_many_orders_at_once_are_a_passing_fault(stubber: Stubber, files: list[str]) -> None:
    for _ in range(2 if files else 1):
        refuse(stubber)
    with pytest.raises(PassingFault):
        CloudFront("E1").forget(ULID, files)


@pytest.mark.usefixtures("stubber")
def test_where_there_is_no_distribution_nothing_is_asked() -> None:
    assert CloudFront("").forget(ULID, FILES) is None
