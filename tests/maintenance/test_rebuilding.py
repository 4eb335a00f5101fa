"""Rebuilding the table from the buckets."""

from collections import Counter
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.auth.callers import ANONYMOUS
from chalicelib.aws import clients
from chalicelib.model import keys
from chalicelib.model.image import Image, ObjectVersion, Status
from chalicelib.model.patch import ImagePatch
from chalicelib.wiring import Wiring
from ops.maintenance.backfill_run import BackfillRun
from ops.maintenance.journal import Journal
from ops.maintenance.rebuild_run import Rebuilding, UnrestoredIntake
from ops.terminal import bar
from tests.builders import ULID
from tests.fakes.others import MemoryQueue
from tests.maintenance.stores import empty_table, put, put_image, requests_in, worker_pool
from tests.pictures import jpeg

CAT, DOG = f"uploads/everyone/{ULID}/cat.jpg", "photos/dog +ä.jpg"
PICTURE = jpeg(64, 48)


def process(wiring: Wiring, key: str, body: bytes = PICTURE, sequencer: str = "A1") -> Image:
    """Put an object into the uploads bucket and process it; return the image."""
    put(wiring.settings.uploads_bucket, key, body=body)
    version = ObjectVersion(bucket=wiring.settings.uploads_bucket, key=key, sequencer=sequencer)
    image = wiring.processor.process(version)
    assert image
    return image


def rebuild(wiring: Wiring, *, dry_run: bool = False) -> tuple[Counter[str], Counter[str], Any]:
    """Run both parts as the command does; return their counts, and unreadable manifests."""
    restored, rest = Journal(), Journal()
    with worker_pool() as made, bar("", quiet=True) as shown:
        Rebuilding(wiring, restored, made, dry_run=dry_run).run(shown)
        intake = UnrestoredIntake(wiring, restored)
        bucket = wiring.settings.uploads_bucket
        BackfillRun(bucket, "", intake, rest, made, dry_run=dry_run).run(shown)
        return restored.counts(), rest.counts(), restored.refusals(lasting=True)


def lose_table(wiring: Wiring) -> None:
    empty_table(wiring.settings.images_table)


def test_records_are_restored_as_they_were(wiring: Wiring) -> None:
    lost = [process(wiring, CAT), process(wiring, DOG), process(wiring, "no.jpg", b"no picture")]
    lose_table(wiring)
    rebuild(wiring)
    for image in lost:
        restored = wiring.images.get(image.id)
        assert restored
        assert replace(restored, revision=image.revision) == image


def test_what_an_owner_has_changed_is_restored(wiring: Wiring) -> None:
    image = process(wiring, DOG)
    patch = ImagePatch(filename="Dog.jpg", alt={"de": "Hund", "en": "Dog"}, tags=("dog", "a"))
    wiring.library.change(image.id, ANONYMOUS, patch)
    changed = wiring.images.get(image.id)
    lose_table(wiring)
    rebuild(wiring)
    restored = wiring.images.get(image.id)
    assert restored
    assert changed
    assert replace(restored, revision=changed.revision) == changed
    assert list(restored.alt) == ["de", "en"]


def test_the_history_is_restored_with_a_restored_event(wiring: Wiring) -> None:
    image = process(wiring, DOG)
    before = wiring.images.history(image.id)
    lose_table(wiring)
    rebuild(wiring)
    *lines, last = wiring.images.history(image.id)
    assert tuple(lines) == before
    assert (last.event, last.detail) == ("restored", "from its manifest")


def test_a_restored_image_is_found_by_its_bytes_and_can_be_changed(wiring: Wiring) -> None:
    image = process(wiring, CAT)
    lose_table(wiring)
    rebuild(wiring)
    found = wiring.images.find_ready(image.owner, image.sha256 or "")
    assert found
    assert process(wiring, CAT, jpeg(48, 48), sequencer="A2").revision == found.revision + 2


def test_an_existing_record_is_never_overwritten(wiring: Wiring) -> None:
    process(wiring, DOG)
    later = process(wiring, DOG, b"no picture", sequencer="A2")
    first, _, _ = rebuild(wiring)
    assert first == {"manifests": 1, "known": 1}
    assert wiring.images.get(later.id) == later


def test_originals_without_a_manifest_are_requested(wiring: Wiring, queue: MemoryQueue) -> None:
    process(wiring, DOG)
    lose_table(wiring)
    put(wiring.settings.uploads_bucket, CAT, "new.jpg")
    rebuild(wiring)
    assert {request.key for request in requests_in(queue)} == {CAT, "new.jpg"}


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"no JSON"])
def test_an_unreadable_manifest_is_reported_and_its_original_requested(
    wiring: Wiring, queue: MemoryQueue, content: bytes
) -> None:
    image = process(wiring, DOG)
    lose_table(wiring)
    put(wiring.settings.images_bucket, keys.manifest_key(image.id), body=content)
    _, _, unreadable = rebuild(wiring)
    assert list(unreadable) == [image.id]
    assert [request.key for request in requests_in(queue)] == [DOG]


def test_a_manifest_under_anothers_id_restores_nothing(wiring: Wiring) -> None:
    image = process(wiring, DOG)
    lose_table(wiring)
    bucket = wiring.settings.images_bucket
    source = {"Bucket": bucket, "Key": keys.manifest_key(image.id)}
    clients.s3().copy_object(Bucket=bucket, Key=keys.manifest_key(ULID), CopySource=source)
    first, _, unreadable = rebuild(wiring)
    assert (first["restored"], list(unreadable)) == (1, [ULID])


def test_a_dry_run_reports_the_same_and_writes_nothing(wiring: Wiring, queue: MemoryQueue) -> None:
    image = process(wiring, DOG)
    lose_table(wiring)
    put(wiring.settings.uploads_bucket, CAT)
    dry_run = rebuild(wiring, dry_run=True)
    assert (wiring.images.get(image.id), queue.bodies) == (None, [])
    assert rebuild(wiring) == dry_run


def test_a_second_run_finds_nothing_to_do(wiring: Wiring, queue: MemoryQueue) -> None:
    process(wiring, CAT)
    lose_table(wiring)
    rebuild(wiring)
    first, rest, _ = rebuild(wiring)
    assert (first, rest, queue.bodies) == (
        {"manifests": 1, "known": 1},
        {"found": 1, "known": 1},
        [],
    )


def test_an_image_that_failed_meanwhile_keeps_its_record(wiring: Wiring) -> None:
    process(wiring, DOG)
    lose_table(wiring)
    failed = put_image(wiring, DOG, Status.FAILED)
    rebuild(wiring)
    assert wiring.images.get(failed.id) == failed
