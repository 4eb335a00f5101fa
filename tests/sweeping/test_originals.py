"""The walk through the uploads bucket."""

import pytest

from chalicelib.deadlines import TimeLeft
from chalicelib.keys import derived_image_id, manifest_key
from chalicelib.records import Status
from chalicelib.sweeping import Report
from tests.pictures import jpeg
from tests.sweeping.conftest import IMAGES, UPLOADS, House, changed_variants

KEY = "photos/cat.jpg"


def test_an_object_without_an_image_becomes_one(house: House) -> None:
    house.put(KEY)
    house.wait(hours=1)
    assert house.sweep().lost_events == 1
    assert house.image(derived_image_id(UPLOADS, KEY)).status is Status.READY


def test_an_object_that_has_just_come_is_left_to_its_event(house: House) -> None:
    house.put(KEY)
    house.wait(minutes=10)
    assert house.sweep().lost_events == 0


def test_an_object_that_was_overwritten_unnoticed_is_processed(house: House) -> None:
    before = house.ready(KEY)
    house.put(KEY, jpeg(seed=7))
    house.wait(hours=1)
    assert house.sweep().lost_events == 1
    assert house.image(before.id).sha256 != before.sha256


def test_a_removed_object_that_is_there_again_is_an_image_again(house: House) -> None:
    image = house.ready(KEY)
    house.objects.erase(UPLOADS, KEY)
    house.wiring.eraser.original_missed(image)
    house.put(KEY)
    house.wait(hours=1)
    house.sweep()
    assert house.image(image.id).status is Status.READY


def test_a_file_that_came_after_its_image_was_erased_goes(house: House) -> None:
    ticket = house.ticket()
    key = ticket.fields["key"]
    house.ready(key)
    house.wiring.library.delete(ticket.image_id, "everyone")
    house.put(key)
    house.wait(hours=1)
    assert house.sweep().unerased == 1
    assert not house.objects.exists(UPLOADS, key)
    assert house.image(ticket.image_id).status is Status.DELETED


def test_what_older_rules_have_made_is_made_anew_and_nothing_else(house: House) -> None:
    before = house.ready(KEY, jpeg(1600, 1200))
    changed_variants(house)
    house.wait(hours=1)
    assert house.sweep().outdated == 1
    after = house.image(before.id)
    same = [r for r in before.renditions if r in after.renditions]
    assert [r.variant for r in same] == ["1080p", "720p", "thumbnail"]
    assert [r.width for r in after.renditions if r.variant == "mobile"] == [320]


def test_what_is_as_it_should_be_is_left_alone(house: House) -> None:
    image = house.ready(KEY)
    house.wait(hours=1)
    report = house.sweep()
    assert (report.repairs, report.complete) == (0, True)
    assert house.image(image.id) == image


def test_a_missing_manifest_is_written_again(house: House) -> None:
    image = house.ready(KEY)
    manifest = house.objects.read(IMAGES, manifest_key(image.id), 10**9).data
    house.objects.erase(IMAGES, manifest_key(image.id))
    house.wait(hours=1)
    assert house.sweep().incomplete >= 1
    assert house.objects.exists(IMAGES, manifest_key(image.id))
    assert len(manifest) > 0


def test_an_object_under_the_key_of_somebody_elses_ticket_is_an_image_of_its_own(
    house: House,
) -> None:
    ticket = house.ticket()
    forged = f"uploads/everyone/{ticket.image_id}/other.jpg"
    house.put(forged)
    house.wait(hours=1)
    house.sweep()
    assert house.image(derived_image_id(UPLOADS, forged)).status is Status.READY


@pytest.mark.parametrize(("objects", "runs"), [(1, 1), (2, 2), (7, 4)])
def test_a_run_goes_on_where_the_one_before_has_stopped(
    house: House, monkeypatch: pytest.MonkeyPatch, objects: int, runs: int
) -> None:
    monkeypatch.setattr("chalicelib.sweeping.originals._PAGE", 2)
    for number in range(objects):
        house.put(f"photos/{number}.jpg", b"x")
    house.wait(hours=1)
    walk = house.wiring.sweeper._originals
    ends = [walk.run(Report(), one_page(), at_once=False) for _ in range(runs)]
    assert ends == [False] * (runs - 1) + [True]
    assert len(set(house.work.bodies)) == len(house.work.bodies) == objects


def one_page() -> TimeLeft:
    """Time that is up after the first page."""
    looks = iter([1.0])
    return lambda: next(looks, 0.0)
