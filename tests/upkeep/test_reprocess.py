"""What reprocessing asks for."""

from collections import Counter
from typing import Any

import pytest

from chalicelib.records import Status
from chalicelib.wiring import Wiring
from chalicelib.work import Again
from ops.upkeep.again import FINISHED, Reprocessing
from ops.upkeep.showing import bar
from tests.fakes.others import MemoryQueue
from tests.upkeep.stores import asked, crew, known, put

OLD = {"1080p": "0" * 16}


def walked(wiring: Wiring, statuses: frozenset[Status] = FINISHED, **options: Any) -> Counter[str]:
    wishes = {"only_missing": False, "dry_run": False, **options}
    with crew() as made, bar("", quiet=True) as shown:
        asking = Reprocessing(wiring, made, **wishes)
        assert asking.walk(statuses, shown)
        return asking.tally


@pytest.fixture
def rules(wiring: Wiring) -> dict[str, str]:
    """What the present variants table comes to."""
    return wiring.developer.rules(known(wiring, "rules.jpg"))


def test_every_image_with_an_original_is_asked_for(wiring: Wiring, queue: MemoryQueue) -> None:
    statuses = ("ready", "rejected", "failed", "processing", "deleted")
    put(wiring.settings.uploads_bucket, "unknown", *statuses)
    images = {status: known(wiring, status, Status(status)) for status in statuses}
    tally = walked(wiring)
    wishes = {
        Again(image_id=images[s].id, revision=images[s].revision, cause="reprocess")
        for s in ("ready", "rejected", "failed")
    }
    assert set(asked(queue)) == wishes
    assert tally == {"asked_for": 3, "other": 3}


def test_only_images_of_the_status_are_asked_for(wiring: Wiring, queue: MemoryQueue) -> None:
    put(wiring.settings.uploads_bucket, "a", "b")
    failed = known(wiring, "a", Status.FAILED)
    known(wiring, "b")
    walked(wiring, frozenset({Status.FAILED}))
    assert [wish.image_id for wish in asked(queue)] == [failed.id]


def test_images_made_by_older_rules_are_asked_for_what_is_missing(
    wiring: Wiring, queue: MemoryQueue, rules: dict[str, str]
) -> None:
    put(wiring.settings.uploads_bucket, "old", "present", "unknown rules")
    images = [known(wiring, "old", rules={**rules, **OLD}), known(wiring, "unknown rules")]
    known(wiring, "present", rules=rules)
    tally = walked(wiring, only_missing=True)
    assert {(wish.image_id, wish.only_missing) for wish in asked(queue)} == {
        (image.id, True) for image in images
    }
    assert tally == {"asked_for": 2, "unchanged": 1}


def test_a_variant_that_the_table_has_no_more_is_asked_to_go(
    wiring: Wiring, queue: MemoryQueue, rules: dict[str, str]
) -> None:
    put(wiring.settings.uploads_bucket, "old")
    known(wiring, "old", rules={**rules, "gone": "0" * 16})
    walked(wiring, only_missing=True)
    assert len(queue.bodies) == 1


@pytest.mark.parametrize("status", [Status.REJECTED, Status.FAILED])
def test_an_image_without_renditions_lacks_none(
    wiring: Wiring, queue: MemoryQueue, status: Status
) -> None:
    put(wiring.settings.uploads_bucket, "a")
    known(wiring, "a", status)
    walked(wiring, only_missing=True)
    assert queue.bodies == []


def test_a_dry_run_asks_for_nothing(wiring: Wiring, queue: MemoryQueue) -> None:
    put(wiring.settings.uploads_bucket, "a")
    known(wiring, "a")
    assert walked(wiring, dry_run=True)["asked_for"] == 1
    assert queue.bodies == []
