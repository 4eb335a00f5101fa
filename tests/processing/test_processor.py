"""Processing, with fake stores and real images."""

import hashlib
import json
from io import BytesIO

import PIL.Image
import pytest
from msgspec.structs import replace

from chalicelib import lambda_events
from chalicelib.errors import Reason
from chalicelib.model.gain_map import GainMapSummary
from chalicelib.model.image import EmbeddedPreview, ObjectVersion, Status
from chalicelib.model.requests import ReprocessRequest
from chalicelib.processing.identity import image_id_of
from chalicelib.views.manifests import read_manifest
from chalicelib.wiring import Wiring
from tests.builders import KEY, caller, processed, put, renditions, version
from tests.imaging.hdr_files import described, glow, hdr_photo, hdrgm
from tests.imaging.raws import raw
from tests.imaging.samples import four_corners, saved
from tests.pictures import encoded, jpeg, photo


def test_a_photo_becomes_ready_with_every_variant(wiring: Wiring) -> None:
    done = processed(wiring, jpeg(2400, 1800))
    sides = {r.variant: (r.width, r.height) for r in done.renditions}
    assert done.status is Status.READY
    assert sides == {
        "1080p": (1920, 1440),
        "720p": (1280, 960),
        "mobile": (640, 480),
        "thumbnail": (200, 200),
    }


@pytest.mark.parametrize("kind", ["heic", "jxl"])
@pytest.mark.parametrize(("allowed", "status"), [(True, Status.READY), (False, Status.REJECTED)])
def test_an_optional_format_is_read_if_the_setting_allows_it(
    wiring: Wiring, kind: str, allowed: bool, status: Status
) -> None:
    wiring.settings = replace(wiring.settings, **{f"allow_{kind}": allowed})
    assert processed(wiring, saved(four_corners(), kind)).status is status


def test_the_record_of_a_raw_file_says_what_its_renditions_are_made_of(wiring: Wiring) -> None:
    preview = jpeg(1600, 1200)
    data = raw("cr3", preview, orientation=6)
    done = processed(wiring, data)
    assert (done.content_type, done.bytes) == ("image/x-canon-cr3", len(data))
    assert (done.width, done.height) == (1200, 1600)
    assert done.preview == EmbeddedPreview(width=1200, height=1600, bytes=len(preview))
    stored = wiring.objects.read("test-images", f"{done.id}/manifest.json", 10**6)
    assert read_manifest(stored)[0].preview == done.preview
    overwritten = processed(wiring, jpeg(), "A2")
    assert (overwritten.id, overwritten.preview) == (done.id, None)


def test_the_record_of_an_hdr_photo_describes_its_gain_map(wiring: Wiring) -> None:
    done = processed(wiring, hdr_photo())
    expected = GainMapSummary(form="iso", width=100, height=75, stops=3.0)
    assert done.gain_map == expected
    stored = wiring.objects.read("test-images", f"{done.id}/manifest.json", 10**6)
    assert read_manifest(stored)[0].gain_map == expected
    assert processed(wiring, jpeg(), "A2").gain_map is None


def test_a_broken_gain_map_is_noted_and_the_photo_is_ready(wiring: Wiring) -> None:
    done = processed(wiring, hdr_photo(gain_map=described(glow(), hdrgm())[:-40]))
    assert done.status is Status.READY
    assert done.gain_map == GainMapSummary(fault="malformed")


def test_raw_files_are_rejected_if_the_setting_forbids_them(wiring: Wiring) -> None:
    wiring.settings = replace(wiring.settings, allow_raw=False)
    done = processed(wiring, raw("nef", jpeg()))
    assert done.reason is Reason.UNSUPPORTED_FORMAT
    assert done.detail is not None
    assert done.detail.startswith("Camera RAW files aren't accepted here;")


def test_a_raw_file_without_a_preview_says_what_to_do(wiring: Wiring) -> None:
    done = processed(wiring, raw("dng", b"no JPEG"))
    assert (done.status, done.reason) == (Status.REJECTED, Reason.NO_PREVIEW)
    assert done.detail is not None
    assert "export it as a JPEG" in done.detail


def test_a_small_function_rejects_images_that_do_not_fit_its_memory(wiring: Wiring) -> None:
    wiring.settings = replace(wiring.settings, aws_lambda_function_memory_size=250)
    done = processed(wiring, saved(four_corners(), "png"))
    assert done.reason is Reason.TOO_MANY_PIXELS


def test_the_original_is_described_in_the_record(wiring: Wiring) -> None:
    data = jpeg()
    done = processed(wiring, data)
    described = (done.content_type, done.width, done.height, done.bytes, done.sha256)
    assert described == ("image/jpeg", 800, 600, len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(("most", "status"), [(1_600, "ready"), (1_599, "rejected")])
def test_the_pixels_of_an_animation_are_limited_by_a_setting(
    wiring: Wiring, most: int, status: str
) -> None:
    # Two frames of 20x20, read and written once: the variants share one file.
    wiring.settings = replace(wiring.settings, max_animation_pixels=most)
    colours = [PIL.Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    file = BytesIO()
    colours[0].save(file, "png", save_all=True, append_images=colours[1:])
    assert processed(wiring, file.getvalue()).status == status


def test_a_renditions_key_contains_the_hash_of_its_bytes(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    for rendition in done.renditions:
        stored = wiring.objects.read("test-images", rendition.key, 10**9).data
        digest = hashlib.sha256(stored).hexdigest()[:16]
        assert rendition.key == f"{done.id}/{digest}/{rendition.variant}.webp"


def test_the_manifest_is_the_image_as_the_api_returns_it(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    stored = wiring.objects.read("test-images", f"{done.id}/manifest.json", 10**9).data
    import msgspec

    shown = wiring.library.show(done.id, caller(done.owner)).view
    manifest = json.loads(stored)
    del manifest["ledger"]
    # Only the API has the key that signs the URL for link previews.
    assert manifest == json.loads(msgspec.json.encode(shown)) | {"og_image": None}


def test_record_and_history_are_restored_from_the_manifest(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    stored = wiring.objects.read("test-images", f"{done.id}/manifest.json", 10**9)
    assert read_manifest(stored) == (done, wiring.images.history(done.id))


def test_a_repeated_event_changes_nothing(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    assert wiring.processor.process(version(KEY, "A1")) is None
    assert wiring.images.get(done.id) == done


def test_processing_twice_gives_the_same_keys(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    again = wiring.processor.reprocess(ReprocessRequest(image_id=done.id))
    assert again is not None
    assert again.processed_files == done.processed_files


def test_an_older_event_does_not_restore_an_older_image(wiring: Wiring) -> None:
    newer = processed(wiring, jpeg(seed=2), sequencer="A2")
    assert wiring.processor.process(version(KEY, "A1")) is None
    assert wiring.images.get(newer.id) == newer


def test_an_overwritten_image_gets_new_renditions(wiring: Wiring) -> None:
    first = processed(wiring, jpeg(seed=1), sequencer="A1")
    second = processed(wiring, jpeg(seed=2), sequencer="A2")
    assert second.id == first.id
    assert not set(second.processed_files) & set(first.processed_files)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY_FILE),
        (b"Dear diary,\n", Reason.NOT_AN_IMAGE),
        (b"%PDF-1.7\n%...", Reason.UNSUPPORTED_FORMAT),
        (jpeg()[:-2000], Reason.CORRUPT_IMAGE),
        (bytes(5_000_001), Reason.TOO_MANY_BYTES),
    ],
)
def test_bad_input_is_rejected_with_its_own_reason(
    wiring: Wiring, data: bytes, reason: Reason
) -> None:
    done = processed(wiring, data)
    assert (done.status, done.reason) == (Status.REJECTED, reason)
    assert done.detail


def test_a_rejected_image_replaces_a_ready_one(wiring: Wiring) -> None:
    processed(wiring, jpeg(), sequencer="A1")
    done = processed(wiring, b"Dear diary,\n", sequencer="A2")
    assert (done.status, done.renditions) == (Status.REJECTED, ())


def test_a_file_that_differs_from_the_announced_one_is_rejected(wiring: Wiring) -> None:
    ticket = wiring.tickets.post("everyone", "a.jpg", "image/jpeg", 9, "00" * 32)
    key = wiring.images.get(ticket.image_id).original_file  # type: ignore[union-attr]
    put(wiring, jpeg(), key)
    done = wiring.processor.process(version(key))
    assert done is not None
    assert (done.id, done.reason) == (ticket.image_id, Reason.CHECKSUM_MISMATCH)  # type: ignore[union-attr]


def test_the_announced_file_is_accepted(wiring: Wiring) -> None:
    data = jpeg()
    digest = hashlib.sha256(data).hexdigest()
    ticket = wiring.tickets.post("everyone", "a.jpg", "image/jpeg", len(data), digest)
    key = wiring.images.get(ticket.image_id).original_file  # type: ignore[union-attr]
    put(wiring, data, key)
    done = wiring.processor.process(version(key))
    assert done is not None
    assert done.status is Status.READY


def test_an_object_under_another_images_id_gets_an_id_of_its_own(wiring: Wiring) -> None:
    ticket = wiring.tickets.put("everyone", "a.jpg", "image/jpeg", None)
    forged = f"uploads/everyone/{ticket.image_id}/other.jpg"
    put(wiring, jpeg(), forged)
    done = wiring.processor.process(version(forged))
    assert done is not None
    assert done.id != ticket.image_id


def test_an_object_that_is_already_gone_leaves_only_a_tombstone(wiring: Wiring) -> None:
    done = wiring.processor.process(version("photos/gone.jpg"))
    assert done is not None
    assert (done.status, renditions(wiring)) == (Status.DELETED, [])


def test_an_event_that_lambda_gave_up_on_leaves_a_failed_image(wiring: Wiring) -> None:
    from chalicelib.processing.failures import Failure

    wiring.failures.record(Failure(cause="sentence", event="{}", versions=(version(KEY, "A1"),)))
    found = wiring.images.get(image_id_of(version(KEY), wiring.images))
    assert found is not None
    assert (found.status, found.detail) == (Status.FAILED, "sentence")


def test_a_late_failure_does_not_change_a_ready_image(wiring: Wiring) -> None:
    from chalicelib.processing.failures import Failure

    done = processed(wiring, jpeg(), sequencer="A1")
    wiring.failures.record(Failure(cause="sentence", event="{}", versions=(version(KEY, "A1"),)))
    assert wiring.images.get(done.id) == done


@pytest.mark.parametrize(
    "key", ["a b+c/ü 日本.jpg", "x/" * 500 + "12345678.jpg", "a%20b.jpg", ".hidden", "a/"]
)
def test_any_key_is_processed(wiring: Wiring, key: str) -> None:
    put(wiring, jpeg(), key)
    done = wiring.processor.process(ObjectVersion(bucket="test-uploads", key=key, sequencer="1"))
    assert done is not None
    assert (done.status, done.original_file) == (Status.READY, key)


@pytest.mark.parametrize("keep", [False, True])
def test_credits_are_kept_by_a_setting(wiring: Wiring, keep: bool) -> None:
    wiring.settings = replace(wiring.settings, keep_credits=keep)
    block = PIL.Image.Exif()
    block[315] = "Ana"
    done = processed(wiring, encoded(photo(400, 300), exif=block))
    for key in done.processed_files:
        stored = wiring.objects.read("test-images", key, 10**9).data
        assert dict(PIL.Image.open(BytesIO(stored)).getexif()) == ({315: "Ana"} if keep else {})


def test_an_object_that_was_requested_twice_is_processed_once(wiring: Wiring) -> None:
    put(wiring, jpeg())
    request = ReprocessRequest(key=KEY, revision=0)
    assert wiring.processor.reprocess(request)
    assert wiring.processor.reprocess(request) is None


def test_a_request_applies_only_to_the_revision_that_it_names(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    assert (
        wiring.processor.reprocess(ReprocessRequest(image_id=done.id, revision=done.revision - 1))
        is None
    )
    assert wiring.processor.reprocess(ReprocessRequest(image_id=done.id, revision=done.revision))


def test_a_request_does_not_restore_a_deleted_image(wiring: Wiring) -> None:
    done = processed(wiring, jpeg())
    wiring.library.delete(done.id, caller(done.owner))
    assert wiring.processor.reprocess(ReprocessRequest(image_id=done.id)) is None


def test_a_lost_request_for_an_object_leaves_a_failed_image(wiring: Wiring) -> None:
    put(wiring, jpeg())
    wiring.failures.record(lambda_events.failure(json.dumps({"key": KEY, "revision": 0})))
    image = wiring.images.get(image_id_of(version(KEY), wiring.images))
    assert image is not None
    assert (image.status, json.loads(image.processing.lost_event or "")["key"]) == (
        Status.FAILED,
        KEY,
    )
