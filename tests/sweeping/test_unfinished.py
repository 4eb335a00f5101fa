"""What becomes of images that nothing brings on."""

from collections.abc import Collection

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from chalicelib.deadlines import endless
from chalicelib.errors import PassingFault
from chalicelib.failures import Failure
from chalicelib.processing import NO_WISH
from chalicelib.records import Image, ObjectVersion, Status
from chalicelib.stopwatch import Stopwatch
from tests.sweeping.conftest import UPLOADS, House


def stuck(house: House) -> Image:
    """An image whose worker died after it had begun."""
    done = house.ready()
    version = ObjectVersion(bucket=UPLOADS, key=done.original_file, sequencer="A2")
    begun = house.wiring.processor._begin(
        done.id, version, NO_WISH, forced=False, focal_point=UNSET
    )
    assert begun is not None
    return begun


def failed(house: House) -> Image:
    house.put("photos/cat.jpg")
    version = ObjectVersion(bucket=UPLOADS, key="photos/cat.jpg", sequencer="A1")
    house.wiring.failures.record(Failure(cause="Too slow.", event="{}", versions=(version,)))
    return house.image(house.wiring.processor.identify(version))


def test_a_ticket_that_nobody_used_expires(house: House) -> None:
    ticket = house.ticket()
    house.wait(hours=1)
    assert house.sweep().expired == 1
    assert house.image(ticket.image_id).status is Status.EXPIRED


def test_a_ticket_that_may_still_be_used_stays(house: House) -> None:
    ticket = house.ticket()
    house.wait(minutes=16)
    house.sweep()
    assert house.image(ticket.image_id).status is Status.PENDING


def test_an_upload_of_which_no_event_told_is_processed(house: House) -> None:
    ticket = house.ticket()
    house.put(ticket.fields["key"])
    house.wait(hours=1)
    assert house.sweep().lost_events >= 1
    assert house.image(ticket.image_id).status is Status.READY


def test_a_file_that_comes_after_its_ticket_expired_is_welcome(house: House) -> None:
    ticket = house.ticket()
    house.wait(hours=1)
    house.sweep()
    house.put(ticket.fields["key"])
    house.wait(hours=1)
    house.sweep()
    assert house.image(ticket.image_id).status is Status.READY


def test_an_image_whose_worker_died_is_processed_again(house: House) -> None:
    image = stuck(house)
    house.wait(hours=1)
    assert house.sweep().stuck == 1
    assert house.image(image.id).status is Status.READY


def test_an_image_that_may_still_be_in_work_is_left_alone(house: House) -> None:
    image = stuck(house)
    house.wait(minutes=10)
    assert house.sweep().stuck == 0
    assert house.image(image.id) == image


def test_a_request_whose_message_was_lost_is_made_again(house: House) -> None:
    image = house.ready()
    house.wiring.library.reprocess(image.id, image.owner)
    house.work.bodies.clear()
    house.wait(hours=1)
    assert house.sweep().stuck == 1
    assert house.events(image.id)[-3:] == ["asked", "processing", "ready"]


def test_a_request_that_was_done_is_not_made_again(house: House) -> None:
    image = house.ready()
    house.wiring.library.reprocess(image.id, image.owner)
    house.sweep()
    house.wait(hours=1)
    assert house.sweep().stuck == 0


def test_a_request_in_the_middle_of_a_processing_is_still_to_be_done(house: House) -> None:
    begun = stuck(house)
    house.wiring.library.reprocess(begun.id, begun.owner)
    done = replace(begun, status=Status.READY)
    assert house.wiring.processor._finish(begun, done, Stopwatch(endless)) is not None
    assert house.image(begun.id).asked


def test_a_failed_image_waits_for_people(house: House) -> None:
    image = failed(house)
    house.wait(hours=1)
    assert house.sweep().repairs == 0
    assert house.image(image.id) == image


def test_a_failed_image_whose_original_is_gone_goes_too(house: House) -> None:
    image = failed(house)
    house.objects.erase(UPLOADS, image.original_file)
    house.wait(hours=1)
    assert house.sweep().gone == 1
    assert house.image(image.id).status is Status.DELETED


def test_an_erasure_that_was_interrupted_is_finished(house: House) -> None:
    image = house.ready()
    house.interrupt_erasure(image)
    house.wait(hours=1)
    assert house.sweep().unerased == 1
    assert house.files() == []
    assert not house.objects.exists(UPLOADS, image.original_file)
    assert house.events(image.id)[-2:] == ["erasing", "erased"]


def test_a_busy_cdn_leaves_an_erasure_to_a_later_run(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = house.ready()
    monkeypatch.setattr(house.wiring, "cdn", BusyCdn())
    receipt = house.wiring.library.delete(image.id, image.owner)
    assert not receipt.verified
    assert house.image(image.id).is_unfinished


class BusyCdn:
    """The Cdn that takes no more orders."""

    def forget(self, _image_id: str, _files: Collection[str]) -> str | None:
        raise PassingFault("CloudFront cannot answer right now.")


def test_the_cdn_is_told_of_files_that_an_interrupted_erasure_has_erased(house: House) -> None:
    image = house.ready()
    house.interrupt_erasure(image)
    for key in house.files():
        house.objects.erase("test-images", key)
    house.wait(hours=1)
    house.sweep()
    expected = sorted([*image.processed_files, f"{image.id}/manifest.json"])
    assert house.cdn.forgotten == [(image.id, expected)]
