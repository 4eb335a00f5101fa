"""Requests of reprocessing."""

from collections import Counter
from typing import Any

import pytest

from chalicelib.model.focal_point import FocalPoint, SuggestedFocalPoint
from chalicelib.model.image import Status
from chalicelib.model.provenance import Provenance
from chalicelib.model.requests import ReprocessRequest
from chalicelib.wiring import Wiring
from ops.maintenance.reprocessing import FINISHED, Reprocessing
from ops.terminal import bar
from tests.builders import image
from tests.fakes.others import MemoryQueue
from tests.maintenance.stores import put, put_image, requests_in, worker_pool

OLD = {"1080p": "0" * 16}
SUGGESTED = SuggestedFocalPoint(x=0.4, y=0.3, source="saliency")


def reprocess(
    wiring: Wiring, statuses: frozenset[Status] = FINISHED, **options: Any
) -> Counter[str]:
    defaults = {"only_missing": False, "dry_run": False}
    with worker_pool() as made, bar("", quiet=True) as shown:
        run = Reprocessing(wiring, made, **(defaults | options))
        assert run.scan(statuses, shown)
        return run.tally


@pytest.fixture
def rules(wiring: Wiring) -> dict[str, str]:
    """The rules of the current variants table."""
    return wiring.renderer.rules(put_image(wiring, "rules.jpg", suggested_focal_point=SUGGESTED))


def test_every_image_with_an_original_is_requested(wiring: Wiring, queue: MemoryQueue) -> None:
    statuses = ("ready", "rejected", "failed", "processing", "deleted")
    put(wiring.settings.uploads_bucket, "unknown", *statuses)
    images = {status: put_image(wiring, status, Status(status)) for status in statuses}
    tally = reprocess(wiring)
    expected = {
        ReprocessRequest(image_id=images[s].id, revision=images[s].revision, cause="reprocess")
        for s in ("ready", "rejected", "failed")
    }
    assert set(requests_in(queue)) == expected
    assert tally == {"asked_for": 3, "other": 3}


def test_only_images_with_the_status_are_requested(wiring: Wiring, queue: MemoryQueue) -> None:
    put(wiring.settings.uploads_bucket, "a", "b")
    failed = put_image(wiring, "a", Status.FAILED)
    put_image(wiring, "b")
    reprocess(wiring, frozenset({Status.FAILED}))
    assert [request.image_id for request in requests_in(queue)] == [failed.id]


def test_missing_renditions_of_images_made_by_older_rules_are_requested(
    wiring: Wiring, queue: MemoryQueue, rules: dict[str, str]
) -> None:
    put(wiring.settings.uploads_bucket, "old", "present", "unknown rules")
    images = [put_image(wiring, "old", rules={**rules, **OLD}), put_image(wiring, "unknown rules")]
    complete = {"provenance": Provenance(), "suggested_focal_point": SUGGESTED}
    put_image(wiring, "present", rules=rules, **complete)
    tally = reprocess(wiring, only_missing=True)
    assert {(request.image_id, request.only_missing) for request in requests_in(queue)} == {
        (image.id, True) for image in images
    }
    assert tally == {"asked_for": 2, "unchanged": 1}


def test_an_image_whose_provenance_was_never_read_is_requested(
    wiring: Wiring, queue: MemoryQueue, rules: dict[str, str]
) -> None:
    put(wiring.settings.uploads_bucket, "old")
    put_image(wiring, "old", rules=rules)
    reprocess(wiring, only_missing=True)
    assert len(queue.bodies) == 1


def test_an_image_with_a_removed_variant_is_requested(
    wiring: Wiring, queue: MemoryQueue, rules: dict[str, str]
) -> None:
    put(wiring.settings.uploads_bucket, "old")
    put_image(wiring, "old", rules={**rules, "gone": "0" * 16}, provenance=Provenance())
    reprocess(wiring, only_missing=True)
    assert len(queue.bodies) == 1


def test_an_image_without_a_focal_point_of_any_kind_is_requested(
    wiring: Wiring, queue: MemoryQueue
) -> None:
    put(wiring.settings.uploads_bucket, "old", "chosen")
    point = FocalPoint(x=0.1, y=0.2)
    old = put_image(wiring, "old", rules=wiring.renderer.rules(image()))
    chosen = wiring.renderer.rules(image(focal_point=point))
    put_image(wiring, "chosen", focal_point=point, rules=chosen, provenance=Provenance())
    reprocess(wiring, only_missing=True)
    assert [request.image_id for request in requests_in(queue)] == [old.id]


@pytest.mark.parametrize("status", [Status.REJECTED, Status.FAILED])
def test_an_image_without_renditions_has_no_missing_ones(
    wiring: Wiring, queue: MemoryQueue, status: Status
) -> None:
    put(wiring.settings.uploads_bucket, "a")
    put_image(wiring, "a", status)
    reprocess(wiring, only_missing=True)
    assert queue.bodies == []


def test_a_dry_run_requests_nothing(wiring: Wiring, queue: MemoryQueue) -> None:
    put(wiring.settings.uploads_bucket, "a")
    put_image(wiring, "a")
    assert reprocess(wiring, dry_run=True)["asked_for"] == 1
    assert queue.bodies == []
