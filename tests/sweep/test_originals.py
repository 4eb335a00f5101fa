"""The scan of the uploads bucket."""

import pytest

from chalicelib.model.image import Status
from chalicelib.model.keys import derived_image_id, manifest_key
from chalicelib.ports.clock import TimeLeft
from chalicelib.sweep import Report
from tests.builders import caller
from tests.pictures import jpeg
from tests.sweep.conftest import IMAGES, UPLOADS, Harness, changed_variants

KEY = "photos/cat.jpg"


def test_an_object_without_an_image_becomes_one(harness: Harness) -> None:
    harness.put(KEY)
    harness.wait(hours=1)
    assert harness.sweep().lost_events == 1
    assert harness.image(derived_image_id(UPLOADS, KEY)).status is Status.READY


def test_a_folder_marker_is_not_an_image(harness: Harness) -> None:
    harness.objects.write(UPLOADS, "photos/", b"", content_type="", cache_control="")
    harness.wait(hours=1)
    assert harness.sweep().lost_events == 0


def test_a_recent_object_is_left_to_its_event(harness: Harness) -> None:
    harness.put(KEY)
    harness.wait(minutes=10)
    assert harness.sweep().lost_events == 0


def test_an_object_that_was_overwritten_unnoticed_is_processed(harness: Harness) -> None:
    before = harness.ready(KEY)
    harness.put(KEY, jpeg(seed=7))
    harness.wait(hours=1)
    assert harness.sweep().lost_events == 1
    assert harness.image(before.id).sha256 != before.sha256


def test_a_removed_object_that_was_restored_is_an_image_again(harness: Harness) -> None:
    image = harness.ready(KEY)
    harness.objects.erase(UPLOADS, KEY)
    harness.wiring.deleter.original_missed(image)
    harness.put(KEY)
    harness.wait(hours=1)
    harness.sweep()
    assert harness.image(image.id).status is Status.READY


def test_a_file_uploaded_after_its_image_was_deleted_is_deleted_too(harness: Harness) -> None:
    ticket = harness.ticket()
    key = ticket.fields["key"]
    harness.ready(key)
    harness.wiring.library.delete(ticket.image_id, caller())
    harness.put(key)
    harness.wait(hours=1)
    assert harness.sweep().unfinished_deletions == 1
    assert not harness.objects.exists(UPLOADS, key)
    assert harness.image(ticket.image_id).status is Status.DELETED


def test_only_what_older_rules_have_made_is_rendered_again(harness: Harness) -> None:
    before = harness.ready(KEY, jpeg(1600, 1200))
    changed_variants(harness)
    harness.wait(hours=1)
    assert harness.sweep().outdated == 1
    after = harness.image(before.id)
    same = [r for r in before.renditions if r in after.renditions]
    assert [r.variant for r in same] == ["1080p", "720p", "thumbnail"]
    assert [r.width for r in after.renditions if r.variant == "mobile"] == [320]


def test_a_sound_image_is_left_alone(harness: Harness) -> None:
    image = harness.ready(KEY)
    harness.wait(hours=1)
    report = harness.sweep()
    assert (report.repairs, report.complete) == (0, True)
    assert harness.image(image.id) == image


def test_a_missing_manifest_is_written_again(harness: Harness) -> None:
    image = harness.ready(KEY)
    manifest = harness.objects.read(IMAGES, manifest_key(image.id), 10**9).data
    harness.objects.erase(IMAGES, manifest_key(image.id))
    harness.wait(hours=1)
    assert harness.sweep().incomplete >= 1
    assert harness.objects.exists(IMAGES, manifest_key(image.id))
    assert len(manifest) > 0


def test_an_object_under_the_key_of_somebody_elses_ticket_is_an_image_of_its_own(
    harness: Harness,
) -> None:
    ticket = harness.ticket()
    forged = f"uploads/everyone/{ticket.image_id}/other.jpg"
    harness.put(forged)
    harness.wait(hours=1)
    harness.sweep()
    assert harness.image(derived_image_id(UPLOADS, forged)).status is Status.READY


def test_an_object_stored_after_an_interrupted_deletion_is_an_image(harness: Harness) -> None:
    image = harness.ready(KEY)
    harness.interrupt_erasure(image)
    harness.wait(seconds=1)
    harness.put(KEY, jpeg(seed=7))
    harness.wait(hours=1)
    harness.sweep()
    harness.wait(hours=1)
    harness.sweep()
    assert harness.image(image.id).status is Status.READY


def test_a_file_that_was_too_large_is_processed_only_once(harness: Harness) -> None:
    harness.ready(KEY)
    harness.put(KEY, b"x" * 5_000_001)
    harness.process(KEY, "A2")
    harness.wait(hours=1)
    assert harness.sweep().repairs == 0


@pytest.mark.parametrize(("objects", "runs"), [(1, 1), (2, 2), (7, 4)])
def test_a_run_continues_where_the_previous_one_stopped(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, objects: int, runs: int
) -> None:
    monkeypatch.setattr("chalicelib.sweep.originals._PAGE", 2)
    for number in range(objects):
        harness.put(f"photos/{number}.jpg", b"x")
    harness.wait(hours=1)
    bucket_scan = harness.wiring.sweeper._originals
    ends = [bucket_scan.run(Report(), one_page(), at_once=False) for _ in range(runs)]
    assert ends == [False] * (runs - 1) + [True]
    assert len(set(harness.work.bodies)) == len(harness.work.bodies) == objects


def one_page() -> TimeLeft:
    """Time that is up after the first page."""
    seconds = iter([1.0])
    return lambda: next(seconds, 0.0)
