"""Another worker completes something before a call of a worker."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.attack.lambdas import Lambda, Lambdas
from tests.attack.runs import AT_ONCE, check_history, check_published
from tests.attack.scenes import TEXTS, Scene, event, picture

NEWEST = picture(200)
LATEST = "B1"  # the sequencer of what happens in between
_STARTED = 4  # the call of an upload that reads the object; its record is `processing` by then

Other = Callable[[Scene, Lambda], None]


def repeat(scene: Scene, other: Lambda) -> None:
    """The same event arrives a second time."""
    other.call("process_upload", event(scene.key, scene.sequencer))


def overwrite(scene: Scene, other: Lambda) -> None:
    """The object is overwritten, and its event arrives."""
    scene.world.put(scene.key, NEWEST)
    scene.later("process_upload", event(scene.key, LATEST), other)


def straddle(scene: Scene, other: Lambda) -> None:
    """The same, but its worker has only started when we continue, and ends after us."""
    scene.world.put(scene.key, NEWEST)
    started = threading.Event()

    def wait() -> None:
        started.set()
        scene.acted.wait()

    def work() -> None:
        try:
            scene.later("process_upload", event(scene.key, LATEST), other)
        finally:
            started.set()  # even if there was nothing to start

    other.wire.interrupt(_STARTED, wait)
    scene.threads.append(threading.Thread(target=work))
    scene.threads[-1].start()
    started.wait()


def remove(scene: Scene, other: Lambda) -> None:
    """The object is removed, and its event arrives."""
    scene.world.remove(scene.key)
    gone = event(scene.key, LATEST, "ObjectRemoved:DeleteMarkerCreated")
    scene.later("process_removal", gone, other)


def erase(scene: Scene, other: Lambda) -> None:
    """The owner deletes the image."""
    other.request("DELETE", f"/images/{scene.image_id}")


def describe(scene: Scene, other: Lambda) -> None:
    """The owner changes the image's texts."""
    other.request("PATCH", f"/images/{scene.image_id}", TEXTS, 409)


def overtaken(lambdas: Lambdas, scene_of: type[Scene], other: Other, call: int) -> Scene:
    """Play a scene in which `other` happens before its `call`th call; the scene has its flaws."""
    with lambdas.borrow() as function, lambdas.borrow() as second:
        scene = scene_of(lambdas.world, function)
        scene.prepare()
        function.wire.set(None)
        function.wire.watch = scene.read
        function.wire.interrupt(call, lambda: other(scene, second))
        try:
            scene.act()
        finally:
            scene.acted.set()
        for thread in scene.threads:
            thread.join()
        scene.deliver_waiting()
        check_history(scene)
        check_published(scene)
        return scene


def at_every_call(lambdas: Lambdas, scene_of: type[Scene], other: Other) -> list[Scene]:
    """The scenes, by the call before which `other` happened."""
    with lambdas.borrow() as function:
        scene = scene_of(lambdas.world, function)
        scene.prepare()
        function.wire.set(None)
        scene.act()
        calls = range(1, len(function.wire.calls) + 1)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda call: overtaken(lambdas, scene_of, other, call), calls))
