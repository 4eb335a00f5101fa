"""Eight workers process one object: a consistent end, and never a mixed set of renditions."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from chalicelib.model.image import Status
from chalicelib.model.keys import derived_image_id
from tests.attack.lambdas import Lambda, Lambdas
from tests.attack.races import Call, Change, Race
from tests.attack.scenes import picture
from tests.attack.world import UPLOADS, Worker, World, fresh_key

CONTENTS = [picture(shade) for shade in (10, 60, 110, 160, 210)]


@pytest.fixture
def race(world: World, eight: list[Worker]) -> Race:
    """A race for an object that no ticket announced."""
    key = fresh_key()
    return Race(world, eight, key, derived_image_id(UPLOADS, key))


def writing(race: Race) -> list[Change]:
    """Each content in turn."""
    return [lambda data=data: race.put(data) for data in CONTENTS]  # type: ignore[misc]


def test_an_object_that_is_overwritten_repeatedly_ends_as_its_last_content(race: Race) -> None:
    race.run(writing(race))
    assert race.flaws == []
    assert race.left() == (Status.READY, race.sets[-1])


def test_an_object_that_is_written_after_each_removal_ends_as_its_last_content(
    race: Race,
) -> None:
    race.run([change for write in writing(race) for change in (race.remove, write)][1:])
    assert race.flaws == []
    assert race.left() == (Status.READY, race.sets[-1])


def test_an_object_that_is_removed_after_each_write_ends_as_deleted(race: Race) -> None:
    race.run([change for write in writing(race) for change in (write, race.remove)])
    assert race.flaws == []
    assert race.left() == (Status.DELETED, frozenset())


def test_an_image_that_is_deleted_while_it_is_overwritten_stays_deleted(
    world: World, eight: list[Worker], lambdas: Lambdas
) -> None:
    with lambdas.borrow() as owner:
        ticket = announced(owner)
        race = Race(world, eight, ticket["fields"]["key"], ticket["image_id"])

        def erase() -> Call:
            owner.request("DELETE", f"/images/{ticket['image_id']}")
            return race.put(CONTENTS[0])

        race.run([*writing(race), erase])
        owner.request("DELETE", f"/images/{ticket['image_id']}")
    assert race.flaws == []
    assert race.left() == (Status.DELETED, frozenset())
    assert world.files(ticket["image_id"]) == {}
    assert world.versions(ticket["fields"]["key"]) == 0


def announced(owner: Lambda) -> dict[str, dict[str, str]]:
    """An upload ticket."""
    body = {"filename": "a.png", "content_type": "image/png", "size": len(CONTENTS[0])}
    return owner.request("POST", "/uploads", body)


def test_concurrent_changes_of_different_fields_and_languages_are_all_kept(
    lambdas: Lambdas, race: Race
) -> None:
    call = race.put(CONTENTS[0])
    changes = [{"alt": {f"en-x-{n}": "x"}} for n in range(6)] + [{"tags": ["a"]}]
    with ExitStack() as stack, ThreadPoolExecutor(len(changes)) as pool:
        owners = [stack.enter_context(lambdas.borrow()) for _ in changes]
        owners[0].deliver(*call)
        path = f"/images/{race.image_id}"
        list(pool.map(lambda owner, body: owner.request("PATCH", path, body), owners, changes))
    record = lambdas.world.record(race.image_id)
    assert record
    assert (len(record.alt), record.tags) == (6, ("a",))
