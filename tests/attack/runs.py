"""Runs: a scene with a fault in it, and what became of it beside what always becomes of it."""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from chalicelib import keys, views
from chalicelib.lifecycle import FOLLOWING
from chalicelib.records import TICKET, Status
from chalicelib.telling.forms import FORMS
from tests.attack.faults import Fault, Manner
from tests.attack.lambdas import Lambdas
from tests.attack.scenes import Scene
from tests.attack.worker import TELL
from tests.environment import SETTINGS

AT_ONCE = 4  # runs
_OF_ONE_RUN = frozenset(
    {
        "cost_usd_estimate",
        "created_at",
        "manifest_etag",
        "milliseconds",
        "revision",
        "updated_at",
        "version_id",
    }
)


class Ending(NamedTuple):
    """What is there in the end, its image's id and key made alike in all runs."""

    record: dict[str, Any]
    files: dict[str, str]
    versions: int


class Run(NamedTuple):
    """One run. `calls` are the names of those that it made, `met` counts the broken attempts."""

    ending: Ending
    calls: list[str]
    met: int
    flaws: list[str]


def run(lambdas: Lambdas, scene_of: type[Scene], fault: Fault | None) -> Run:
    """Play one scene on a fresh image, `fault` in it."""
    with lambdas.one() as function:
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
        check_told(scene)
        _check_manifest(scene)
        return Run(ending, calls, met, scene.flaws + wire.flaws)


def flaws(
    lambdas: Lambdas, scene_of: type[Scene], manner: Manner, attempts: int
) -> dict[str, list[str]]:
    """What is wrong after a fault at the 1st, 2nd, ... last call, by the call's number and name."""
    sound = run(lambdas, scene_of, None)
    assert not sound.flaws, sound.flaws
    told = {f"{number} {name}": number for number, name in enumerate(sound.calls, 1)}
    tried = {name: call for name, call in told.items() if manner.differs(sound.calls[call - 1])}

    def wrong(call: int) -> list[str]:
        broken = run(lambdas, scene_of, Fault(manner, call, attempts))
        met = [] if broken.met else ["The fault was not met"]
        return met + broken.flaws + _differences(broken.ending, sound.ending)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = zip(tried, pool.map(wrong, tried.values()), strict=True)
        return {call: said for call, said in found if said}


def _differences(found: Ending, usual: Ending) -> list[str]:
    return [
        f"{part}: {is_so}, not {was}"
        for part, is_so, was in zip(Ending._fields, found, usual, strict=True)
        if is_so != was
    ]


def _ending(scene: Scene) -> Ending:
    record = scene.world.record(scene.image_id)
    text = msgspec.json.encode(record).decode()
    facts = json.loads(text.replace(scene.key, "KEY").replace(scene.image_id, "ID"))
    name = scene.key.rpartition("/")[2]
    facts = {n: v if v != name else "NAME" for n, v in facts.items() if n not in _OF_ONE_RUN}
    facts |= {"cleared_at": "cleared_at" in facts}
    files = scene.world.files(scene.image_id)
    files.pop(keys.manifest_key(scene.image_id), None)  # holds times; compared with the API
    etags = {key.replace(scene.image_id, "ID"): file.etag for key, file in files.items()}
    return Ending(facts, etags, scene.world.versions(scene.key))


def check_history(scene: Scene) -> None:
    """That the history has a line for each write, in order, and no jump."""
    record, history = scene.world.record(scene.image_id), scene.world.history(scene.image_id)
    assert record
    told = [line.event if line.event != TICKET else Status.PENDING for line in history]
    stations = [Status(name) for name in told if name in set(Status)]
    if len(told) != record.revision or stations[-1] != record.status:
        scene.flaws.append(f"{record.status} after {record.revision} writes, the history: {told}")
    if wrong := [pair for pair in pairwise(stations) if pair[1] not in FOLLOWING[pair[0]]]:
        scene.flaws.append(f"The history jumps: {wrong}")
    times = [line.at for line in history]
    if times != sorted(times):
        scene.flaws.append("The history goes back in time")


def check_told(scene: Scene) -> None:
    """That the bus was told of each revision that matters, at least once, and of nothing else."""
    if scene.world.untold(scene.image_id):
        scene.function.call(TELL, None)
    history = scene.world.history(scene.image_id)
    lines = {n: line.event for n, line in enumerate(history, 1) if line.event in set(FORMS)}
    told = {one["revision"]: one["status"] for one in scene.world.told(scene.image_id)}
    if told != lines:
        scene.flaws.append(f"Told was {told}, not {lines}")
    if scene.world.untold(scene.image_id):
        scene.flaws.append("Something stays untold")


def _check_manifest(scene: Scene) -> None:
    key = keys.manifest_key(scene.image_id)
    record = scene.world.record(scene.image_id)
    if record is None or key not in scene.world.files(scene.image_id):
        return
    if record.manifest_etag != scene.world.files(scene.image_id)[key].etag:
        scene.flaws.append("The manifest is not that of the record")
    history = scene.world.history(scene.image_id)
    shown = msgspec.to_builtins(views.show(record, SETTINGS["PUBLIC_URL"], history))
    stored = json.loads(scene.world.file(key))
    if wrong := [name for name in shown if stored.get(name) != shown[name]]:
        scene.flaws.append(f"The manifest differs from what the API shows: {wrong}")
