"""Edits, from the ticket to an overwritten image."""

import io
from typing import Any

import msgspec
import pytest
from PIL import Image as Pictures

from chalicelib.errors import InvalidRequest, PreconditionFailed
from chalicelib.model import keys
from chalicelib.model.delivery import WidthFile, file_key
from chalicelib.model.edits import Crop, Edit, Redact, Rotate, Straighten
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.image import Image, Status
from chalicelib.model.patch import ImagePatch
from chalicelib.uploads.tickets import Choices, Duplicate, MultipartTicket, PostTicket
from chalicelib.views.manifests import read_manifest
from chalicelib.wiring import Wiring
from tests.builders import KEY, caller, processed, put, version
from tests.fakes.others import MemoryBus
from tests.pictures import jpeg
from tests.processing.test_focal_points import process_queue

LEFT_HALF = Crop(x=0, y=0, width=0.5, height=1)
TURN = Rotate(degrees=90)
BOX = Redact(x=0.25, y=0.25, width=0.5, height=0.5)


def change(wiring: Wiring, image: Image, **patch: Any) -> Any:
    return wiring.library.change(image.id, caller(image.owner), ImagePatch(**patch)).view


def edited(wiring: Wiring, image: Image, *edits: Edit) -> Image:
    """The image after its owner has edited it and the queue is empty."""
    change(wiring, image, edits=edits)
    return process_queue(wiring)


def record(wiring: Wiring, image: Image) -> Image:
    found = wiring.images.get(image.id)
    assert found is not None
    return found


def rendition(wiring: Wiring, image: Image, variant: str = "mobile") -> Pictures.Image:
    (key,) = [r.key for r in image.renditions if r.variant == variant]
    data = wiring.objects.read("test-images", key, 10**8).data
    return Pictures.open(io.BytesIO(data)).convert("RGB")


def test_edits_are_rendered_and_an_empty_list_restores_the_original(wiring: Wiring) -> None:
    first = processed(wiring, jpeg(800, 600))
    second = edited(wiring, first, LEFT_HALF, TURN)
    assert (second.status, second.edits) == (Status.READY, (LEFT_HALF, TURN))
    assert (second.width, second.height) == (600, 400)
    assert (second.original_width, second.original_height) == (800, 600)
    assert rendition(wiring, second).size == (600, 400)
    third = edited(wiring, second)
    assert (third.edits, third.original_width) == ((), None)
    assert third.renditions == first.renditions
    assert third.processing.rules == first.processing.rules


def test_the_api_shows_edits_and_both_sizes(wiring: Wiring) -> None:
    done = edited(wiring, processed(wiring, jpeg(800, 600)), TURN)
    view = wiring.library.show(done.id, caller()).view
    assert (view.width, view.height) == (600, 800)
    assert (view.original_width, view.original_height) == (800, 600)
    assert view.edits == (TURN,)
    assert 'width="600" height="800"' in (view.markup or "")
    plain = wiring.library.show(processed(wiring, jpeg(90, 60), "A2").id, caller()).view
    assert (plain.original_width, plain.original_height, plain.edits) == (90, 60, ())


def test_a_changed_recipe_is_one_line_of_the_history(wiring: Wiring) -> None:
    done = edited(wiring, processed(wiring, jpeg()), LEFT_HALF, TURN)
    lines = wiring.images.history(done.id)
    assert ("changed", "edits (crop, rotate)") in [(line.event, line.detail) for line in lines]


def test_the_former_renditions_are_served_until_the_new_ones_are_complete(wiring: Wiring) -> None:
    first = processed(wiring, jpeg())
    view = change(wiring, first, edits=(LEFT_HALF,))
    assert (view.status, len(view.renditions)) == (Status.READY, len(first.renditions))


def test_edits_of_a_ticket_are_in_the_first_renditions(wiring: Wiring) -> None:
    ticket = wiring.tickets.post(
        "everyone", "a.jpg", "image/jpeg", 9, None, Choices(edits=(BOX, TURN))
    )
    assert isinstance(ticket, PostTicket)
    put(wiring, jpeg(800, 600), ticket.fields["key"])
    done = wiring.processor.process(version(ticket.fields["key"]))
    assert done is not None
    assert (done.edits, done.width) == ((BOX, TURN), 600)
    small = rendition(wiring, done)
    assert small.getpixel((small.width // 2, small.height // 2)) == (0, 0, 0)


def test_an_upload_in_parts_can_have_edits(wiring: Wiring) -> None:
    ticket = wiring.tickets.multipart(
        "everyone", "a.jpg", "image/jpeg", 9, None, Choices(edits=(TURN,))
    )
    assert isinstance(ticket, MultipartTicket)
    found = wiring.images.get(ticket.image_id)
    assert found is not None
    assert found.edits == (TURN,)


def test_the_same_file_with_other_edits_is_another_image(wiring: Wiring) -> None:
    ready = edited(wiring, processed(wiring, jpeg()), TURN)
    found: dict[str, object] = {}
    for name, edits in (("none", None), ("empty", ()), ("same", (TURN,)), ("other", (BOX,))):
        answer = wiring.tickets.post(
            ready.owner, "a.jpg", "image/jpeg", 9, ready.sha256, Choices(edits=edits)
        )
        found[name] = isinstance(answer, Duplicate)
    assert found == {"none": True, "empty": False, "same": True, "other": False}


def test_processing_again_keeps_the_edits(wiring: Wiring) -> None:
    data = jpeg()
    done = edited(wiring, processed(wiring, data), TURN)
    wiring.library.reprocess(done.id, caller(done.owner))
    again = process_queue(wiring)
    assert (again.edits, again.renditions) == (done.edits, done.renditions)
    assert processed(wiring, data, "A2").edits == (TURN,)


def test_another_original_under_the_same_key_has_no_edits(wiring: Wiring) -> None:
    edited(wiring, processed(wiring, jpeg(seed=1)), TURN)
    again = processed(wiring, jpeg(seed=2), "A2")
    assert (again.edits, again.original_width, again.width) == ((), None, 800)


def test_a_removed_object_that_comes_back_has_its_edits(wiring: Wiring) -> None:
    data = jpeg()
    done = edited(wiring, processed(wiring, data), BOX)
    wiring.objects.erase("test-uploads", KEY)
    wiring.deleter.object_removed(version(sequencer="A2"))
    again = processed(wiring, data, "A3")
    assert (again.edits, again.renditions) == (done.edits, done.renditions)
    wiring.objects.erase("test-uploads", KEY)
    wiring.deleter.object_removed(version(sequencer="A4"))
    assert processed(wiring, jpeg(), "A5").edits == ()


def test_a_deleted_image_has_no_edits(wiring: Wiring) -> None:
    data = jpeg()
    done = edited(wiring, processed(wiring, data), BOX)
    wiring.library.delete(done.id, caller(done.owner))
    assert (record(wiring, done).edits, record(wiring, done).sha256) == ((), None)
    assert processed(wiring, data, "A2").edits == ()


def test_edits_that_are_made_while_the_image_is_processed_are_not_lost(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = processed(wiring, jpeg(), "A1")
    read = wiring.objects.read

    def read_slowly(*arguments: Any) -> Any:
        monkeypatch.setattr(wiring.objects, "read", read)
        change(wiring, first, edits=(TURN,))
        process_queue(wiring)
        return read(*arguments)

    monkeypatch.setattr(wiring.objects, "read", read_slowly)
    assert wiring.processor.process(version(KEY, "A2")) is None
    last = record(wiring, first)
    assert (last.status, last.edits, last.width) == (Status.READY, (TURN,), 600)


def test_the_manifest_restores_edits_focal_point_and_sizes(wiring: Wiring) -> None:
    first = processed(wiring, jpeg(800, 600))
    change(wiring, first, focal_point=FocalPoint(x=0.9, y=0.5))
    for edits in ((LEFT_HALF,), (BOX, Straighten(degrees=3)), ()):
        done = edited(wiring, first, *edits)
        stored = wiring.objects.read("test-images", keys.manifest_key(done.id), 10**8)
        assert read_manifest(stored) == (done, wiring.images.history(done.id))
        change(wiring, first, edits=(TURN,))
        stored = wiring.objects.read("test-images", keys.manifest_key(done.id), 10**8)
        assert read_manifest(stored)[0].with_processing(requested=True) == record(wiring, first)


def test_a_manifest_of_an_earlier_version_has_no_edits(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    stored = wiring.objects.read("test-images", keys.manifest_key(done.id), 10**8)
    fields = msgspec.json.decode(stored.data)
    for name in ("edits", "original_width", "original_height"):
        del fields[name]
    for name in ("focal_point", "original_width", "original_height", "purge"):
        del fields["ledger"][name]
    read, _ = read_manifest(msgspec.structs.replace(stored, data=msgspec.json.encode(fields)))
    assert read == done


def test_the_focal_point_follows_the_crop_and_comes_back(wiring: Wiring) -> None:
    image = processed(wiring, jpeg())
    change(wiring, image, focal_point=FocalPoint(x=0.4, y=0.5))
    shown = [
        change(wiring, image, edits=edits).focal_point
        for edits in ((LEFT_HALF,), (TURN,), (Crop(x=0.6, y=0, width=0.4, height=1),), None)
    ]
    assert [str(point) for point in shown] == ["0.8,0.5", "0.5,0.4", "0,0.5", "0.4,0.5"]


def test_a_focal_point_is_given_as_a_point_of_the_edited_picture(wiring: Wiring) -> None:
    image = processed(wiring, jpeg())
    point = FocalPoint(x=0.8, y=0.5)
    assert change(wiring, image, edits=(LEFT_HALF,), focal_point=point).focal_point == point
    assert record(wiring, image).focal_point == FocalPoint(x=0.4, y=0.5)
    wiring.library.reprocess(image.id, caller(image.owner), FocalPoint(x=0.5, y=0.5))
    assert process_queue(wiring).focal_point == FocalPoint(x=0.25, y=0.5)
    view = wiring.library.process("test-uploads", KEY, caller(image.owner), point)
    assert view.focal_point == point
    details = [line.detail for line in wiring.images.history(image.id)]
    assert "focal point 0.8,0.5, edits (crop)" in details


def test_a_size_on_demand_shows_the_edited_picture(wiring: Wiring) -> None:
    image = edited(wiring, processed(wiring, jpeg(800, 600)), TURN)
    generation = wiring.renderer.generation
    name = f"320-{generation}.webp"
    wiring.delivery.locate(image.id, "w", name)
    key = file_key(image.id, WidthFile(320, generation, "webp"))
    data = wiring.objects.read("test-images", key, 10**8).data
    assert Pictures.open(io.BytesIO(data)).size == (320, 427)


def test_an_original_that_is_too_large_to_be_edited_stays_as_it_is(wiring: Wiring) -> None:
    image = processed(wiring, jpeg(800, 600))
    wiring.settings = msgspec.structs.replace(wiring.settings, aws_lambda_function_memory_size=253)
    for name in ("renderer", "processor", "library"):
        wiring.__dict__.pop(name, None)
    with pytest.raises(InvalidRequest, match="edits: The picture has too many pixels to be edited"):
        change(wiring, image, edits=(BOX,))
    assert record(wiring, image) == image


def test_a_patch_on_a_condition_that_fails_changes_nothing(wiring: Wiring) -> None:
    image = processed(wiring, jpeg())
    with pytest.raises(PreconditionFailed):
        wiring.library.change(image.id, caller(), ImagePatch(edits=(BOX,)), {image.revision - 1})
    assert record(wiring, image) == image
    assert wiring.work.bodies == []  # type: ignore[attr-defined]


def test_events_have_the_edits(wiring: Wiring) -> None:
    wiring.__dict__["bus"] = bus = MemoryBus()
    for name in ("published_images", "processor", "library", "event_publisher", "purger"):
        wiring.__dict__.pop(name, None)
    edited(wiring, processed(wiring, jpeg(800, 600)), BOX)
    published = [(event.name, msgspec.json.decode(event.detail)) for event in bus.outbox_events]
    assert [name for name, _ in published] == ["image.ready", "image.changed", "image.ready"]
    _, changed, ready = (detail for _, detail in published)
    assert changed["edits"] == ready["edits"] == [msgspec.to_builtins(BOX)]
    assert changed["renditions"] == []
    assert ready["original_width"] == 800
