"""Runs: plays a scene with a fault, and compares its end with that of a run without."""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from chalicelib.events.schemas import NAMES
from chalicelib.model import keys
from chalicelib.model.image import TICKET, Status, flat
from chalicelib.model.transitions import ALLOWED
from chalicelib.model.variants import load_table
from chalicelib.views import image_view
from tests.attack.faults import Fault, Manner
from tests.attack.lambdas import Lambdas
from tests.attack.scenes import Scene
from tests.attack.worker import PUBLISH
from tests.environment import SETTINGS

AT_ONCE = 4  # runs
_OF_ONE_RUN = frozenset(
    {
        "content_since",
        "cost_usd_estimate",
        "created_at",
        "manifest_etag",
        "milliseconds",
        "refuses_until",
        "revision",
        "updated_at",
        "version_id",
    }
)


class Ending(NamedTuple):
    """What exists at the end, with the image's id and key replaced."""

    record: dict[str, Any]
    files: dict[str, str]
    versions: int


class Run(NamedTuple):
    """A run. `calls` are the names of its calls, `met` counts the broken attempts."""

    ending: Ending
    calls: list[str]
    met: int
    flaws: list[str]


def run(lambdas: Lambdas, scene_of: type[Scene], fault: Fault | None) -> Run:
    """Play a scene with a new image and with `fault`."""
    with lambdas.borrow() as function:
        wire = function.wire
        scene = scene_of(lambdas.world, function)
        scene.prepare()
        wire.watch = scene.read
        wire.set(fault)
        scene.act()
        calls, met = list(wire.calls.values()), wire.met
        wire.set(None)
        ending = _ending(scene)
        scene.check()
        check_history(scene)
        check_published(scene)
        check_manifest(scene)
        return Run(ending, calls, met, scene.flaws + wire.flaws)


def flaws(
    lambdas: Lambdas, scene_of: type[Scene], manner: Manner, attempts: int
) -> dict[str, list[str]]:
    """What is wrong after a fault at the 1st, 2nd, ... last call, by the call's number and name."""
    sound = run(lambdas, scene_of, None)
    assert not sound.flaws, sound.flaws
    numbered = {f"{number} {name}": number for number, name in enumerate(sound.calls, 1)}
    tried = {name: call for name, call in numbered.items() if manner.differs(sound.calls[call - 1])}

    def wrong(call: int) -> list[str]:
        broken = run(lambdas, scene_of, Fault(manner, call, attempts))
        met = [] if broken.met else ["The fault was not met"]
        return met + broken.flaws + _differences(broken.ending, sound.ending)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = zip(tried, pool.map(wrong, tried.values()), strict=True)
        return {call: wrongs for call, wrongs in found if wrongs}


def _differences(found: Ending, usual: Ending) -> list[str]:
    return [
        f"{part}: {is_so}, not {was}"
        for part, is_so, was in zip(Ending._fields, found, usual, strict=True)
        if is_so != was
    ]


def _ending(scene: Scene) -> Ending:
    record = scene.world.record(scene.image_id)
    text = msgspec.json.encode(record).decode()
    fields = flat(json.loads(text.replace(scene.key, "KEY").replace(scene.image_id, "ID")))
    name = scene.key.rpartition("/")[2]
    fields = {n: v if v != name else "NAME" for n, v in fields.items() if n not in _OF_ONE_RUN}
    fields |= {"cleared_at": "cleared_at" in fields}
    files = scene.world.files(scene.image_id)
    files.pop(
        keys.manifest_key(scene.image_id), None
    )  # contains times; it is compared with the API
    etags = {key.replace(scene.image_id, "ID"): file.etag for key, file in files.items()}
    return Ending(fields, etags, scene.world.versions(scene.key))


def check_history(scene: Scene) -> None:
    """Check that the history has a line for each write, in order, and only allowed transitions."""
    record, history = scene.world.record(scene.image_id), scene.world.history(scene.image_id)
    assert record
    events = [line.event if line.event != TICKET else Status.PENDING for line in history]
    statuses = [Status(name) for name in events if name in set(Status)]
    if len(events) != record.revision or statuses[-1] != record.status:
        scene.flaws.append(f"{record.status} after {record.revision} writes, the history: {events}")
    if wrong := [pair for pair in pairwise(statuses) if pair[1] not in ALLOWED[pair[0]]]:
        scene.flaws.append(f"The history jumps: {wrong}")
    times = [line.at for line in history]
    if times != sorted(times):
        scene.flaws.append("The history goes back in time")


def check_published(scene: Scene) -> None:
    """Check that exactly the revisions that have an event were published, at least once."""
    if scene.world.has_pending_events(scene.image_id):
        scene.function.call(PUBLISH, None)
    history = scene.world.history(scene.image_id)
    lines = {n: NAMES[line.event] for n, line in enumerate(history, 1) if line.event in NAMES}
    details = scene.world.published(scene.image_id)
    published = {detail["revision"]: detail["name"] for detail in details}
    if published != lines:
        scene.flaws.append(f"Published was {published}, not {lines}")
    if scene.world.has_pending_events(scene.image_id):
        scene.flaws.append("An event stays pending")


def check_manifest(scene: Scene) -> None:
    """Check that the manifest, if there is one, is that of the record."""
    key = keys.manifest_key(scene.image_id)
    record = scene.world.record(scene.image_id)
    if record is None or key not in scene.world.files(scene.image_id):
        return
    if record.processing.manifest_etag != scene.world.files(scene.image_id)[key].etag:
        scene.flaws.append("The manifest is not that of the record")
    history = scene.world.history(scene.image_id)
    view = image_view.show(record, SETTINGS["PUBLIC_URL"], load_table(), history)
    shown = json.loads(msgspec.json.encode(view))
    stored = json.loads(scene.world.file(key))
    if wrong := [name for name in shown if stored.get(name) != shown[name]]:
        scene.flaws.append(f"The manifest differs from what the API shows: {wrong}")
