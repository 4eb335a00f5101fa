"""Suggested focal points, from the first processing to an overwritten image."""

from typing import cast

import pytest
from msgspec.structs import replace

from chalicelib.model.edits import Crop, Flip
from chalicelib.model.focal_point import FaceBox, FocalPoint
from chalicelib.model.image import Event, Image
from chalicelib.model.patch import ImagePatch
from chalicelib.model.requests import ReprocessRequest
from chalicelib.ports.telemetry import FacesSkipped
from chalicelib.views.manifests import Manifests, read_manifest
from chalicelib.wiring import Wiring
from tests.builders import KEY, NOON, caller, processed
from tests.fakes.others import FakeFaces
from tests.fakes.telemetry import RecordedTelemetry
from tests.imaging.test_saliency import with_person
from tests.pictures import encoded
from tests.processing.test_focal_points import process_queue, thumbnail

LEFT, RIGHT = (encoded(with_person(x, 0.3), quality=90) for x in (0.15, 0.85))
FACE = FaceBox(left=0.7, top=0.3, width=0.1, height=0.2)
CHOSEN = FocalPoint(x=0.9, y=0.5)


def sizes_of(image: Image) -> list[str]:
    return [r.key for r in image.renditions if r.variant != "thumbnail"]


def with_smart_crop(wiring: Wiring, way: str, faces: FakeFaces | None = None) -> None:
    """Set SMART_CROP, and forget what was built with another value."""
    wiring.settings = replace(wiring.settings, smart_crop=way)
    wiring.face_detector = faces or FakeFaces()
    for name in ("renderer", "processor", "library"):
        wiring.__dict__.pop(name, None)


def without_suggestion(wiring: Wiring) -> Image:
    """An image that an earlier version has processed."""
    with_smart_crop(wiring, "off")
    made = processed(wiring, LEFT)
    with_smart_crop(wiring, "saliency")
    return made


def test_a_processed_image_has_a_suggestion_and_crops_around_it(wiring: Wiring) -> None:
    left, right = processed(wiring, LEFT, "A1"), processed(wiring, RIGHT, "A2")
    assert left.suggested_focal_point is not None
    assert right.suggested_focal_point is not None
    assert left.suggested_focal_point.x < 0.4
    assert right.suggested_focal_point.x > 0.6
    assert left.focal_point is right.focal_point is None


def test_with_smart_crop_off_crops_are_centred(wiring: Wiring) -> None:
    smart = processed(wiring, LEFT)
    with_smart_crop(wiring, "off")
    plain = wiring.processor.reprocess(ReprocessRequest(image_id=smart.id))
    centred = wiring.library.process("test-uploads", KEY, caller(), FocalPoint(x=0.5, y=0.5))
    assert plain is not None
    assert thumbnail(plain) != thumbnail(smart)
    assert plain.processed_files == centred.processed_files


def test_a_suggestion_is_computed_once(wiring: Wiring) -> None:
    first = processed(wiring, LEFT)
    faces = FakeFaces(FACE)
    with_smart_crop(wiring, "faces", faces)
    again = [wiring.processor.reprocess(ReprocessRequest(image_id=first.id)) for _ in range(3)]
    assert len(faces.asked) == 1
    assert len({image.suggested_focal_point for image in again if image}) == 1


def test_an_owners_focal_point_overrides_the_suggestion_which_comes_back(wiring: Wiring) -> None:
    first = processed(wiring, LEFT)
    wiring.library.reprocess(first.id, caller(), CHOSEN)
    chosen = process_queue(wiring)
    assert thumbnail(chosen) != thumbnail(first)
    wiring.library.reprocess(first.id, caller(), None)
    last = process_queue(wiring)
    assert last.processed_files == first.processed_files
    assert last.suggested_focal_point == first.suggested_focal_point


def test_nothing_is_computed_for_an_owners_focal_point(wiring: Wiring) -> None:
    faces = FakeFaces(FACE)
    with_smart_crop(wiring, "faces", faces)
    wiring.objects.write("test-uploads", KEY, LEFT, content_type="", cache_control="")
    made = wiring.library.process("test-uploads", KEY, caller(), CHOSEN)
    assert (made.suggested_focal_point, faces.asked) == (None, [])


def test_an_image_of_an_earlier_version_gets_its_suggestion_when_processed_again(
    wiring: Wiring,
) -> None:
    before = without_suggestion(wiring)
    assert before.suggested_focal_point is None
    assert before.processing.rules == wiring.renderer.rules(before)
    assert wiring.renderer.lacks_suggestion(before)
    request = ReprocessRequest(image_id=before.id, only_missing=True)
    after = wiring.processor.reprocess(request)
    assert after is not None
    assert thumbnail(after) != thumbnail(before)
    assert sizes_of(after) == sizes_of(before)
    assert not wiring.renderer.lacks_suggestion(after)
    assert after.processing.rules == wiring.renderer.rules(after)
    assert after.processing.content_since is not None


def test_an_overwritten_original_gets_a_suggestion_of_its_own(wiring: Wiring) -> None:
    first, second = processed(wiring, LEFT, "A1"), processed(wiring, RIGHT, "A2")
    assert first.suggested_focal_point != second.suggested_focal_point


def test_an_edited_picture_gets_a_suggestion_of_its_own(wiring: Wiring) -> None:
    first = processed(wiring, LEFT)
    edits = (Crop(x=0.5, y=0, width=0.5, height=1), Flip(axis="horizontal"))
    changed = wiring.library.change(first.id, caller(), ImagePatch(edits=edits))
    assert changed.view.suggested_focal_point is None
    edited = process_queue(wiring)
    assert edited.suggested_focal_point is not None
    assert edited.suggested_focal_point.x >= 0.5
    wiring.library.change(first.id, caller(), ImagePatch(edits=()))
    assert process_queue(wiring).suggested_focal_point == first.suggested_focal_point


def test_the_api_shows_the_suggestion_as_a_point_of_the_edited_picture(wiring: Wiring) -> None:
    first = processed(wiring, LEFT)
    whole = wiring.library.show(first.id, caller()).view.suggested_focal_point
    assert whole == first.suggested_focal_point
    edits = (Flip(axis="horizontal"),)
    wiring.library.change(first.id, caller(), ImagePatch(edits=edits))
    process_queue(wiring)
    flipped = wiring.library.show(first.id, caller()).view.suggested_focal_point
    assert whole is not None
    assert flipped is not None
    assert abs(flipped.x - (1 - whole.x)) < 0.06


@pytest.mark.parametrize("edits", [(), (Flip(axis="vertical"),)])
def test_a_manifest_restores_the_suggestion(wiring: Wiring, edits: tuple[Flip, ...]) -> None:
    made = processed(wiring, LEFT)
    if edits:
        wiring.library.change(made.id, caller(), ImagePatch(edits=edits))
        made = process_queue(wiring)
    manifests = Manifests(wiring.objects, wiring.images, wiring.table, wiring.settings)
    manifests.write(made, Event(at=NOON, event="changed"))
    stored = wiring.objects.read("test-images", f"{made.id}/manifest.json", 1_000_000)
    restored, _ = read_manifest(stored)
    assert restored.suggested_focal_point == made.suggested_focal_point


def test_faces_decide_where_they_are_sought(wiring: Wiring) -> None:
    with_smart_crop(wiring, "faces", FakeFaces(FACE))
    made = processed(wiring, LEFT)
    assert made.suggested_focal_point is not None
    assert (made.suggested_focal_point.source, made.suggested_focal_point.x) == ("faces", 0.75)


def test_a_fault_of_the_face_detector_fails_no_image(wiring: Wiring) -> None:
    with_smart_crop(wiring, "saliency")
    expected = processed(wiring, LEFT, "A1")
    faces = FakeFaces(FACE, fault="Rekognition returned AccessDeniedException.")
    with_smart_crop(wiring, "faces", faces)
    made = processed(wiring, LEFT, "A2")
    assert made.processed_files == expected.processed_files
    telemetry = cast(RecordedTelemetry, wiring.telemetry)
    skipped = [event for _, event in telemetry.recorded if isinstance(event, FacesSkipped)]
    assert [event.why for event in skipped] == [faces.fault]


def test_faces_are_sought_again_after_a_fault(wiring: Wiring) -> None:
    faces = FakeFaces(FACE, fault="Rekognition cannot be reached right now.")
    with_smart_crop(wiring, "faces", faces)
    first = processed(wiring, LEFT)
    faces.fault = ""
    again = wiring.processor.reprocess(ReprocessRequest(image_id=first.id))
    assert again is not None
    assert again.suggested_focal_point is not None
    assert again.suggested_focal_point.source == "faces"
