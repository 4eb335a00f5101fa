"""A redaction: what showed more is erased everywhere, and whatever interrupts that."""

import base64
import io
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest
from PIL import Image as Pictures
from PIL import ImageChops

from chalicelib.errors import NotFound, TransientError
from chalicelib.model import delivery, keys, purges
from chalicelib.model.delivery import WidthFile, file_key
from chalicelib.model.edits import Crop, Edit, Redact
from chalicelib.model.image import Image, ObjectVersion, Status, Visibility
from chalicelib.model.patch import ImagePatch
from chalicelib.ports.clock import Clock
from chalicelib.ports.objects import ListedVersion
from chalicelib.processing.failures import Failure
from chalicelib.views.manifests import read_manifest
from tests.builders import caller
from tests.fakes.objects import MemoryObjects
from tests.fakes.others import MemoryBus
from tests.pictures import encoded, photo
from tests.sweep.conftest import IMAGES, UPLOADS, Harness
from tests.sweep.test_moves import Fragile, Killed, forget_use_cases

KEY = "photos/cat.jpg"
MAGENTA = (255, 0, 255)
SECRET = (64, 48, 96, 80)  # of 160 x 120 pixels: whole blocks of the JPEG
BOX = Redact(x=0.38, y=0.375, width=0.24, height=0.3125, color="#101010")
OTHER_BOX = Redact(x=0.3, y=0.3, width=0.4, height=0.5, color="#101010")
_DATA_URI = re.compile(rb"data:image/webp;base64,([A-Za-z0-9+/=]+)")


def secret_photo() -> bytes:
    """A photograph with a block in a colour that appears nowhere else."""
    picture = photo(160, 120)
    # Without other reds and blues no pixel of the rest comes close to the block's colour.
    red, green, blue = picture.split()
    darker = Pictures.merge("RGB", (red.point(lambda v: v // 3), green, blue))
    darker.paste(MAGENTA, SECRET)
    return encoded(darker, quality=92)


def shows_secret(data: bytes) -> bool:
    """Whether a picture has pixels that are much more red than green."""
    with Pictures.open(io.BytesIO(data)) as image:
        red, green, _ = image.convert("RGB").split()
    _, most = ImageChops.subtract(red, green).getextrema()
    assert isinstance(most, int)
    return most > 120


def pictures_in(data: bytes) -> Iterator[bytes]:
    """The file itself if it is a picture, and those in its data URIs."""
    with suppress(Pictures.UnidentifiedImageError):
        Pictures.open(io.BytesIO(data)).close()
        yield data
    yield from (base64.b64decode(found) for found in _DATA_URI.findall(data))


def places(harness: Harness) -> list[str]:
    """Everything but originals that shows the secret: keys, records, events."""
    stored = {
        key: kept.data for (bucket, key), kept in harness.objects.kept.items() if bucket == IMAGES
    }
    for image in harness.wiring.images._records.values():  # type: ignore[attr-defined]
        stored[f"record {image.id}"] = json.dumps(str(image)).encode()
    return [name for name, data in stored.items() if any(map(shows_secret, pictures_in(data)))]


def change(harness: Harness, image_id: str, **patch: Any) -> Any:
    return harness.wiring.library.change(image_id, caller(), ImagePatch(**patch)).view


def redact(harness: Harness, image_id: str, *edits: Edit) -> Any:
    return change(harness, image_id, edits=edits or (BOX,))


@pytest.fixture
def image(harness: Harness) -> Image:
    """An image whose every file shows the secret, with a size on demand and an older rendition."""
    made = harness.ready(KEY, secret_photo())
    generation = harness.wiring.renderer.generation
    harness.wiring.delivery.locate(made.id, "w", f"320-{generation}.webp")
    harness.put(f"{made.id}/0123456789abcdef/mobile.webp", secret_photo(), IMAGES)
    return made


def check_is_redacted(harness: Harness, image_id: str) -> None:
    image = harness.image(image_id)
    assert (image.status, image.edits) == (Status.READY, (BOX,))
    assert places(harness) == []
    expected = {*image.processed_files, *harness.wiring.published_files.expected(image)}
    manifest = keys.manifest_key(image.id)
    assert {*harness.files()} == expected | {manifest}


def test_the_search_finds_what_shows_the_secret(harness: Harness, image: Image) -> None:
    names = places(harness)
    assert {*image.processed_files, keys.manifest_key(image.id)} <= {*names}
    assert {f"record {image.id}"} <= {*names}
    assert any(delivery.is_on_demand(name) for name in names)
    assert len(names) == len(harness.files()) + 1


def test_nothing_shows_what_is_redacted_once_the_request_is_answered(
    harness: Harness, image: Image
) -> None:
    view = redact(harness, image.id)
    assert (view.status, view.renditions, view.placeholder, view.markup) == (
        Status.PROCESSING, [], None, None,
    )  # fmt: skip
    assert harness.files() == [keys.manifest_key(image.id)]
    assert places(harness) == []
    assert [image_id for image_id, _ in harness.cdn.invalidated] == [image.id]


def test_old_urls_find_nothing_until_the_image_is_rendered(harness: Harness, image: Image) -> None:
    redact(harness, image.id)
    generation = harness.wiring.renderer.generation
    for folder, name in (
        ("w", f"320-{generation}.webp"),
        ("i", "mobile.webp"),
        ("0123456789abcdef", "mobile.webp"),
    ):
        with pytest.raises(NotFound):
            harness.wiring.delivery.locate(image.id, folder, name)


def test_the_redacted_image_is_rendered_from_the_queue(harness: Harness, image: Image) -> None:
    redact(harness, image.id)
    harness.sweep()
    check_is_redacted(harness, image.id)
    assert harness.events(image.id)[-3:] == ["processing", "processing", "ready"]
    harness.wait(hours=1)
    harness.sweep()
    done = harness.image(image.id)
    assert (done.purge, done.is_unfinished) == (None, False)
    check_is_redacted(harness, image.id)
    harness.wait(hours=1)
    assert harness.sweep().repairs == 0


def test_events_after_the_redaction_do_not_show_it(harness: Harness, image: Image) -> None:
    harness.wiring.__dict__["bus"] = bus = MemoryBus()
    harness.wiring.__dict__.pop("event_publisher", None)
    forget_use_cases(harness)
    redact(harness, image.id)
    harness.sweep()
    assert len(bus.outbox_events) == 2
    for event in bus.outbox_events:
        assert not any(map(shows_secret, pictures_in(event.detail.encode())))
        assert not any(key in event.detail for key in image.processed_files)


def test_the_original_stays(harness: Harness, image: Image) -> None:
    redact(harness, image.id)
    harness.sweep()
    assert shows_secret(harness.objects.kept[UPLOADS, KEY].data)
    change(harness, image.id, edits=None)
    harness.sweep()
    assert harness.image(image.id).renditions == image.renditions


def test_a_second_redaction_also_withdraws(harness: Harness, image: Image) -> None:
    redact(harness, image.id, OTHER_BOX)
    harness.sweep()
    assert harness.image(image.id).renditions
    redact(harness, image.id)
    assert harness.files() == [keys.manifest_key(image.id)]
    harness.sweep()
    check_is_redacted(harness, image.id)


def test_a_crop_withdraws_nothing(harness: Harness, image: Image) -> None:
    view = change(harness, image.id, edits=(Crop(x=0, y=0, width=0.5, height=1),))
    assert (view.status, len(view.renditions)) == (Status.READY, len(image.renditions))
    assert harness.cdn.invalidated == []


def test_a_redaction_of_a_private_image_erases_both_places(harness: Harness, image: Image) -> None:
    change(harness, image.id, visibility=Visibility.PRIVATE)
    harness.put(f"{image.id}/0123456789abcdef/mobile.webp", secret_photo(), IMAGES)
    redact(harness, image.id)
    assert harness.files() == [keys.manifest_key(image.id)]
    harness.sweep()
    check_is_redacted(harness, image.id)


def test_one_request_can_redact_and_hide(harness: Harness, image: Image) -> None:
    view = change(harness, image.id, edits=(BOX,), visibility=Visibility.PRIVATE)
    assert (view.visibility, view.pending_visibility) == (Visibility.PRIVATE, None)
    harness.sweep()
    check_is_redacted(harness, image.id)
    assert all(key.startswith("private/") for key in harness.image(image.id).processed_files)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 43))
def test_a_redaction_that_was_killed_anywhere_is_finished(
    harness: Harness, image: Image, at: int, *, after: bool
) -> None:
    wiring = harness.wiring
    fragile = Fragile(at, after=after)
    stores = wiring.objects, wiring.images, wiring.cdn
    forget_use_cases(harness)
    wiring.objects, wiring.images, wiring.cdn = map(fragile.around, stores)
    with suppress(Killed):
        redact(harness, image.id)
        # The worker that the queue calls: its calls are counted, too.
        harness.sweep()
    forget_use_cases(harness)
    wiring.objects, wiring.images, wiring.cdn = stores
    if harness.image(image.id).edits == ():
        return  # killed before anything was recorded
    for _ in range(3):
        harness.wait(hours=1)
        harness.sweep()
    check_is_redacted(harness, image.id)
    assert harness.cdn.invalidated
    assert not harness.image(image.id).is_unfinished


def begun(sequencer: str = "A2") -> ObjectVersion:
    return ObjectVersion(bucket=UPLOADS, key=KEY, sequencer=sequencer)


def during(harness: Harness, method: str, act: Any, *, number: int = 1) -> None:
    """Have somebody act before a call of the object store for the images bucket."""
    original, calls = getattr(harness.objects, method), []

    def called(bucket: str, *given: Any, **named: Any) -> Any:
        if bucket == IMAGES:
            calls.append(given)
            if len(calls) == number:
                act()
        return original(bucket, *given, **named)

    setattr(harness.objects, method, called)


@pytest.mark.parametrize("redacted_is_rendered", [False, True])
@pytest.mark.parametrize(
    ("method", "number"), [("write", 1), ("write", 3), ("copy", 1), ("write", 5)]
)
def test_a_worker_that_renders_meanwhile_leaves_nothing(
    harness: Harness, image: Image, method: str, number: int, *, redacted_is_rendered: bool
) -> None:
    def act() -> None:
        harness.wait(seconds=1)
        redact(harness, image.id)
        if redacted_is_rendered:
            harness.sweep()

    during(harness, method, act, number=number)
    assert harness.wiring.processor.process(begun()) is None
    for name in ("write", "copy"):
        harness.objects.__dict__.pop(name, None)
    harness.sweep()
    check_is_redacted(harness, image.id)


@pytest.mark.parametrize("redacted_is_rendered", [False, True])
@pytest.mark.parametrize("at", range(1, 14))
def test_a_worker_that_was_killed_meanwhile_leaves_nothing_for_long(
    harness: Harness, image: Image, at: int, *, redacted_is_rendered: bool
) -> None:
    wiring, fragile = harness.wiring, Fragile(10**9, after=True)
    stores = wiring.objects, wiring.images, wiring.cdn
    wiring.objects, wiring.images, wiring.cdn = map(fragile.around, stores)
    forget_use_cases(harness)

    def act() -> None:
        harness.wait(seconds=1)
        redact(harness, image.id)
        if redacted_is_rendered:
            harness.sweep()
        fragile.left = at

    during(harness, "write", act)
    with suppress(Killed):
        wiring.processor.process(begun())
    del harness.objects.__dict__["write"]
    forget_use_cases(harness)
    wiring.objects, wiring.images, wiring.cdn = stores
    for _ in range(2):
        harness.wait(hours=1)
        harness.sweep()
    check_is_redacted(harness, image.id)
    assert not harness.image(image.id).is_unfinished


def test_files_of_a_worker_that_was_killed_meanwhile_go_with_the_next_sweep(
    harness: Harness, image: Image
) -> None:
    redact(harness, image.id)
    harness.sweep()
    harness.put(f"{image.id}/0123456789abcdef/mobile.webp", secret_photo(), IMAGES)
    harness.put(f"{image.id}/i/mobile.webp", secret_photo(), IMAGES)
    assert len(places(harness)) == 2
    before = len(harness.cdn.invalidated)
    harness.wait(hours=1)
    assert harness.sweep().purged == 1
    check_is_redacted(harness, image.id)
    assert len(harness.cdn.invalidated) > before


def test_nobody_renders_while_files_are_being_erased(harness: Harness, image: Image) -> None:
    def fail(*_: object) -> None:
        raise TransientError("S3 is away.")

    erase, harness.objects.erase_versions = harness.objects.erase_versions, fail  # type: ignore[method-assign]
    view = redact(harness, image.id)
    harness.objects.erase_versions = erase  # type: ignore[method-assign]
    assert view.renditions == []
    with pytest.raises(TransientError, match="still being erased"):
        harness.wiring.processor.process(begun())
    harness.wait(seconds=61)
    harness.sweep()  # the message that was queued
    check_is_redacted(harness, image.id)


class VersionedObjects(MemoryObjects):
    """Buckets that keep what is overwritten, until its version is erased."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.former: dict[tuple[str, str], dict[str, bytes]] = {}
        self._ids = itertools.count()

    def write(self, bucket: str, key: str, data: bytes, **headers: Any) -> str:
        if before := self.kept.get((bucket, key)):
            versions = self.former.setdefault((bucket, key), {})
            versions[f"v{next(self._ids)}"] = before.data
        return super().write(bucket, key, data, **headers)

    def versions(self, bucket: str, key: str) -> Iterator[Sequence[ListedVersion]]:
        yield from super().versions(bucket, key)
        for found in list(self.former.get((bucket, key), {})):
            yield [ListedVersion(key=key, id=found, modified=self.clock())]

    def erase_versions(self, bucket: str, versions: Sequence[ListedVersion]) -> None:
        for version in versions:
            if version.id == "null":
                self.erase(bucket, version.key)
            self.former.get((bucket, version.key), {}).pop(version.id, None)

    def overwritten(self) -> list[str]:
        """The keys of which earlier versions exist in the images bucket."""
        return sorted(key for (bucket, key), ids in self.former.items() if bucket == IMAGES and ids)


def test_no_earlier_version_is_left_in_a_versioned_bucket(harness: Harness) -> None:
    objects = VersionedObjects(harness.objects.clock)
    harness.wiring.objects = harness.objects = objects
    forget_use_cases(harness)
    image = harness.ready(KEY, secret_photo())
    harness.wiring.library.change(image.id, caller(), ImagePatch(tags=("a",)))
    manifest = keys.manifest_key(image.id)
    assert objects.overwritten() == [manifest]
    redact(harness, image.id)
    assert objects.overwritten() == []
    harness.sweep()
    # A worker may not erase manifests, and these do not show the secret.
    former = objects.former[IMAGES, manifest].values()
    assert not any(shows_secret(picture) for data in former for picture in pictures_in(data))
    for key in (f"{image.id}/i/mobile.webp", manifest):
        kept = objects.kept[IMAGES, key].data
        harness.put(key, secret_photo(), IMAGES)
        harness.put(key, kept, IMAGES)
    harness.wait(hours=1)
    harness.sweep()
    assert objects.overwritten() in ([], [manifest])
    late = [data for ids in objects.former.values() for data in ids.values()]
    assert not any(shows_secret(picture) for data in late for picture in pictures_in(data))
    check_is_redacted(harness, image.id)


def test_a_request_that_is_repeated_finishes_what_was_killed(
    harness: Harness, image: Image
) -> None:
    def killed(*_: object) -> None:
        raise Killed

    erase, harness.objects.erase_versions = harness.objects.erase_versions, killed  # type: ignore[method-assign]
    with suppress(Killed):
        redact(harness, image.id)
    harness.objects.erase_versions = erase  # type: ignore[method-assign]
    assert redact(harness, image.id).status is Status.READY  # the first one may still be at work
    harness.wait(seconds=61)
    assert redact(harness, image.id).status is Status.PROCESSING
    assert harness.files() == [keys.manifest_key(image.id)]
    harness.sweep()
    check_is_redacted(harness, image.id)


def test_a_purge_that_somebody_else_has_claimed_is_not_recorded(
    harness: Harness, image: Image
) -> None:
    claimed = purges.withdraw(image, harness.now)
    later = purges.withdraw(image, harness.now.replace(year=2027))
    assert purges.purged(later, claimed, 3, harness.now) is None
    assert purges.purged(claimed, claimed, 3, harness.now) is not None


def test_a_deleted_image_has_nothing_to_purge(harness: Harness, image: Image) -> None:
    redact(harness, image.id)
    harness.wiring.library.delete(image.id, caller())
    gone = harness.image(image.id)
    assert (gone.status, gone.purge, gone.edits) == (Status.DELETED, None, ())


def test_a_copy_that_was_made_meanwhile_is_erased(harness: Harness, image: Image) -> None:
    def act() -> None:
        redact(harness, image.id)
        # As if it had been copied before the rendition was erased.
        harness.put(image.processed_files[0], secret_photo(), IMAGES)

    during(harness, "copy", act)
    with pytest.raises(NotFound):
        harness.wiring.delivery.locate(image.id, "i", "1080p.webp")
    assert f"{image.id}/i/1080p.webp" not in harness.files()


def test_a_table_that_is_rebuilt_meanwhile_knows_what_to_hide(
    harness: Harness, image: Image
) -> None:
    redact(harness, image.id)
    stored = harness.objects.read(IMAGES, keys.manifest_key(image.id), 10**8)
    restored, _ = read_manifest(stored)
    present = harness.image(image.id)
    assert restored.with_processing(requested=True) == present
    assert (restored.edits, restored.renditions, restored.purge is None) == ((BOX,), (), False)


@pytest.mark.parametrize("data", [b"no image", secret_photo()[:3_000]])
def test_a_rejected_image_can_be_redacted(harness: Harness, data: bytes) -> None:
    image = harness.ready(KEY, data)
    assert redact(harness, image.id).status is Status.PROCESSING
    harness.sweep()
    harness.wait(hours=1)
    harness.sweep()
    rejected = harness.image(image.id)
    assert (rejected.status, rejected.purge) == (Status.REJECTED, None)


def test_an_image_whose_processing_fails_stays_hidden(harness: Harness, image: Image) -> None:
    redact(harness, image.id)
    failure = Failure(cause="It crashed.", event="{}", image_id=image.id)
    harness.wiring.failures.record(failure)
    harness.work.bodies.clear()
    harness.put(f"{image.id}/i/mobile.webp", secret_photo(), IMAGES)
    harness.wait(hours=1)
    harness.sweep()
    failed = harness.image(image.id)
    assert (failed.status, failed.renditions, failed.purge) == (Status.FAILED, (), None)
    assert places(harness) == []


def test_a_size_that_was_rendered_meanwhile_is_erased(harness: Harness, image: Image) -> None:
    generation = harness.wiring.renderer.generation
    during(harness, "write", lambda: redact(harness, image.id))
    harness.wiring.delivery.locate(image.id, "w", f"480-{generation}.webp")
    key = file_key(image.id, WidthFile(480, generation, "webp"))
    assert key not in harness.files()
