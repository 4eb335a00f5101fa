"""No item outgrows DynamoDB's 400 KB, which DynamoDB Local enforces, unlike a mock."""

import json
from datetime import datetime, timedelta
from types import ModuleType

import msgspec
import pytest
from botocore.exceptions import ClientError
from msgspec.structs import replace

from chalicelib.aws import items, rows
from chalicelib.aws.cdn_signing import CloudFrontSigner
from chalicelib.aws.parameters import SsmParameters
from chalicelib.deletion import Deleter
from chalicelib.errors import TransientError
from chalicelib.events.schemas import outbox_event_of
from chalicelib.model.edits import MOST_EDITS, Redact
from chalicelib.model.focal_point import FocalPoint, SuggestedFocalPoint
from chalicelib.model.image import RECENT, Event, Image, Status, Visibility
from chalicelib.model.patch import (
    LONGEST_ALT,
    LONGEST_TAG,
    LONGEST_TEXT,
    MOST_LANGUAGES,
    MOST_TAGS,
    ImagePatch,
)
from chalicelib.model.variants import load_table
from chalicelib.ports.objects import ListedVersion
from chalicelib.ports.secrets import signing_key
from chalicelib.views import image_view
from chalicelib.views.addresses import Addresses
from chalicelib.wiring import Wiring
from ops import signing_keys
from tests.aws.stores import DynamoTable
from tests.builders import KEY, NOON, changed, processed, put, version
from tests.clock import Clock
from tests.fakes.objects import MemoryObjects
from tests.pictures import jpeg

FULL = 409_600  # bytes of an item
PHOTO = jpeg(60, 40)


@pytest.fixture
def wiring(application: ModuleType, dynamodb_table: DynamoTable) -> Wiring:
    """The application over objects in memory and a real table."""
    found: Wiring = application.wiring
    found.images = found.index = found.bookmarks = found.outbox = dynamodb_table
    return found


def size(image: Image) -> int:
    """The bytes of an image's item, as DynamoDB counts them, within a few percent."""
    return sum(len(name) + _bytes(value) for name, value in items.record_item(image).items())


def _bytes(typed: dict[str, object]) -> int:
    ((kind, value),) = typed.items()
    match value:
        case str():
            return len(value.encode())
        case list():
            return 3 + sum(1 + _bytes(inner) for inner in value)
        case dict():
            return 3 + sum(1 + len(name) + _bytes(inner) for name, inner in value.items())
    assert kind in ("BOOL", "NULL")
    return 1


def checksum(number: int) -> str:
    return f"{number:064x}"


def fill(wiring: Wiring, image: Image) -> Image:
    """The stored image with as many outdated checksums as its item holds, as 5f300cc wrote it."""
    room = FULL - size(image) - 300
    outdated = tuple(checksum(number) for number in range(room // 65))
    full = replace(image, indexed_checksums=(*outdated, *image.indexed_checksums))
    rows.put(wiring.settings.images_table, items.record_item(full))
    return full


@pytest.fixture(autouse=True)
def same_table(wiring: Wiring, dynamodb_table: DynamoTable) -> None:
    wiring.settings = replace(wiring.settings, images_table=dynamodb_table._name)


def test_dynamodb_refuses_a_record_with_6300_checksums(wiring: Wiring) -> None:
    image = processed(wiring, PHOTO)
    checksums = tuple(checksum(number) for number in range(6_300))
    with pytest.raises(ClientError, match="ValidationException"):
        wiring.images.put(
            replace(image, indexed_checksums=checksums), Event(at=NOON, event="ready")
        )


def test_an_overwritten_image_has_a_record_of_the_same_size(wiring: Wiring) -> None:
    processed(wiring, PHOTO, sequencer="A1")
    sizes = []
    for number in range(2, 8):
        put(wiring, jpeg(60, 40, seed=number))
        done = wiring.processor.process(version(sequencer=f"A{number}"))
        assert done is not None
        sizes.append(len(done.indexed_checksums))
    assert sizes == [1] * 6


def test_only_the_present_content_is_indexed(wiring: Wiring) -> None:
    before = processed(wiring, PHOTO, sequencer="A1")
    after = processed(wiring, jpeg(60, 40, seed=2), sequencer="A2")
    table = wiring.settings.images_table
    markers = [rows.read(table, f"sha256#{i.owner}#{i.sha256}", "image") for i in (before, after)]
    assert [marker is not None for marker in markers] == [False, True]


def test_a_record_that_earlier_versions_filled_is_processed_and_shrinks(wiring: Wiring) -> None:
    full = fill(wiring, processed(wiring, PHOTO, sequencer="A1"))
    assert size(full) > FULL - 500
    done = processed(wiring, jpeg(60, 40, seed=2), sequencer="A2")
    assert done.status is Status.READY
    assert len(done.indexed_checksums) <= len(full.indexed_checksums) - 198


def test_a_record_that_earlier_versions_filled_is_erased(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = fill(wiring, processed(wiring, PHOTO))
    monkeypatch.setattr(wiring.images, "remove_checksums", lambda *_: None)  # takes half a minute
    receipt = wiring.deleter.erase(full)
    tombstone = wiring.images.get(full.id)
    assert receipt.verified
    assert tombstone is not None
    assert tombstone.indexed_checksums == ()


class ManyVersions(MemoryObjects):
    """A bucket whose object `KEY` has many versions, a thousand each second, oldest first."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.deletions = 0
        self.present = {f"{n:032x}": NOON + timedelta(seconds=n // 900) for n in range(number)}

    def versions(self, bucket: str, key: str):  # type: ignore[no-untyped-def]
        if key != KEY:
            yield from super().versions(bucket, key)
            return
        newest_first = sorted(self.present, reverse=True)
        for first in range(0, len(newest_first), 1000):
            page = newest_first[first : first + 1000]
            yield [ListedVersion(key=key, id=id_, modified=self.present[id_]) for id_ in page]

    def erase_versions(self, bucket: str, versions) -> None:  # type: ignore[no-untyped-def]
        if versions[0].key != KEY:
            super().erase_versions(bucket, versions)
            return
        self.deletions += 1
        for listed in versions:
            self.present.pop(listed.id, None)


def erased_in_runs(wiring: Wiring, image: Image, clock: Clock) -> int:
    """How many calls erase the image, if deleting a thousand versions takes a second."""
    objects = wiring.objects
    assert isinstance(objects, ManyVersions)
    wiring.clock = lambda: clock.now + timedelta(seconds=objects.deletions)
    deleter: Deleter = wiring.deleter
    for run in range(1, 100):
        try:
            receipt = deleter.erase(image) if run == 1 else deleter.finish(image.id)
        except TransientError:
            continue
        assert receipt is not None
        assert receipt.verified
        return run
    raise AssertionError("The image is not erased.")


@pytest.mark.parametrize(("number", "runs"), [(12_000, 1), (100_000, 5)])
def test_an_image_is_erased_however_many_versions_it_has(
    wiring: Wiring, number: int, runs: int
) -> None:
    image = processed(wiring, PHOTO)
    wiring.objects = objects = ManyVersions(number)
    assert erased_in_runs(wiring, image, Clock()) == runs
    assert objects.present == {}


def test_versions_written_after_the_deletion_stay(wiring: Wiring) -> None:
    image = processed(wiring, PHOTO)
    wiring.objects = objects = ManyVersions(30_000)
    at_the_deletion = max(objects.present.values())  # times are in seconds
    wiring.clock = lambda: NOON + timedelta(seconds=objects.deletions)
    with pytest.raises(TransientError, match="will be continued"):
        wiring.deleter.erase(image)
    later = {f"{n:032x}": at_the_deletion for n in range(90_000, 90_003)}
    objects.present |= later
    wiring.deleter.finish(image.id)
    assert objects.present == later


def test_a_tombstone_of_an_earlier_version_is_finished(wiring: Wiring) -> None:
    image = processed(wiring, PHOTO)
    wiring.objects = objects = ManyVersions(2_500)
    named = tuple(sorted(objects.present))
    tombstone = changed(
        replace(image, status=Status.DELETED, renditions=()),
        permanent=True,
        versions_to_delete=named[:-1],
    )
    wiring.images.put(tombstone, Event(at=NOON, event="deleted"))
    receipt = wiring.deleter.finish(image.id)
    assert receipt is not None
    assert (receipt.verified, set(objects.present)) == (True, {named[-1]})


def test_the_manifest_of_an_image_that_was_overwritten_often_is_small(wiring: Wiring) -> None:
    done = processed(wiring, PHOTO, sequencer="A1")
    for number in range(2 * RECENT):
        line = Event(at=NOON + timedelta(seconds=number), event="ready")
        rows.put(wiring.settings.images_table, items.history_item(done, line, number))
    again = processed(wiring, jpeg(60, 40, seed=2), sequencer="A2")
    manifest = wiring.objects.read("test-images", f"{done.id}/manifest.json", 10**9).data
    assert manifest.count(b'"at"') == RECENT
    assert len(wiring.images.history(again.id)) == RECENT


def test_the_latest_events_are_shown(wiring: Wiring) -> None:
    done = processed(wiring, PHOTO)
    last: datetime = done.updated_at
    for number in range(150):
        line = Event(at=last + timedelta(seconds=number), event="changed", detail=str(number))
        rows.put(wiring.settings.images_table, items.history_item(done, line, 10 + number))
    shown = wiring.images.history(done.id)
    assert [line.detail for line in shown] == [str(number) for number in range(50, 150)]


def fullest(image: Image) -> Image:
    """The image with the longest texts; a quotation mark has six bytes in the markup."""
    others = "😀" * ((LONGEST_ALT - LONGEST_TEXT) // (MOST_LANGUAGES - 1))
    alt = {"en": '"' * LONGEST_TEXT}
    alt |= {f"en-x-{number}": others for number in range(MOST_LANGUAGES - 1)}
    tags = tuple("😀" * (LONGEST_TAG - 2) + f"{number:02}" for number in range(MOST_TAGS))
    box = Redact(x=0.123456, y=0.123456, width=0.654321, height=0.654321, color="#123456")
    edits = (box,) * MOST_EDITS
    full = ImagePatch(filename="😀" * 1024, alt=alt, tags=tags, edits=edits).apply(image)
    point = FocalPoint(x=0.123456, y=0.654321)
    suggested = SuggestedFocalPoint(x=0.123456, y=0.654321, source="saliency", faces_sought=True)
    return replace(full, focal_point=point, suggested_focal_point=suggested)


def with_most_renditions(image: Image) -> Image:
    made = image.renditions[0]
    renditions = [
        replace(made, variant=f"v{number}", key=f"{image.id}/{number:016}/{'v' * 60}.webp")
        for number in range(250)
    ]
    return replace(image, renditions=tuple(renditions))


def test_an_image_with_the_longest_texts_is_stored(wiring: Wiring) -> None:
    full = fullest(with_most_renditions(processed(wiring, PHOTO)))
    written = wiring.images.put(full, Event(at=NOON, event="changed"))
    assert wiring.images.get(written.id) == written


def test_the_event_of_an_image_with_the_longest_texts_fits_on_the_bus(wiring: Wiring) -> None:
    full = fullest(with_most_renditions(processed(wiring, PHOTO)))
    line = Event(at=NOON, event="changed")
    event = outbox_event_of(full, line, "https://photos.example/images", load_table())
    assert event is not None
    assert len(event.detail.encode()) < 240 * 1024


@pytest.mark.parametrize("visibility", Visibility)
def test_a_page_of_100_images_with_the_longest_texts_is_below_lambdas_limit(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch, visibility: Visibility
) -> None:
    keys = signing_keys.new_keys()
    parameter = signing_keys.written(replace(keys, id="K" + 13 * "1"))
    monkeypatch.setattr(SsmParameters, "read", lambda *_: parameter)
    signer = CloudFrontSigner("a parameter", wiring.clock)
    addresses = Addresses(signer, wiring.settings, wiring.clock)
    full = fullest(processed(wiring, jpeg(4000, 3000)))
    full = replace(full, visibility=visibility)
    view = image_view.show(
        full,
        wiring.settings.public_url,
        load_table(),
        urls=addresses.of(full),
        signing_key=signing_key(wiring.secrets),
    )
    # The function's answer has it as a JSON string.
    text = json.dumps(msgspec.json.encode(view).decode(), ensure_ascii=False)
    assert ("Key-Pair-Id=K1" in text) == (visibility is Visibility.PRIVATE)
    assert 100 * len(text.encode()) < 6_000_000
