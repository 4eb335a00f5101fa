"""Coming to rest: all that is held goes on, all that waits is delivered, and nothing fails."""

from tests.attack.machine.world import World

_MOST_ROUNDS = 200
_MOST_SWEEPS = 8
_SETTLED = 1_000  # seconds: more than `sweep_grace_seconds`
_ORPHANED = 700_000  # more than `orphan_seconds`
_ALL_LOOKS = 1_000_000


def come_to_rest(world: World) -> None:
    """Let everything end that has begun, then sweep until there is nothing to do."""
    _work_off(world)
    for seconds in (_SETTLED, _ORPHANED):
        world.pass_time(seconds)
        _sweep(world)


def _sweep(world: World) -> None:
    for _ in range(_MOST_SWEEPS):
        report = world.sweep(_ALL_LOOKS).answer
        _work_off(world)
        if world.reader.violations or (report and report.complete and not report.repairs):
            return
        world.pass_time(_SETTLED)
    world.reader.violate(f"There is no end to the sweeps: {report}.")


def _work_off(world: World) -> None:
    for _ in range(_MOST_ROUNDS):
        if world.calls:
            world.resume(world.calls[0])
        elif world.post.waiting:
            world.deliver(world.post.waiting[0])
        else:
            return
    waiting = [delivery.about for delivery in world.post.waiting]
    world.reader.violate(f"There is no end to what is to be delivered: {waiting}.")
