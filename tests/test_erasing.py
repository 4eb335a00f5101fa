"""What becomes of an image whose original goes."""

from typing import Any

import pytest

from chalicelib import tombstones
from chalicelib.records import Status
from chalicelib.wiring import Wiring, utc_now
from tests.builders import KEY, processed, put, renditions, version
from tests.pictures import jpeg


def test_an_event_that_comes_after_the_removal_changes_nothing(wiring: Wiring) -> None:
    done = processed(wiring, jpeg(), sequencer="A1")
    wiring.objects.erase("test-uploads", KEY)
    wiring.eraser.object_removed(version(KEY, "A3"))
    assert wiring.processor.process(version(KEY, "A2")) is None
    assert wiring.table.get(done.id).status is Status.DELETED  # type: ignore[union-attr]


def test_the_removal_of_an_object_erases_its_renditions(wiring: Wiring) -> None:
    processed(wiring, jpeg())
    wiring.objects.erase("test-uploads", KEY)
    receipt = wiring.eraser.object_removed(version(KEY, "A2"))
    assert receipt is not None
    assert (receipt.verified, renditions(wiring)) == (True, [])


def test_a_removal_before_an_overwrite_changes_nothing(wiring: Wiring) -> None:
    done = processed(wiring, jpeg(), sequencer="A3")
    assert wiring.eraser.object_removed(version(KEY, "A2")) is None
    assert wiring.table.get(done.id) == done


def test_a_living_image_is_no_unfinished_erasure(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    assert wiring.eraser.finish(done.id) is None
    assert wiring.table.get(done.id) == done


def test_an_upload_that_comes_between_tombstone_and_erasure_is_kept(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = processed(wiring, jpeg())
    wiring.objects.erase("test-uploads", KEY)
    entomb = wiring.eraser._entomb

    def slowly(*about: Any, **more: Any) -> None:
        entomb(*about, **more)
        now = utc_now() + tombstones.CLEARING
        put(wiring, jpeg(seed=7))
        monkeypatch.setattr(wiring.processor, "_clock", lambda: now)
        wiring.processor.process(version(KEY, "A3"))
        monkeypatch.setattr(wiring.eraser, "_is_unerased", lambda _: True)  # as it was read before

    monkeypatch.setattr(wiring.eraser, "_entomb", slowly)
    assert wiring.eraser.object_removed(version(KEY, "A2")) is None
    assert wiring.library.show(done.id, done.owner).status is Status.READY
