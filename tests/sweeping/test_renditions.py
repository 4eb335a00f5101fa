"""The walk through the images bucket."""

import pytest

from chalicelib.deadlines import endless
from chalicelib.keys import derived_image_id, manifest_key
from chalicelib.manifests import read_manifest
from chalicelib.records import Status
from tests.pictures import jpeg
from tests.sweeping.conftest import IMAGES, UPLOADS, House

KEY = "photos/cat.jpg"
STRANGER = derived_image_id(UPLOADS, "unknown")


def test_a_missing_rendition_is_made_again(house: House) -> None:
    image = house.ready(KEY)
    missing = image.processed_files[1]
    house.objects.erase(IMAGES, missing)
    house.wait(hours=1)
    assert house.sweep().incomplete == 1
    assert house.objects.exists(IMAGES, missing)
    assert house.image(image.id).renditions == image.renditions


def test_a_manifest_that_a_killed_worker_left_over_a_newer_one_is_written_anew(
    house: House,
) -> None:
    manifest = manifest_key(house.ready(KEY).id)
    older = house.objects.read(IMAGES, manifest, 10**9).data
    house.put(KEY, jpeg(seed=7))
    newer = house.process(KEY, "A2")
    house.put(manifest, older, IMAGES)
    house.wait(hours=1)
    assert house.sweep().incomplete == 1
    read, _ = read_manifest(house.objects.read(IMAGES, manifest, 10**9))
    assert (read.sha256, read.renditions) == (newer.sha256, newer.renditions)


def test_replaced_renditions_stay_as_long_as_pages_may_show_them(house: House) -> None:
    before = house.ready(KEY)
    house.wait(days=30)
    house.put(KEY, jpeg(seed=7))
    house.process(KEY, "A2")
    house.wait(days=6)
    house.sweep()
    assert set(before.processed_files) <= set(house.files())


def test_replaced_renditions_go_after_a_week(house: House) -> None:
    house.ready(KEY)
    house.put(KEY, jpeg(seed=7))
    after = house.process(KEY, "A2")
    house.wait(days=8)
    assert house.sweep().orphans == 4
    assert set(house.files()) == {*after.processed_files, manifest_key(after.id)}


def test_files_that_no_record_knows_go_after_a_week(house: House) -> None:
    house.put(f"{STRANGER}/0123456789abcdef/mobile.webp", b"x", IMAGES)
    house.wait(days=8)
    assert house.sweep().orphans == 1
    assert house.files() == []


def test_nothing_goes_beside_a_manifest_whose_record_is_lost(house: House) -> None:
    house.put(f"{STRANGER}/0123456789abcdef/mobile.webp", b"x", IMAGES)
    house.put(manifest_key(STRANGER), b"{}", IMAGES)
    house.wait(days=8)
    assert house.sweep().unknown == 1
    assert len(house.files()) == 2


def test_watermarks_are_nobodys_renditions(house: House) -> None:
    house.put("watermarks/mark.png", b"x", IMAGES)
    house.wait(days=8)
    house.sweep()
    assert house.files() == ["watermarks/mark.png"]


def test_an_image_whose_original_went_unnoticed_goes_too(house: House) -> None:
    image = house.ready(KEY)
    house.objects.erase(UPLOADS, KEY)
    house.wait(hours=1)
    assert house.sweep().gone == 1
    assert (house.image(image.id).status, house.files()) == (Status.DELETED, [])


def test_a_file_that_a_slow_worker_left_to_an_erased_image_goes(house: House) -> None:
    image = house.ready(KEY)
    house.wiring.library.delete(image.id, image.owner)
    house.wait(seconds=10)
    house.put(image.processed_files[0], b"x", IMAGES)
    house.wait(hours=1)
    assert house.sweep().unerased == 1
    assert house.files() == []


def test_a_rejected_image_keeps_its_manifest(house: House) -> None:
    image = house.ready(KEY, b"no picture")
    house.wait(days=8)
    assert house.sweep().repairs == 0
    assert house.files() == [manifest_key(image.id)]


@pytest.mark.parametrize("page", [2, 3, 5, 6, 100])
def test_no_image_is_cut_in_two_by_a_page(
    house: House, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr("chalicelib.sweeping.renditions._PAGE", page)
    for number in range(3):
        house.ready(f"photos/{number}.jpg", jpeg(16, 16, seed=number))
    house.wait(days=8)
    assert house.sweep().repairs == 0


def test_a_sweep_without_an_end_to_its_time_looks_at_everything(house: House) -> None:
    house.put(KEY)
    house.wait(hours=1)
    report = house.wiring.sweeper.run(endless)
    assert (report.lost_events, report.complete) == (1, True)
