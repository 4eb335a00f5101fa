"""Invalidation requests. There is no fake CloudFront: botocore's model checks the requests."""

from collections.abc import Iterator

import pytest
from botocore.stub import ANY, Stubber

from chalicelib.aws import clients
from chalicelib.aws.cdn import CloudFront
from chalicelib.errors import TransientError
from tests.aws.conftest import stubbed
from tests.builders import ULID


@pytest.fixture
def stubber(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    with stubbed(clients.cloudfront, monkeypatch) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


FILES = [f"{ULID}/0123456789abcdef/a b.webp", f"{ULID}/i/mobile.webp"]

MANY = [f"{ULID}/{number:016x}/mobile.webp" for number in range(1_500)]


def expect(stubber: Stubber, *paths: str) -> None:
    requested = {"Quantity": len(paths), "Items": list(paths)}
    created = {
        "Id": "I1",
        "Status": "InProgress",
        "CreateTime": 0,
        "InvalidationBatch": {"Paths": requested, "CallerReference": "x"},
    }
    stubber.add_response(
        "create_invalidation",
        {"Location": "x", "Invalidation": created},
        {
            "DistributionId": "E1",
            "InvalidationBatch": {"Paths": requested, "CallerReference": ANY},
        },
    )


def refuse(stubber: Stubber, code: str = "TooManyInvalidationsInProgress") -> None:
    stubber.add_client_error("create_invalidation", code, http_status_code=400)


def test_copies_are_invalidated_under_the_requested_path_and_under_the_rewritten_one(
    stubber: Stubber,
) -> None:
    expect(stubber, f"/images/{ULID}/*", f"/i/{ULID}*", f"/{ULID}/*")
    assert CloudFront("E1").forget(ULID, FILES) == "I1"


def test_each_file_is_a_path_if_no_more_wildcards_are_accepted(stubber: Stubber) -> None:
    refuse(stubber)
    expect(
        stubber,
        f"/i/{ULID}",
        f"/images/{ULID}/0123456789abcdef/a%20b.webp",
        f"/{ULID}/0123456789abcdef/a%20b.webp",
        f"/i/{ULID}/mobile",
        f"/i/{ULID}/mobile.webp",
        f"/i/{ULID}/i/mobile.webp",
        f"/{ULID}/i/mobile.webp",
    )
    assert CloudFront("E1").forget(ULID, FILES) == "I1"


@pytest.mark.parametrize("code", ["TooManyInvalidationsInProgress", "Throttling"])
@pytest.mark.parametrize(("files", "requests"), [([], 1), (FILES, 2), (MANY, 1)])
def test_too_many_invalidations_at_once_are_a_transient_error(
    stubber: Stubber, code: str, files: list[str], requests: int
) -> None:
    for _ in range(requests):
        refuse(stubber, code)
    with pytest.raises(TransientError):
        CloudFront("E1").forget(ULID, files)


@pytest.mark.usefixtures("stubber")
def test_without_a_distribution_nothing_is_requested() -> None:
    assert CloudFront("").forget(ULID, FILES) is None
