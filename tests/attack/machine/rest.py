"""Coming to rest: all that is held goes on, all that waits is delivered, and nothing fails."""

from tests.attack.machine.world import World

_MOST_ROUNDS = 200


def come_to_rest(world: World) -> None:
    """Let everything end that has begun."""
    for _ in range(_MOST_ROUNDS):
        if world.calls:
            world.resume(world.calls[0])
        elif world.post.waiting:
            world.deliver(world.post.waiting[0])
        else:
            return
    waiting = [delivery.about for delivery in world.post.waiting]
    world.reader.violate(f"There is no end to it: {waiting}.")
