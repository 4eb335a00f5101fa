"""The scan of the images bucket."""

from datetime import timedelta

import pytest

from chalicelib.model import delivery
from chalicelib.model.delivery import StableFile, WidthFile
from chalicelib.model.image import Image, Status
from chalicelib.model.keys import derived_image_id, manifest_key
from chalicelib.ports.clock import no_deadline
from chalicelib.views.manifests import read_manifest
from tests.builders import caller
from tests.pictures import jpeg
from tests.sweep.conftest import IMAGES, UPLOADS, Harness

KEY = "photos/cat.jpg"
UNKNOWN = derived_image_id(UPLOADS, "unknown")


def test_a_missing_rendition_is_rendered_again(harness: Harness) -> None:
    image = harness.ready(KEY)
    missing = image.processed_files[1]
    harness.objects.erase(IMAGES, missing)
    harness.wait(hours=1)
    assert harness.sweep().incomplete == 1
    assert harness.objects.exists(IMAGES, missing)
    assert harness.image(image.id).renditions == image.renditions


def test_an_older_manifest_that_a_killed_worker_left_is_rewritten(
    harness: Harness,
) -> None:
    manifest = manifest_key(harness.ready(KEY).id)
    older = harness.objects.read(IMAGES, manifest, 10**9).data
    harness.put(KEY, jpeg(seed=7))
    newer = harness.process(KEY, "A2")
    harness.put(manifest, older, IMAGES)
    harness.wait(hours=1)
    assert harness.sweep().incomplete == 1
    read, _ = read_manifest(harness.objects.read(IMAGES, manifest, 10**9))
    assert (read.sha256, read.renditions) == (newer.sha256, newer.renditions)


def test_replaced_renditions_are_kept_as_long_as_pages_may_show_them(harness: Harness) -> None:
    before = harness.ready(KEY)
    harness.wait(days=30)
    harness.put(KEY, jpeg(seed=7))
    harness.process(KEY, "A2")
    harness.wait(days=6)
    harness.sweep()
    assert set(before.processed_files) <= set(harness.files())


def test_replaced_renditions_are_deleted_after_a_week(harness: Harness) -> None:
    harness.ready(KEY)
    harness.put(KEY, jpeg(seed=7))
    after = harness.process(KEY, "A2")
    harness.wait(days=8)
    assert harness.sweep().orphans == 4
    assert set(harness.files()) == {
        *after.processed_files,
        *harness.wiring.published_files.expected(after),
        manifest_key(after.id),
    }


def test_files_without_a_record_are_deleted_after_a_week(harness: Harness) -> None:
    harness.put(f"{UNKNOWN}/0123456789abcdef/mobile.webp", b"x", IMAGES)
    harness.wait(days=8)
    assert harness.sweep().orphans == 1
    assert harness.files() == []


def test_nothing_is_deleted_beside_a_manifest_without_a_record(harness: Harness) -> None:
    harness.put(f"{UNKNOWN}/0123456789abcdef/mobile.webp", b"x", IMAGES)
    harness.put(manifest_key(UNKNOWN), b"{}", IMAGES)
    harness.wait(days=8)
    assert harness.sweep().unknown == 1
    assert len(harness.files()) == 2


def test_watermarks_are_not_deleted(harness: Harness) -> None:
    harness.put("watermarks/mark.png", b"x", IMAGES)
    harness.wait(days=8)
    harness.sweep()
    assert harness.files() == ["watermarks/mark.png"]


def test_an_image_whose_original_is_gone_is_deleted(harness: Harness) -> None:
    image = harness.ready(KEY)
    harness.objects.erase(UPLOADS, KEY)
    harness.wait(hours=1)
    assert harness.sweep().gone == 1
    assert (harness.image(image.id).status, harness.files()) == (Status.DELETED, [])


def test_a_file_that_a_slow_worker_stored_for_a_deleted_image_is_deleted(harness: Harness) -> None:
    image = harness.ready(KEY)
    harness.wiring.library.delete(image.id, caller(image.owner))
    harness.wait(seconds=10)
    harness.put(image.processed_files[0], b"x", IMAGES)
    harness.wait(hours=1)
    assert harness.sweep().unfinished_deletions == 1
    assert harness.files() == []


def test_a_rejected_image_keeps_its_manifest(harness: Harness) -> None:
    image = harness.ready(KEY, b"no picture")
    harness.wait(days=8)
    assert harness.sweep().repairs == 0
    assert harness.files() == [manifest_key(image.id)]


@pytest.mark.parametrize("page", [2, 3, 5, 6, 100])
def test_no_image_is_split_by_a_page(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr("chalicelib.sweep.renditions._PAGE", page)
    for number in range(3):
        harness.ready(f"photos/{number}.jpg", jpeg(16, 16, seed=number))
    harness.wait(days=8)
    assert harness.sweep().repairs == 0


def test_a_sweep_without_a_deadline_checks_everything(harness: Harness) -> None:
    harness.put(KEY)
    harness.wait(hours=1)
    report = harness.wiring.sweeper.run(no_deadline)
    assert (report.lost_events, report.complete) == (1, True)


def stable_key(harness: Harness, image: Image) -> str:
    return next(iter(harness.wiring.published_files.expected(image)))


def size_key(image: Image, generation: str) -> str:
    return delivery.file_key(image.id, WidthFile(320, generation, "webp"))


def test_a_missing_stable_file_is_published_again(harness: Harness) -> None:
    image = harness.ready(KEY)
    lost = stable_key(harness, image)
    harness.objects.erase(IMAGES, lost)
    harness.wait(hours=1)
    assert harness.sweep().unpublished == 1
    assert lost in harness.files()


def test_a_stable_file_that_shows_something_else_is_replaced(harness: Harness) -> None:
    image = harness.ready(KEY)
    stale = stable_key(harness, image)
    harness.put(stale, b"from a slower worker", IMAGES)
    harness.wait(hours=1)
    assert harness.sweep().unpublished == 1
    shown = harness.wiring.published_files.expected(image)[stale]
    assert harness.objects.kept[IMAGES, stale].data == harness.objects.kept[IMAGES, shown.key].data


def test_published_files_are_no_orphans(harness: Harness) -> None:
    image = harness.ready(KEY)
    kept = size_key(image, harness.wiring.renderer.generation)
    harness.put(kept, b"small", IMAGES)
    harness.wait(days=30)
    report = harness.sweep()
    assert (report.orphans, report.unpublished) == (0, 0)
    assert kept in harness.files()


def test_a_file_for_clients_without_modern_formats_is_kept(harness: Harness) -> None:
    image = harness.ready(KEY)
    rendered = delivery.file_key(image.id, StableFile("mobile", "jpg"))
    harness.wait(minutes=5)
    harness.put(rendered, b"a JPEG", IMAGES)
    harness.wait(days=30)
    assert harness.sweep().unpublished == 0
    assert rendered in harness.files()


def test_such_a_file_from_before_the_present_renditions_is_erased(harness: Harness) -> None:
    image = harness.ready(KEY)
    rendered = delivery.file_key(image.id, StableFile("mobile", "jpg"))
    harness.objects.clock = lambda: image.updated_at - timedelta(days=1)
    harness.put(rendered, b"a JPEG by former rules", IMAGES)
    harness.objects.clock = lambda: harness.now
    harness.wait(hours=1)
    assert harness.sweep().unpublished == 1
    assert rendered not in harness.files()


def test_sizes_by_former_rules_are_deleted_after_a_week(harness: Harness) -> None:
    image = harness.ready(KEY)
    former = size_key(image, "ffffffff")
    harness.put(former, b"small", IMAGES)
    harness.wait(days=6)
    harness.sweep()
    assert former in harness.files()
    harness.wait(days=2)
    assert harness.sweep().orphans == 1
    assert former not in harness.files()


def test_a_size_of_a_former_original_is_deleted_at_once(harness: Harness) -> None:
    image = harness.ready(KEY)
    harness.put(KEY, jpeg(seed=7))
    stale = size_key(image, harness.wiring.renderer.generation)
    harness.put(stale, b"small", IMAGES)
    modified = harness.objects.kept[IMAGES, stale]
    harness.wait(minutes=1)
    harness.process(KEY, "A2")
    harness.objects.kept[IMAGES, stale] = modified  # stored just before, by a call that then died
    harness.wait(hours=1)
    assert harness.sweep().unpublished == 1
    assert stale not in harness.files()


def test_the_sweep_publishes_images_of_earlier_versions(harness: Harness) -> None:
    image = harness.ready(KEY)
    for key in harness.wiring.published_files.expected(image):
        harness.objects.erase(IMAGES, key)
    harness.wait(hours=1)
    report = harness.sweep()
    assert (report.unpublished, report.incomplete, report.outdated) == (1, 0, 0)
    assert set(harness.wiring.published_files.expected(image)) <= set(harness.files())
