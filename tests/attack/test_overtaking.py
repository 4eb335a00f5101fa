"""Somebody else does something whole before any call of a worker: the end is what came last."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.records import Status
from tests.attack.lambdas import Lambda, Lambdas
from tests.attack.races import renditions_of
from tests.attack.runs import AT_ONCE, check_history
from tests.attack.scenes import Erasure, Overwrite, Removal, Scene, Upload, event, picture

NEWEST = picture(200)
LATEST = "B1"  # the sequencer of what happens in between

Other = Callable[[Scene, Lambda], None]


def repeat(scene: Scene, other: Lambda) -> None:
    """The same event arrives a second time."""
    other.call("process_upload", event(scene.key, scene.sequencer))


def overwrite(scene: Scene, other: Lambda) -> None:
    """The object is written anew, and its event arrives."""
    scene.world.put(scene.key, NEWEST)
    scene.later("process_upload", event(scene.key, LATEST), other)


def remove(scene: Scene, other: Lambda) -> None:
    """The object is removed, and its event arrives."""
    scene.world.remove(scene.key)
    gone = event(scene.key, LATEST, "ObjectRemoved:DeleteMarkerCreated")
    scene.later("process_removal", gone, other)


def erase(scene: Scene, other: Lambda) -> None:
    """The owner deletes the image."""
    other.ask("DELETE", f"/images/{scene.image_id}")


def overtaken(patient: Lambdas, scene_of: type[Scene], other: Other, call: int) -> Scene:
    """A scene in which `other` comes before its `call`th call; with its flaws."""
    with patient.one() as function, patient.one() as second:
        scene = scene_of(patient.world, function)
        scene.prepare()
        function.wire.set(None)
        function.wire.watch = scene.read
        function.wire.interrupt(call, lambda: other(scene, second))
        scene.act()
        scene.catch_up()
        check_history(scene)
        return scene


def at_every_call(patient: Lambdas, scene_of: type[Scene], other: Other) -> list[Scene]:
    """The scenes, by the call before which `other` came."""
    with patient.one() as function:
        scene = scene_of(patient.world, function)
        scene.prepare()
        function.wire.set(None)
        scene.act()
        calls = range(1, len(function.wire.calls) + 1)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda call: overtaken(patient, scene_of, other, call), calls))


def left(scene: Scene) -> tuple[Status, frozenset[str], frozenset[str]]:
    """The record's status and renditions, and those of its files that are not old."""
    record = scene.world.record(scene.image_id)
    assert record
    files = frozenset(scene.world.files(scene.image_id))
    return record.status, frozenset(record.processed_files), files


@pytest.mark.parametrize("other", [repeat, overwrite])
@pytest.mark.parametrize("scene", [Upload, Overwrite])
def test_the_newest_content_is_ready_in_the_end(
    patient: Lambdas, scene: type[Scene], other: Other
) -> None:
    for played in at_every_call(patient, scene, other):
        content = NEWEST if other is overwrite else played.content
        wanted = renditions_of(played.image_id, content)
        status, shown, files = left(played)
        assert played.flaws == []
        assert (status, shown) == (Status.READY, wanted)
        assert wanted <= files


def test_an_object_that_comes_back_while_its_files_are_erased_has_all_of_them(
    patient: Lambdas,
) -> None:
    for played in at_every_call(patient, Removal, overwrite):
        wanted = renditions_of(played.image_id, NEWEST)
        status, shown, files = left(played)
        assert played.flaws == []
        assert (status, shown) == (Status.READY, wanted)
        assert wanted <= files


@pytest.mark.parametrize(
    ("scene", "other"), [(Upload, erase), (Overwrite, remove), (Erasure, overwrite)]
)
def test_what_is_gone_in_the_end_leaves_no_file(
    patient: Lambdas, scene: type[Scene], other: Other
) -> None:
    for number, played in enumerate(at_every_call(patient, scene, other), 1):
        assert played.flaws == []
        assert (number, *left(played)) == (number, Status.DELETED, frozenset(), frozenset())
