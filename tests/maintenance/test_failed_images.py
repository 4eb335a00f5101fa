"""Failed images, and requests to process them again."""

import json
from datetime import timedelta

import pytest

from chalicelib.model.image import Status
from chalicelib.model.requests import ReprocessRequest
from chalicelib.wiring import Wiring
from ops.maintenance import failed_images
from ops.maintenance.failed_images import find_failed, retry_request
from tests.builders import NOON, image, s3_record
from tests.maintenance.stores import put_image

EVENT = json.dumps({"Records": [s3_record("cat.jpg")]})
REQUEST = '{"image_id":"01","revision":1,"only_missing":true,"cause":"the sweep"}'


@pytest.mark.parametrize(
    ("event", "only_missing"), [(EVENT, False), (REQUEST, True), (None, False)]
)
def test_a_lost_request_is_repeated_with_its_options(event: str | None, only_missing: bool) -> None:
    failed = image(status=Status.FAILED, lost_event=event, revision=4)
    assert retry_request(failed) == ReprocessRequest(
        image_id=failed.id, revision=4, only_missing=only_missing, cause="redrive"
    )


def test_all_failed_images_are_found_page_by_page(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failed_images, "_PAGE", 2)
    for number in range(5):
        at = NOON + timedelta(minutes=number)
        put_image(wiring, f"{number}", Status.FAILED, updated_at=at)
    put_image(wiring, "ready")
    found = [failed.original_file for failed in find_failed(wiring.index)]
    assert found == ["0", "1", "2", "3", "4"]
