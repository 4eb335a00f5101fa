"""The commands' confirmations at a terminal."""

import pytest

from tests.deploy.inventory import inventory, is_empty
from tests.deploy.world import World

DEPLOY = ("deploy", "--stage", "test", "--no-smoke")
UNAUTHENTICATED = (*DEPLOY, "--allow-anybody")


@pytest.fixture
def open_world(world: World) -> World:
    """An account and project whose new stages need no token."""
    world.set("test", AUTH_MODE="none")
    return world


def test_a_stage_without_authentication_needs_an_option(open_world: World) -> None:
    refused = open_world.run(*DEPLOY, "--yes")
    assert refused.code == 1
    assert "anyone who knows the page's address can upload" in refused.err
    assert "--allow-anybody" in refused.err
    assert is_empty(inventory(open_world))


def test_a_new_stage_without_authentication_needs_a_confirmation(open_world: World) -> None:
    world = open_world
    outcome = world.run(*UNAUTHENTICATED, answer="n\n")
    assert outcome.code == 1
    assert "anyone who knows the page's address can upload" in outcome.out
    assert is_empty(inventory(world))


def test_destroying_needs_the_stages_name_and_deleting_data_a_second_confirmation(
    open_world: World,
) -> None:
    world = open_world
    world.run(*UNAUTHENTICATED, answer="y\n").succeeded()
    # The confirmation holds for later deployments.
    outcome = world.run(*UNAUTHENTICATED).succeeded()
    assert "anyone who knows the page's address can upload" in outcome.out
    before = inventory(world)
    for arguments, answer in (((), "other\n"), (("--delete-data",), "test\nno\n")):
        outcome = world.run("destroy", "--stage", "test", *arguments, answer=answer)
        assert (outcome.code, "nothing was removed" in outcome.err) == (1, True)
    assert inventory(world) == before
    answer = "test\ndelete\n"
    world.run("destroy", "--stage", "test", "--delete-data", answer=answer).succeeded()
    assert is_empty(inventory(world))
