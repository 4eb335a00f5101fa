"""What was given up, taken up again."""

import json
from datetime import timedelta

import pytest

from chalicelib.records import Status
from chalicelib.wiring import Wiring
from chalicelib.work import Again
from ops.upkeep import lost
from ops.upkeep.lost import find_lost, taken_up
from tests.builders import NOON, image, s3_record
from tests.upkeep.stores import known

EVENT = json.dumps({"Records": [s3_record("cat.jpg")]})
REQUEST = '{"image_id":"01","revision":1,"only_missing":true,"cause":"the sweep"}'


@pytest.mark.parametrize(
    ("event", "only_missing"), [(EVENT, False), (REQUEST, True), (None, False)]
)
def test_what_was_lost_is_asked_for_as_it_was(event: str | None, only_missing: bool) -> None:
    failed = image(status=Status.FAILED, lost_event=event, revision=4)
    assert taken_up(failed) == Again(
        image_id=failed.id, revision=4, only_missing=only_missing, cause="redrive"
    )


def test_all_failed_images_are_found_page_by_page(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost, "_PAGE", 2)
    for number in range(5):
        at = NOON + timedelta(minutes=number)
        known(wiring, f"{number}", Status.FAILED, updated_at=at)
    known(wiring, "ready")
    found = [one.original_file for one in find_lost(wiring.table, wiring.clock)]
    assert found == ["0", "1", "2", "3", "4"]
