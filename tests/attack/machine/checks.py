"""The guarantees, held against buckets and table when all has come to rest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import msgspec

from chalicelib import keys, views
from chalicelib.aws import items
from chalicelib.focus import CENTRE
from chalicelib.lifecycle import FOLLOWING
from chalicelib.records import Event, Image, Status
from ops.local import names
from tests.attack.machine.model import Original
from tests.attack.machine.pictures import Content, rendered
from tests.attack.machine.world import World
from tests.environment import SETTINGS

_UNUSED = {Status.PENDING, Status.EXPIRED}


@dataclass
class Rest:
    """Everything that is stored, read once."""

    records: dict[str, Image] = field(default_factory=dict)
    histories: dict[str, list[Event]] = field(default_factory=dict)
    revisions: dict[str, list[str]] = field(default_factory=dict)  # of the histories' lines
    files: Mapping[str, str] = field(default_factory=dict)  # ETags by key, of the images bucket
    versions: dict[str, Any] = field(default_factory=dict)  # of the uploads bucket, by their ids


def differences(world: World) -> list[str]:
    """A sentence for each guarantee that does not hold."""
    rest = _at_rest(world)
    owners = {o.image_id for o in world.model.originals.values()}
    found = [*_histories(rest), *_strangers(rest, owners)]
    for original in world.model.originals.values():
        found += _originals(original, rest)
        found += _outcome(world, original, rest)
    return found


def _at_rest(world: World) -> Rest:
    rest = Rest(files=world.stores.objects(names.IMAGES_BUCKET))
    rest.versions = {v["VersionId"]: v for v in world.stores.versions(names.UPLOADS_BUCKET)}
    for row in sorted(world.stores.rows(), key=lambda row: row["entry"]["S"]):
        image_id, entry = row["id"]["S"], row["entry"]["S"]
        if entry.startswith(items.HISTORY):
            rest.histories.setdefault(image_id, []).append(items.event_of(row))
            rest.revisions.setdefault(image_id, []).append(entry.rpartition("#")[2])
        elif entry == items.RECORD and "status" in row:
            rest.records[image_id] = items.image_of(row)
    return rest


def _histories(rest: Rest) -> Iterator[str]:
    for image_id, image in rest.records.items():
        lines = rest.histories.get(image_id, [])
        said = [line.event for line in lines]
        if len(lines) != image.revision:
            yield f"{image_id} was written {image.revision} times, its history says {said}."
        told = [line for line in lines if line.event in set(Status)]
        if any(Status(b.event) not in FOLLOWING[Status(a.event)] for a, b in pairwise(told)):
            yield f"The history of {image_id} is no way that an image can go: {said}."
        last = told[-1].event if told else Status.PENDING
        if lines and (lines[-1].at != image.updated_at or last != image.status):
            yield f"{image_id} is {image.status} at the end of {said}, by {lines[-1]}."
        if (revisions := rest.revisions[image_id]) != sorted(revisions):
            yield f"The history of {image_id} is out of order: {revisions}, {said}."


def _strangers(rest: Rest, known: set[str]) -> Iterator[str]:
    for image_id, image in rest.records.items():
        if image_id not in known and image.status not in _UNUSED:
            yield f"{image_id} is {image.status}, but there was never such an object."
    for key in rest.files:
        if key.partition("/")[0] not in rest.records:
            yield f"{key} is there without a record."


def _originals(original: Original, rest: Rest) -> Iterator[str]:
    for version_id, version in original.versions.items():
        kept = rest.versions.get(version_id)
        name = f"The original {original.key} ({version.content})"
        if kept is None and not original.may_be_erased(version):
            yield f"{name} is gone."
        if kept and (original.must_be_erased(version) or original.gone_for_good):
            yield f"{name} is there still, but was to be erased."
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
        allowed = {Status.DELETED} if original.versions else {*_UNUSED, Status.DELETED}
        if image.status not in allowed:
            yield f"{name} is {image.status}."
    else:
        yield from (f"{name} {what}" for what in _wrong(world, original, image, content))
    yield from (f"{name} {what}" for what in _wrong_files(world, image, rest))


def _wrong(world: World, original: Original, image: Image, content: Content) -> Iterator[str]:
    """What is wrong with the record of an object that is there."""
    reasons = {content.reason} | ({"checksum_mismatch"} if original.mismatched else set())
    if image.status is Status.FAILED:
        if not world.post.given_up or not image.detail:
            yield f"has failed without cause: {image.detail}."
    elif image.status is Status.REJECTED:
        if image.reason not in reasons or not image.detail:
            yield f"is rejected for {image.reason}, not for one of {reasons}."
    elif image.status is not Status.READY:
        yield f"is {image.status} in the end."
    elif content.reason or image.sha256 != content.sha256:
        yield f"is ready, with {image.sha256}."


def _wrong_files(world: World, image: Image, rest: Rest) -> Iterator[str]:
    """What is wrong in the images bucket."""
    prefix = f"{image.id}/"
    files = {key: etag for key, etag in rest.files.items() if key.startswith(prefix)}
    manifest = files.pop(keys.manifest_key(image.id), None)
    if image.status is Status.READY:
        yield from _wrong_renditions(world, image, files)
    if image.status in (Status.READY, Status.REJECTED):
        if manifest is None:
            yield "has no manifest."
        else:
            yield from _wrong_manifest(world, image, rest)
    elif image.status is Status.DELETED and (files or manifest):
        yield f"is deleted, but has {sorted(files)}."
    elif image.status is Status.DELETED and _is_copied(world, image, rest):
        yield "is deleted, but the CDN was not told so."


def _wrong_renditions(world: World, image: Image, files: Mapping[str, str]) -> Iterator[str]:
    content = next((c for c in _contents(world) if c.sha256 == image.sha256), None)
    if content is None or content.reason:
        return  # said already
    point = image.focal_point or CENTRE
    right = {
        f"{image.id}{end}": etag for end, etag in rendered(content.name, world.table, point).items()
    }
    if set(image.processed_files) != set(right):
        yield f"shows {image.processed_files}, not {sorted(right)}."
    if files != right:
        yield f"has the files {sorted(files)}, not {sorted(right)}."


def _is_copied(world: World, image: Image, rest: Rest) -> bool:
    shown = [line.at for line in rest.histories[image.id] if line.event == Status.READY]
    forgotten = world.copies.forgotten.get(image.id)
    return bool(shown) and (forgotten is None or forgotten < shown[-1])


def _contents(world: World) -> Iterator[Content]:
    for original in world.model.originals.values():
        for version in original.versions.values():
            yield version.content


def _wrong_manifest(world: World, image: Image, rest: Rest) -> Iterator[str]:
    key = keys.manifest_key(image.id)
    answer = world.stores.s3.get_object(Bucket=names.IMAGES_BUCKET, Key=key)
    manifest = msgspec.json.decode(answer["Body"].read())
    view = views.show(image, SETTINGS["PUBLIC_URL"], rest.histories[image.id])
    shown = msgspec.json.decode(msgspec.json.encode(view))
    if any(manifest.get(name) != value for name, value in shown.items()):
        yield f"has a manifest that differs from its record: {manifest} is not {shown}."
