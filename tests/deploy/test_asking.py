"""What the commands ask at a terminal, and what comes of the answers."""

import pytest

from tests.deploy.inventory import inventory, nothing
from tests.deploy.world import World

pytestmark = pytest.mark.timeout(900)

ASKING = ("deploy", "--stage", "test", "--no-smoke")


def test_a_new_stage_that_anybody_may_use_is_agreed_to(world: World) -> None:
    said = world.run(*ASKING, answer="n\n")
    assert said.code == 1
    assert "anybody who knows the page's address may upload" in said.out
    assert nothing(inventory(world))


def test_a_stage_goes_just_when_its_name_is_typed_and_its_data_on_a_second_word(
    world: World,
) -> None:
    world.run(*ASKING, answer="y\n").succeeded()
    said = world.run(*ASKING).succeeded()  # an agreement holds for later deployments
    assert "anybody who knows the page's address may upload" in said.out
    before = inventory(world)
    for arguments, answer in (((), "other\n"), (("--delete-data",), "test\nno\n")):
        said = world.run("destroy", "--stage", "test", *arguments, answer=answer)
        assert (said.code, "nothing was taken away" in said.err) == (1, True)
    assert inventory(world) == before
    answer = "test\ndelete\n"
    world.run("destroy", "--stage", "test", "--delete-data", answer=answer).succeeded()
    assert nothing(inventory(world))
