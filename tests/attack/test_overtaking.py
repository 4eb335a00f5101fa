"""Another worker acts before any call of a worker: the end is what happened last."""

import pytest

from chalicelib.model.image import Status
from tests.attack.lambdas import Lambdas
from tests.attack.overtaking import (
    NEWEST,
    Other,
    at_every_call,
    describe,
    erase,
    overwrite,
    straddle,
)
from tests.attack.races import renditions_of
from tests.attack.runs import check_manifest
from tests.attack.scenes import Arrival, Change, Erasure, Overwrite, Removal, Scene, Upload


def shown(scene: Scene) -> tuple[Status, frozenset[str]]:
    """The record's status, and those of its renditions that exist."""
    record = scene.world.record(scene.image_id)
    assert record
    files = scene.world.files(scene.image_id)
    return record.status, frozenset(key for key in record.processed_files if key in files)


@pytest.mark.parametrize(
    ("scene", "other"),
    [(Arrival, overwrite), (Arrival, straddle), (Change, overwrite), (Removal, overwrite)],
)
def test_the_newest_content_is_ready_in_the_end(
    lambdas: Lambdas, scene: type[Scene], other: Other
) -> None:
    for played in at_every_call(lambdas, scene, other):
        assert played.flaws == []
        assert shown(played) == (Status.READY, renditions_of(played.image_id, NEWEST))


@pytest.mark.parametrize("other", [overwrite, straddle])
def test_one_of_two_uploads_with_a_ticket_is_ready_in_the_end(
    lambdas: Lambdas, other: Other
) -> None:
    for played in at_every_call(lambdas, Upload, other):
        assert played.flaws == []
        status, renditions = shown(played)
        assert status is Status.READY
        contents = (Upload.content, NEWEST)
        assert renditions in [renditions_of(played.image_id, content) for content in contents]


def is_unfinished(scene: Scene) -> bool:
    """Whether the next sweep will look for files of the image."""
    record = scene.world.record(scene.image_id)
    return record is not None and record.deletion.cleared_at is None


@pytest.mark.parametrize(
    ("scene", "other"), [(Upload, erase), (Change, erase), (Erasure, overwrite)]
)
def test_a_deleted_image_stays_deleted_and_a_late_workers_files_are_deleted_later(
    lambdas: Lambdas, scene: type[Scene], other: Other
) -> None:
    for played in at_every_call(lambdas, scene, other):
        assert played.flaws == []
        assert shown(played) == (Status.DELETED, frozenset())
        assert not played.world.files(played.image_id) or is_unfinished(played)
        played.function.request("DELETE", f"/images/{played.image_id}")
        assert played.world.files(played.image_id) == {}


@pytest.mark.parametrize(
    ("scene", "other"), [(Change, overwrite), (Change, straddle), (Overwrite, describe)]
)
def test_texts_are_kept_whatever_is_processed_meanwhile(
    lambdas: Lambdas, scene: type[Scene], other: Other
) -> None:
    for played in at_every_call(lambdas, scene, other):
        Change.check(played)  # type: ignore[arg-type]
        check_manifest(played)
        assert played.flaws == []
