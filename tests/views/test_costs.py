"""What an image costs."""

import pytest

from chalicelib.aws import items
from chalicelib.model.image import Placeholder, Rendition, Status
from chalicelib.views import costs
from chalicelib.views.costs import GB, estimate, keeping, prices, record_bytes
from tests.builders import ULID, image


def test_a_longer_processing_costs_more() -> None:
    assert estimate(400, 1769, 4) > estimate(300, 1769, 4)


def test_a_million_ordinary_photos_cost_tens_of_dollars() -> None:
    assert 10 < 1_000_000 * estimate(300, 1769, 4) < 100


def test_every_millisecond_costs_its_share_of_the_functions_memory() -> None:
    second = estimate(1_500, 1024, 4) - estimate(500, 1024, 4)
    assert second == pytest.approx(prices().lambda_gb_second, abs=2e-9)


def test_processing_costs_a_call_its_objects_its_rows_and_its_log() -> None:
    price = prices()
    objects = price.s3_get + 9 * price.s3_put  # renditions, their stable copies, the manifest
    rows = 34 * price.dynamodb_write_unit + 4 * price.dynamodb_read_unit
    log = costs.LOG_BYTES / GB * price.logs_gb
    assert estimate(0, 1769, 4) == pytest.approx(
        price.lambda_request + objects + rows + log, abs=1e-9
    )


def test_storing_a_gigabyte_costs_its_monthly_price() -> None:
    assert keeping(GB) == prices().s3_gb_month[0][1]


@pytest.mark.parametrize("files", [0, 1, 4, 8])
def test_a_record_is_about_as_large_as_estimated(files: int) -> None:
    rendition = Rendition(
        variant="1080p",
        format="webp",
        width=1920,
        height=1440,
        bytes=135_118,
        key=f"{ULID}/{'0' * 16}/1080p.webp",
    )
    ready = image(
        status=Status.READY,
        content_type="image/jpeg",
        width=4272,
        height=2848,
        bytes=1_109_778,
        sha256="0" * 64,
        placeholder=Placeholder(color="#a0b0c0", data_uri="x" * 180),
        renditions=(rendition,) * files,
        milliseconds=442,
        cost_usd_estimate=0.000051234,
        sequencer="0" * 18,
        etag="0" * 32,
    )
    assert _size_of_row(items.record_item(ready)) == pytest.approx(record_bytes(files), rel=0.15)


def _size_of_row(item: items.Item) -> int:
    return sum(len(name) + _size(value) for name, value in item.items())


def _size(value: items.Item) -> int:
    """According to "DynamoDB item sizes and formats" in the developer guide."""
    ((kind, held),) = value.items()
    match kind:
        case "S":
            return len(held.encode())
        case "N":
            return len(held.strip("-").replace(".", "")) // 2 + 2
        case "L":
            return 3 + sum(1 + _size(element) for element in held)
        case "M":
            return 3 + sum(1 + len(name) + _size(element) for name, element in held.items())
    return 1
