"""Changes of images: what they store and publish, and what happens when they race."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from chalicelib.errors import Conflict, PreconditionFailed
from chalicelib.events.schemas import SCHEMAS
from chalicelib.model import keys
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.image import CHANGED, Event, Image, Status
from chalicelib.model.patch import ImagePatch
from chalicelib.views.manifests import read_manifest
from chalicelib.wiring import Wiring
from tests.builders import KEY, NOON, caller, processed, put, version
from tests.fakes.others import MemoryBus
from tests.pictures import jpeg

PATCH = ImagePatch(filename="Door.jpg", alt={"de": "Tür", "en": "Door"}, tags=("door", "red"))


def change(wiring: Wiring, image: Image, patch: ImagePatch = PATCH) -> Image:
    """The record after a change by its owner."""
    wiring.library.change(image.id, caller(image.owner), patch)
    return record(wiring, image)


def record(wiring: Wiring, image: Image) -> Image:
    found = wiring.images.get(image.id)
    assert found is not None
    return found


def manifest(wiring: Wiring, image: Image) -> tuple[Image, tuple[Event, ...]]:
    """The record and history in the stored manifest."""
    return read_manifest(wiring.objects.read("test-images", keys.manifest_key(image.id), 10**9))


def described(image: Image) -> tuple[str, list[tuple[str, str]], tuple[str, ...]]:
    return image.filename, list(image.alt.items()), image.tags


def while_writing(wiring: Wiring, act: Callable[[], object]) -> None:
    """Have another writer act once, between the next reading of a record and its writing."""
    write = wiring.images.write

    def overtaken(*arguments: Any) -> Image:
        wiring.images.write = write  # type: ignore[method-assign]
        act()
        return write(*arguments)

    wiring.images.write = overtaken  # type: ignore[method-assign]


def test_the_manifest_restores_what_was_changed(wiring: Wiring) -> None:
    changed = change(wiring, processed(wiring, jpeg()))
    assert manifest(wiring, changed) == (changed, wiring.images.history(changed.id))
    assert described(manifest(wiring, changed)[0]) == described(changed)


def test_the_manifest_of_a_rejected_image_is_rewritten(wiring: Wiring) -> None:
    changed = change(wiring, processed(wiring, b"no image"))
    assert manifest(wiring, changed)[0] == changed


def test_a_manifest_of_an_earlier_version_has_no_texts(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    key = keys.manifest_key(done.id)
    stored = wiring.objects.read("test-images", key, 10**9)
    fields = msgspec.json.decode(stored.data)
    del fields["alt"], fields["tags"]
    read, _ = read_manifest(msgspec.structs.replace(stored, data=msgspec.json.encode(fields)))
    assert read == done


def test_texts_survive_reprocessing(wiring: Wiring) -> None:
    changed = change(wiring, processed(wiring, jpeg()))
    wiring.library.process("test-uploads", KEY, caller(changed.owner))
    assert described(record(wiring, changed)) == described(changed)


def test_texts_survive_another_original(wiring: Wiring) -> None:
    changed = change(wiring, processed(wiring, jpeg(seed=1), "A1"))
    again = processed(wiring, jpeg(seed=2), "A2")
    assert again.sha256 != changed.sha256
    assert described(again) == described(changed)


def test_texts_survive_a_rejection(wiring: Wiring) -> None:
    changed = change(wiring, processed(wiring, jpeg(), "A1"))
    assert described(processed(wiring, b"no image", "A2")) == described(changed)


def test_an_object_that_was_removed_comes_back_without_texts(wiring: Wiring) -> None:
    changed = change(wiring, processed(wiring, jpeg(), "A1"))
    wiring.objects.erase("test-uploads", KEY)
    wiring.deleter.object_removed(version(sequencer="A2"))
    again = processed(wiring, jpeg(), "A3")
    assert (again.id, again.alt, again.tags) == (changed.id, {}, ())


def test_a_change_while_an_image_is_processed_is_kept(wiring: Wiring) -> None:
    done = processed(wiring, jpeg(seed=1), "A1")
    put(wiring, jpeg(seed=2))
    read = wiring.objects.read

    def read_slowly(*arguments: Any) -> Any:
        wiring.objects.read = read  # type: ignore[method-assign]
        assert change(wiring, done).status is Status.PROCESSING
        return read(*arguments)

    wiring.objects.read = read_slowly  # type: ignore[method-assign]
    again = wiring.processor.process(version(sequencer="A2"))
    assert again is not None
    assert (again.status, described(again)) == (Status.READY, described(record(wiring, done)))
    assert described(again)[2] == PATCH.tags
    assert manifest(wiring, again)[0] == again


def test_new_renditions_are_saved_under_the_new_file_name(wiring: Wiring) -> None:
    changed = change(wiring, processed(wiring, jpeg()))
    stored: dict[Any, Any] = wiring.objects.kept  # type: ignore[attr-defined]
    file = "test-images", changed.processed_files[0]
    assert "cat-1080p" in stored[file].content_disposition
    wiring.library.process("test-uploads", KEY, caller(changed.owner))
    assert "Door-1080p" in stored[file].content_disposition


def test_concurrent_changes_of_different_fields_are_both_kept(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    while_writing(wiring, lambda: change(wiring, done, ImagePatch(tags=("red",))))
    changed = change(wiring, done, ImagePatch(alt={"en": "Door"}))
    assert (changed.alt, changed.tags) == ({"en": "Door"}, ("red",))
    assert manifest(wiring, changed)[0] == changed


def test_concurrent_changes_of_different_languages_are_both_kept(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    while_writing(wiring, lambda: change(wiring, done, ImagePatch(alt={"de": "Tür"})))
    assert change(wiring, done, ImagePatch(alt={"en": "Door"})).alt == {"de": "Tür", "en": "Door"}


def test_of_two_concurrent_changes_on_one_condition_one_is_made(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    condition = {done.revision}

    def overtake() -> None:
        wiring.library.change(done.id, caller(), ImagePatch(tags=("first",)), condition)

    while_writing(wiring, overtake)
    with pytest.raises(PreconditionFailed):
        wiring.library.change(done.id, caller(), ImagePatch(tags=("second",)), condition)
    assert record(wiring, done).tags == ("first",)


def test_a_refused_change_leaves_no_trace_in_the_manifest(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    while_writing(wiring, lambda: change(wiring, done, ImagePatch(tags=("first",))))
    with pytest.raises(PreconditionFailed):
        wiring.library.change(done.id, caller(), ImagePatch(tags=("second",)), {done.revision})
    stored, _ = manifest(wiring, done)
    assert (stored, stored.tags) == (record(wiring, done), ("first",))


def test_a_change_that_a_deletion_overtakes_leaves_no_file(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    while_writing(wiring, lambda: wiring.library.delete(done.id, caller()))
    with pytest.raises(Conflict):
        change(wiring, done)
    wiring.deleter.finish(done.id)
    assert list(wiring.objects.list_keys("test-images", f"{done.id}/")) == []


def test_a_change_that_a_deletion_overtakes_leaves_the_image_to_the_sweep(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    while_writing(wiring, lambda: wiring.library.delete(done.id, caller()))
    with pytest.raises(Conflict):
        change(wiring, done)
    assert record(wiring, done).is_unfinished


def test_a_change_that_changes_nothing_stores_nothing(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = change(wiring, processed(wiring, jpeg()))
    monkeypatch.setattr(wiring.objects, "write", None)
    assert change(wiring, changed) == changed


def test_a_new_focal_point_is_requested_in_the_write_that_stores_it(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    wiring.work.send = None  # type: ignore[assignment, method-assign]
    with pytest.raises(TypeError):
        change(wiring, done, ImagePatch(focal_point=FocalPoint(x=0, y=0)))
    left = record(wiring, done)
    assert (left.processing.requested, left.is_unfinished) == (True, True)


def test_a_waiting_request_takes_a_further_focal_point(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    for x in (0, 1):
        change(wiring, done, ImagePatch(focal_point=FocalPoint(x=x, y=0)))
    assert len(wiring.work.bodies) == 1  # type: ignore[attr-defined]
    assert record(wiring, done).focal_point == FocalPoint(x=1, y=0)


def test_a_new_focal_point_is_counted_once_however_many_attempts_it_takes(wiring: Wiring) -> None:
    wiring.settings = replace(wiring.settings, processings_per_day=1)
    done = processed(wiring, jpeg())
    while_writing(wiring, lambda: change(wiring, done))
    changed = change(wiring, done, ImagePatch(focal_point=FocalPoint(x=0, y=0)))
    assert changed.focal_point == FocalPoint(x=0, y=0)


@pytest.fixture
def bus(wiring: Wiring) -> MemoryBus:
    wiring.settings = replace(wiring.settings, event_bus="darkroom-test")
    wiring.bus = bus = MemoryBus()
    return bus


def test_a_change_has_one_event(wiring: Wiring, bus: MemoryBus) -> None:
    changed = change(wiring, processed(wiring, jpeg()))
    *_, last = bus.outbox_events
    detail = json.loads(last.detail)
    assert (last.name, detail["revision"]) == ("image.changed", changed.revision)
    assert (detail["filename"], list(detail["alt"].items()), tuple(detail["tags"])) == (
        described(changed)
    )


def test_a_change_of_nothing_has_no_event(wiring: Wiring, bus: MemoryBus) -> None:
    changed = change(wiring, processed(wiring, jpeg()))
    change(wiring, changed)
    assert [event.name for event in bus.outbox_events] == ["image.ready", "image.changed"]


def test_the_event_of_a_change_is_pending_while_the_bus_is_unavailable(
    wiring: Wiring, bus: MemoryBus
) -> None:
    done = processed(wiring, jpeg())
    bus.away = True
    change(wiring, done)
    pages = wiring.outbox.pending(NOON + timedelta(days=9999))
    assert [event.name for page in pages for event in page] == ["image.changed"]


def test_the_event_of_a_change_may_stand_in_for_that_of_any_status() -> None:
    changed = set(SCHEMAS[CHANGED].__struct_fields__)
    others = {
        name
        for line, form in SCHEMAS.items()
        if line != "deleted"
        for name in form.__struct_fields__
    }
    assert others <= changed


def test_an_event_of_a_later_processing_has_the_texts(wiring: Wiring, bus: MemoryBus) -> None:
    changed = change(wiring, processed(wiring, jpeg(seed=1), "A1"))
    processed(wiring, jpeg(seed=2), "A2")
    last = json.loads(bus.outbox_events[-1].detail)
    assert (last["status"], last["alt"], last["tags"]) == ("ready", changed.alt, [*changed.tags])


def test_the_event_of_a_deletion_has_no_texts(wiring: Wiring, bus: MemoryBus) -> None:
    changed = change(wiring, processed(wiring, jpeg()))
    wiring.library.delete(changed.id, caller())
    assert json.loads(bus.outbox_events[-1].detail).keys() & {"alt", "tags"} == set()
