"""Coming to rest: held calls continue, all that waits is delivered, and nothing fails."""

import msgspec

from chalicelib.aws import items
from chalicelib.model.image import Status
from chalicelib.model.requests import ReprocessRequest
from tests.attack.machine.deliveries import AGAIN
from tests.attack.machine.world import World

_MOST_ROUNDS = 200
_MOST_SWEEPS = 8
_SETTLED = 1_000  # seconds: more than `sweep_grace_seconds`
_ORPHANED = 700_000  # more than `orphan_seconds`
_ALL_CHECKS = 1_000_000


def come_to_rest(world: World) -> None:
    """Complete everything that has started, then sweep until there is nothing to do."""
    _work_off(world)
    redrive(world)
    for seconds in (_SETTLED, _ORPHANED):
        world.pass_time(seconds)
        _sweep(world)


def redrive(world: World) -> int:
    """Request all failed images again, as `python -m ops redrive` does: how many there are."""
    failed = {"S": Status.FAILED.value}
    found = [row for row in world.stores.rows() if row.get("status") == failed]
    for row in found:
        image = items.image_of(row)
        if not image.detail or not image.processing.lost_event:
            world.reader.violate(f"{image.id} has failed without cause: {image.detail}.")
        request = ReprocessRequest(image_id=image.id, revision=image.revision, cause="redrive")
        world.post.message(AGAIN, msgspec.json.encode(request).decode())
    return len(found)


def _sweep(world: World) -> None:
    for _ in range(_MOST_SWEEPS):
        _work_off(world)
        report = world.sweep(_ALL_CHECKS).answer
        if world.reader.violations or (report and report.complete and not report.repairs):
            return
        _work_off(world)
        world.pass_time(_SETTLED)
    world.reader.violate(f"The sweeps never end: {report}.")


def _work_off(world: World) -> None:
    for _ in range(_MOST_ROUNDS):
        if world.calls:
            world.resume(world.calls[0])
        elif world.post.waiting:
            world.deliver(world.post.waiting[0])
        else:
            return
    waiting = [delivery.about for delivery in world.post.waiting]
    world.reader.violate(f"The deliveries never end: {waiting}.")
