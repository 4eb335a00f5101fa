"""The table, rebuilt from the buckets alone."""

from collections import Counter
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib import keys
from chalicelib.aws import clients
from chalicelib.records import Image, ObjectVersion, Status
from chalicelib.wiring import Wiring
from ops.upkeep.filling import Filling
from ops.upkeep.journal import Journal
from ops.upkeep.rebuilding import AskingForTheRest, Rebuilding
from ops.upkeep.showing import bar
from tests.builders import ULID
from tests.fakes.others import MemoryQueue
from tests.pictures import jpeg
from tests.upkeep.stores import asked, crew, empty_table, known, put

CAT, DOG = f"uploads/everyone/{ULID}/cat.jpg", "photos/dog +ä.jpg"
PICTURE = jpeg(64, 48)


def process(wiring: Wiring, key: str, body: bytes = PICTURE, sequencer: str = "A1") -> Image:
    """An object of the uploads bucket, and the image that became of it."""
    put(wiring.settings.uploads_bucket, key, body=body)
    version = ObjectVersion(bucket=wiring.settings.uploads_bucket, key=key, sequencer=sequencer)
    image = wiring.processor.process(version)
    assert image
    return image


def rebuild(wiring: Wiring, *, dry_run: bool = False) -> tuple[Counter[str], Counter[str], Any]:
    """Both halves, as the command makes them: what they came to, and what could not be read."""
    restored, rest = Journal(), Journal()
    with crew() as made, bar("", quiet=True) as shown:
        Rebuilding(wiring, restored, made, dry_run=dry_run).run(shown)
        asking = AskingForTheRest(wiring, restored)
        bucket = wiring.settings.uploads_bucket
        Filling(bucket, "", asking, rest, made, dry_run=dry_run).run(shown)
        return restored.counts(), rest.counts(), restored.refusals(lasting=True)


def lose_table(wiring: Wiring) -> None:
    empty_table(wiring.settings.images_table)


def test_records_are_restored_as_they_were(wiring: Wiring) -> None:
    lost = [process(wiring, CAT), process(wiring, DOG), process(wiring, "no.jpg", b"no picture")]
    lose_table(wiring)
    rebuild(wiring)
    for image in lost:
        restored = wiring.table.get(image.id)
        assert restored
        assert replace(restored, revision=image.revision) == image


def test_the_history_is_restored_and_says_so(wiring: Wiring) -> None:
    image = process(wiring, DOG)
    before = wiring.table.history(image.id)
    lose_table(wiring)
    rebuild(wiring)
    *lines, last = wiring.table.history(image.id)
    assert tuple(lines) == before
    assert (last.event, last.detail) == ("restored", "from its manifest")


def test_a_restored_image_is_found_by_its_bytes_and_can_be_changed(wiring: Wiring) -> None:
    image = process(wiring, CAT)
    lose_table(wiring)
    rebuild(wiring)
    found = wiring.table.find_ready(image.owner, image.sha256 or "")
    assert found
    assert process(wiring, CAT, jpeg(48, 48), sequencer="A2").revision == found.revision + 2


def test_a_record_that_is_there_is_never_overwritten(wiring: Wiring) -> None:
    process(wiring, DOG)
    later = process(wiring, DOG, b"no picture", sequencer="A2")
    first, _, _ = rebuild(wiring)
    assert first == {"manifests": 1, "known": 1}
    assert wiring.table.get(later.id) == later


def test_originals_without_a_manifest_are_asked_for(wiring: Wiring, queue: MemoryQueue) -> None:
    process(wiring, DOG)
    lose_table(wiring)
    put(wiring.settings.uploads_bucket, CAT, "new.jpg")
    rebuild(wiring)
    assert {wish.key for wish in asked(queue)} == {CAT, "new.jpg"}


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"no JSON"])
def test_an_unreadable_manifest_is_told_and_its_original_asked_for(
    wiring: Wiring, queue: MemoryQueue, content: bytes
) -> None:
    image = process(wiring, DOG)
    lose_table(wiring)
    put(wiring.settings.images_bucket, keys.manifest_key(image.id), body=content)
    _, _, unreadable = rebuild(wiring)
    assert list(unreadable) == [image.id]
    assert [wish.key for wish in asked(queue)] == [DOG]


def test_a_manifest_under_anothers_id_restores_nothing(wiring: Wiring) -> None:
    image = process(wiring, DOG)
    lose_table(wiring)
    bucket = wiring.settings.images_bucket
    source = {"Bucket": bucket, "Key": keys.manifest_key(image.id)}
    clients.s3().copy_object(Bucket=bucket, Key=keys.manifest_key(ULID), CopySource=source)
    first, _, unreadable = rebuild(wiring)
    assert (first["restored"], list(unreadable)) == (1, [ULID])


def test_a_dry_run_tells_the_same_and_writes_nothing(wiring: Wiring, queue: MemoryQueue) -> None:
    image = process(wiring, DOG)
    lose_table(wiring)
    put(wiring.settings.uploads_bucket, CAT)
    told = rebuild(wiring, dry_run=True)
    assert (wiring.table.get(image.id), queue.bodies) == (None, [])
    assert rebuild(wiring) == told


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


def test_an_image_that_was_failed_since_keeps_its_record(wiring: Wiring) -> None:
    process(wiring, DOG)
    lose_table(wiring)
    failed = known(wiring, DOG, Status.FAILED)
    rebuild(wiring)
    assert wiring.table.get(failed.id) == failed
