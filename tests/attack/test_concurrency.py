"""Eight workers at one object: one consistent end, and never a mixed set of renditions."""

import pytest

from chalicelib.keys import derived_image_id
from chalicelib.records import Status
from tests.attack.races import Call, Change, Race, renditions_of
from tests.attack.scenes import event, picture
from tests.attack.world import UPLOADS, World, fresh_key

SHADES = (10, 60, 110, 160, 210)


class Original:
    """One object, and what happens to it."""

    def __init__(self, world: World, key: str) -> None:
        self.key = key
        self._world = world
        self._changes = 0

    def put(self, data: bytes) -> Call:
        self._world.put(self.key, data)
        return "process_upload", event(self.key, self._sequencer())

    def remove(self) -> Call:
        self._world.remove(self.key)
        removed = event(self.key, self._sequencer(), "ObjectRemoved:DeleteMarkerCreated")
        return "process_removal", removed

    def _sequencer(self) -> str:
        self._changes += 1
        return f"A{self._changes:02X}"


@pytest.mark.parametrize("seed", [1, 2])
def test_an_object_that_is_written_again_and_again_ends_as_its_last_content(
    world: World, seed: int
) -> None:
    original = Original(world, fresh_key())
    image_id = derived_image_id(UPLOADS, original.key)
    contents = [picture(shade) for shade in SHADES]
    sets = [renditions_of(image_id, data) for data in contents]
    race = Race(world, image_id, sets, seed)
    race.run([lambda data=data: original.put(data) for data in contents])
    record = world.record(image_id)
    assert race.flaws == []
    assert record
    assert (record.status, frozenset(record.processed_files)) == (Status.READY, sets[-1])
    assert set(record.processed_files) <= set(world.files(image_id))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("ends_removed", [False, True])
def test_an_object_that_is_written_and_removed_in_turn_ends_as_it_was_left(
    world: World, seed: int, ends_removed: bool
) -> None:
    original = Original(world, fresh_key())
    image_id = derived_image_id(UPLOADS, original.key)
    contents = [picture(shade) for shade in SHADES]
    sets = [renditions_of(image_id, data) for data in contents]
    changes: list[Change] = []
    for data in contents:
        changes += [lambda data=data: original.put(data), original.remove]
    race = Race(world, image_id, sets, seed)
    race.run(changes if ends_removed else changes[:-1])
    record = world.record(image_id)
    files = set(world.files(image_id))
    assert race.flaws == []
    assert record
    if ends_removed:
        assert (record.status, files) == (Status.DELETED, set())
    else:
        assert (record.status, frozenset(record.processed_files)) == (Status.READY, sets[-1])
        assert set(record.processed_files) <= files
