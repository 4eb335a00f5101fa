"""Checks the guarantees against buckets and table once nothing is running or waiting."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import msgspec

from chalicelib.aws import items, table_keys
from chalicelib.aws.search_entries import entries_of
from chalicelib.errors import Reason
from chalicelib.model import delivery, keys
from chalicelib.model.image import CHANGED, RECENT, Event, Image, Status
from chalicelib.model.transitions import ALLOWED
from chalicelib.views import image_view
from ops.local import names
from tests.attack.machine.model import Original
from tests.attack.machine.pictures import (
    BY_SHA256,
    TABLES,
    Content,
    rendered,
    sized,
)
from tests.attack.machine.world import World
from tests.environment import SETTINGS


@dataclass
class Rest:
    """Everything that is stored, read at once."""

    records: dict[str, Image] = field(default_factory=dict)
    histories: dict[str, list[Event]] = field(default_factory=dict)
    revisions: dict[str, list[str]] = field(default_factory=dict)  # of the histories' lines
    markers: dict[str, str] = field(default_factory=dict)  # images' ids by bytes
    entries: set[tuple[str, str]] = field(default_factory=set)  # the keys of search entries
    files: Mapping[str, str] = field(default_factory=dict)  # ETags by key, of the images bucket
    versions: dict[str, Any] = field(default_factory=dict)  # of the uploads bucket, by their ids


def differences(world: World) -> list[str]:
    """A sentence for each guarantee that does not hold."""
    rest = _at_rest(world)
    owners = {o.image_id for o in world.model.originals.values()}
    found = [*_histories(rest), *_strangers(rest, owners), *_entries(rest)]
    for original in world.model.originals.values():
        found += _originals(original, rest)
        found += _outcome(world, original, rest)
    return found


def ends(world: World) -> Counter[str]:
    """The number of images by status and rejection reason."""
    records = _at_rest(world).records.values()
    return Counter(f"{i.status} {i.reason or ''}".rstrip() for i in records)


def _at_rest(world: World) -> Rest:
    rest = Rest(files=world.stores.objects(names.IMAGES_BUCKET))
    rest.versions = {v["VersionId"]: v for v in world.stores.versions(names.UPLOADS_BUCKET)}
    for row in sorted(world.stores.rows(), key=lambda row: row["entry"]["S"]):
        image_id, entry = row["id"]["S"], row["entry"]["S"]
        if entry.startswith(table_keys.HISTORY):
            rest.histories.setdefault(image_id, []).append(items.event_of(row))
            rest.revisions.setdefault(image_id, []).append(entry.rpartition("#")[2])
        elif image_id.startswith("search#"):
            rest.entries.add((image_id, entry))
        elif "image_id" in row:
            rest.markers[image_id] = row["image_id"]["S"]
        elif "status" in row:
            rest.records[image_id] = items.image_of(row)
    return rest


def _histories(rest: Rest) -> Iterator[str]:
    for image_id, image in rest.records.items():
        lines = rest.histories.get(image_id, [])
        events = [line.event for line in lines]
        if len(lines) != image.revision:
            yield f"{image_id} was written {image.revision} times, its history is {events}."
        changes = [line for line in lines if line.event in set(Status)]
        if any(Status(b.event) not in ALLOWED[Status(a.event)] for a, b in pairwise(changes)):
            yield f"The history of {image_id} has a transition that is not allowed: {events}."
        last = changes[-1].event if changes else Status.PENDING
        if lines and (lines[-1].at != image.updated_at or last != image.status):
            yield f"{image_id} is {image.status} at the end of {events}, by {lines[-1]}."
        if (revisions := rest.revisions[image_id]) != sorted(revisions):
            yield f"The history of {image_id} is out of order: {revisions}, {events}."


def _strangers(rest: Rest, owned: set[str]) -> Iterator[str]:
    for image_id, image in rest.records.items():
        if image_id not in owned and image.status is not Status.EXPIRED:
            yield f"{image_id} is {image.status}, but there was never such an object."
    for key in rest.files:
        if keys.without_private(key).partition("/")[0] not in rest.records:
            yield f"{key} exists without a record."


def _entries(rest: Rest) -> Iterator[str]:
    """What is wrong with the search entries: they follow from the records."""
    right = {key for image in rest.records.values() for key in entries_of(image)}
    if rest.entries != right:
        missing, left = sorted(right - rest.entries), sorted(rest.entries - right)
        yield f"The search entries {missing} are missing, and {left} are left."


def _originals(original: Original, rest: Rest) -> Iterator[str]:
    for version_id, version in original.versions.items():
        kept = rest.versions.get(version_id)
        name = f"The original {original.key} ({version.content})"
        if kept is None and not original.may_be_erased(version):
            yield f"{name} is gone."
        if kept and (original.must_be_erased(version) or original.gone_for_good):
            yield f"{name} still exists, but should have been deleted."
        if kept and kept["ETag"].strip('"') != version.content.etag:
            yield f"{name} has changed."


def _present(original: Original, rest: Rest) -> Content | None:
    latest = [v for v in original.versions if rest.versions.get(v, {}).get("IsLatest")]
    return original.versions[latest[0]].content if latest else None


def _outcome(world: World, original: Original, rest: Rest) -> Iterator[str]:
    image = rest.records.get(original.image_id)
    content = _present(original, rest)
    name = f"{original.key} ({original.image_id}), now {content},"
    if image is None:
        if content or original.ticket:
            yield f"{name} has no record."
        return
    if content is None:
        if image.status not in (Status.DELETED, Status.EXPIRED):
            yield f"{name} is {image.status}."
    else:
        yield from (f"{name} {flaw}" for flaw in _wrong(original, image, content))
    yield from (f"{name} {flaw}" for flaw in _wrong_place(world, original, image, rest))
    yield from (f"{name} {flaw}" for flaw in _wrong_files(world, image, rest))
    yield from (f"{name} {flaw}" for flaw in _wrong_purge(world, image, rest))
    if image.status is Status.DELETED:
        yield from (f"{name} {flaw}" for flaw in _remembered(world, image, rest))


def _wrong(original: Original, image: Image, content: Content) -> Iterator[str]:
    """What is wrong with the record of an object that exists."""
    reasons = {content.reason} | ({Reason.CHECKSUM_MISMATCH} if original.mismatched else set())
    if image.status is Status.REJECTED:
        if image.reason not in reasons - {None} or not image.detail:
            yield f"is rejected for {image.reason}, not for one of {reasons}."
    elif image.status is not Status.READY:
        yield f"is {image.status} in the end."
    elif content.reason or image.sha256 != content.sha256:
        yield f"is ready, with {image.sha256}."


def _wrong_place(world: World, original: Original, image: Image, rest: Rest) -> Iterator[str]:
    """What is wrong with the image's visibility."""
    if image.visibility not in original.visibilities or image.moving_to or image.recheck:
        yield f"is {image.visibility} (to {image.moving_to}), not {original.visibilities}."
    manifest = keys.manifest_key(image.id)
    others = [key for key in rest.files if key.startswith(image.former_prefix) and key != manifest]
    if others:
        yield f"is {image.visibility}, but has {others}."
    hidden = [e.at for e in rest.histories[image.id] if (e.detail or "").startswith("private; ")]
    forgotten = world.copies.forgotten.get(image.id)
    if image.is_private and hidden and (forgotten is None or forgotten < hidden[0]):
        yield "is private, but was not invalidated in the CDN."


def _wrong_files(world: World, image: Image, rest: Rest) -> Iterator[str]:
    """What is wrong in the images bucket."""
    manifest = rest.files.get(keys.manifest_key(image.id))
    files = {key: etag for key, etag in rest.files.items() if key.startswith(image.files_prefix)}
    files.pop(keys.manifest_key(image.id), None)
    right = _right_files(world, image)
    if set(image.processed_files) != set(right):
        yield f"shows {image.processed_files}, not {sorted(right)}."
    published = {
        key: files.pop(key)
        for key in list(files)
        if delivery.is_published(keys.without_private(key))
    }
    if files != right:
        yield f"has the files {sorted(files)}, not {sorted(right)}."
    yield from _wrong_published(world, image, published, right)
    if bool(manifest) != (image.status in (Status.READY, Status.REJECTED)):
        yield f"is {image.status}, with a manifest: {bool(manifest)}."
    elif manifest:
        yield from _wrong_manifest(world, image, rest)


def _wrong_published(
    world: World, image: Image, published: Mapping[str, str], right: Mapping[str, str]
) -> Iterator[str]:
    """What is wrong with stable files, and with sizes on demand."""
    files = delivery.stable_files(TABLES[world.table].variants, image.renditions)
    expected = {
        delivery.file_key(image.id, file, private=image.is_private): right[r.key]
        for file, r in files.items()
    }
    missing = expected.keys() - published.keys()
    if missing:
        yield f"is not published as {sorted(missing)}."
    content = BY_SHA256[image.sha256 or ""].name if image.renditions else ""
    for key, etag in published.items():
        if not image.renditions:
            yield f"is {image.status}, but published as {key}."
        elif delivery.is_on_demand(key):
            if etag != sized(content, key, image.edits):
                yield f"has {key} with another picture."
        elif etag not in {expected.get(key, etag)} & {*right.values()}:
            yield f"shows something else as {key}."


def _right_files(world: World, image: Image) -> dict[str, str]:
    if image.status is not Status.READY:
        return {}
    content = BY_SHA256[image.sha256 or ""]
    files = rendered(content.name, world.table, image.crop_point(smart=True), image.edits)
    return {f"{image.files_prefix}{end}": etag for end, etag in files.items()}


def _wrong_purge(world: World, image: Image, rest: Rest) -> Iterator[str]:
    """What is left to do after a redaction."""
    if image.purge is not None:
        yield f"has files to erase: {image.purge}."
    lines = rest.histories[image.id]
    redacted = [e.at for e in lines if e.event == CHANGED and "redact" in (e.detail or "")]
    forgotten = world.copies.forgotten.get(image.id)
    if redacted and (forgotten is None or forgotten < redacted[-1]):
        yield "was redacted, but not invalidated in the CDN."


def _wrong_manifest(world: World, image: Image, rest: Rest) -> Iterator[str]:
    key = keys.manifest_key(image.id)
    answer = world.stores.s3.get_object(Bucket=names.IMAGES_BUCKET, Key=key)
    manifest = msgspec.json.decode(answer["Body"].read())
    history = rest.histories[image.id][-RECENT:]
    view = image_view.show(image, SETTINGS["PUBLIC_URL"], TABLES[world.table], history)
    shown = msgspec.json.decode(msgspec.json.encode(view))
    differing = [name for name, value in shown.items() if manifest.get(name) != value]
    if differing:
        values = {name: manifest.get(name) for name in differing}
        yield f"has a manifest that differs from its record: {values}."


def _remembered(world: World, image: Image, rest: Rest) -> Iterator[str]:
    """What is left elsewhere of a deleted image."""
    if image.id in rest.markers.values():
        yield "is deleted, but its checksum is still indexed."
    shown = [line.at for line in rest.histories[image.id] if line.event == Status.READY]
    forgotten = world.copies.forgotten.get(image.id)
    if shown and (forgotten is None or forgotten < shown[-1]):
        yield "is deleted, but was not invalidated in the CDN."
