"""Deletion of images, and removal of their originals."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.errors import TransientError
from chalicelib.model import tombstones
from chalicelib.model.image import Event, Status
from chalicelib.wiring import Wiring, utc_now
from tests.builders import KEY, caller, processed, put, renditions, version
from tests.clock import Clock
from tests.pictures import jpeg


def test_an_event_that_comes_after_the_removal_changes_nothing(wiring: Wiring) -> None:
    done = processed(wiring, jpeg(), sequencer="A1")
    wiring.objects.erase("test-uploads", KEY)
    wiring.deleter.object_removed(version(KEY, "A3"))
    assert wiring.processor.process(version(KEY, "A2")) is None
    assert wiring.images.get(done.id).status is Status.DELETED  # type: ignore[union-attr]


def test_the_removal_of_an_object_erases_its_renditions(wiring: Wiring) -> None:
    processed(wiring, jpeg())
    wiring.objects.erase("test-uploads", KEY)
    receipt = wiring.deleter.object_removed(version(KEY, "A2"))
    assert receipt is not None
    assert (receipt.verified, renditions(wiring)) == (True, [])


def test_a_removal_before_an_overwrite_changes_nothing(wiring: Wiring) -> None:
    done = processed(wiring, jpeg(), sequencer="A3")
    assert wiring.deleter.object_removed(version(KEY, "A2")) is None
    assert wiring.images.get(done.id) == done


def test_an_abandoned_deletion_is_finished_when_the_object_comes_back(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = processed(wiring, jpeg())
    with monkeypatch.context() as patch:
        patch.setattr(wiring.cdn, "forget", killed)
        with pytest.raises(Killed):
            wiring.deleter.erase(before)
    put(wiring, jpeg(seed=7))
    later = utc_now() + tombstones.CLEARING
    monkeypatch.setattr(wiring.processor, "_clock", lambda: later)
    after = wiring.processor.process(version(KEY, "A3"))
    assert after is not None
    assert (after.status, wiring.cdn.invalidated[0][0]) == (Status.READY, before.id)
    assert not any(wiring.objects.exists("test-images", key) for key in before.processed_files)


class Killed(BaseException):
    """The process was killed."""


def killed(*_: object) -> None:
    raise Killed


def test_an_image_that_is_not_deleted_has_no_deletion_to_finish(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    assert wiring.deleter.finish(done.id) is None
    assert wiring.images.get(done.id) == done


def test_an_upload_between_tombstone_and_erasure_is_kept(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = processed(wiring, jpeg())
    wiring.objects.erase("test-uploads", KEY)
    entomb = wiring.deleter._entomb

    def entomb_slowly(*args: Any, **kwargs: Any) -> None:
        entomb(*args, **kwargs)
        now = utc_now() + tombstones.CLEARING
        put(wiring, jpeg(seed=7))
        monkeypatch.setattr(wiring.processor, "_clock", lambda: now)
        wiring.processor.process(version(KEY, "A3"))
        monkeypatch.setattr(wiring.deleter, "_is_unerased", lambda _: True)  # as if read before

    monkeypatch.setattr(wiring.deleter, "_entomb", entomb_slowly)
    assert wiring.deleter.object_removed(version(KEY, "A2")) is None
    assert wiring.library.show(done.id, caller(done.owner)).view.status is Status.READY


def test_an_erasure_continues_with_the_checksums_that_are_still_indexed(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = processed(wiring, jpeg())
    checksums = tuple(f"{number:064x}" for number in range(1_300))
    full = replace(done, indexed_checksums=checksums)
    wiring.images.put(full, Event(at=done.updated_at, event="ready"))
    removed: list[str] = []
    monkeypatch.setattr(wiring.images, "remove_checksums", lambda _, some: removed.extend(some))
    clock = Clock(done.updated_at)
    wiring.clock = lambda: clock.now + timedelta(seconds=len(removed) / 30)
    with pytest.raises(TransientError, match="will be continued"):
        wiring.deleter.erase(done)
    receipt = wiring.deleter.finish(done.id)
    assert receipt is not None
    assert (receipt.verified, tuple(removed)) == (True, checksums)


def test_a_receipt_names_a_thousand_files_and_counts_all(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    for number in range(1_000):
        put_rendition(wiring, f"{done.id}/{number:016x}/mobile.webp")
    receipt = wiring.deleter.erase(done)
    assert (receipt.verified, len(receipt.erased), receipt.files) == (True, 1_000, 1_010)
    assert renditions(wiring) == []


def put_rendition(wiring: Wiring, key: str) -> None:
    wiring.objects.write("test-images", key, b"old", content_type="", cache_control="")
