"""What the commands ask at a terminal, and what comes of the answers."""

import pytest

from tests.deploy.inventory import inventory, nothing
from tests.deploy.world import World

DEPLOY = ("deploy", "--stage", "test", "--no-smoke")
ASKING = (*DEPLOY, "--allow-anybody")


@pytest.fixture
def open_world(world: World) -> World:
    """One whose new stages are for anybody."""
    config = world.config()
    config["stages"]["dev"]["environment_variables"]["AUTH_MODE"] = "none"
    world.write_config(config)
    return world


def test_a_stage_for_anybody_is_not_deployed_unless_that_is_said(open_world: World) -> None:
    refused = open_world.run(*DEPLOY, "--yes")
    assert refused.code == 1
    assert "anybody who knows the page's address may upload" in refused.err
    assert "--allow-anybody" in refused.err
    assert nothing(inventory(open_world))


def test_a_new_stage_that_anybody_may_use_is_agreed_to(open_world: World) -> None:
    world = open_world
    said = world.run(*ASKING, answer="n\n")
    assert said.code == 1
    assert "anybody who knows the page's address may upload" in said.out
    assert nothing(inventory(world))


def test_a_stage_goes_just_when_its_name_is_typed_and_its_data_on_a_second_word(
    open_world: World,
) -> None:
    world = open_world
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
