"""What the commands ask at a terminal, and what comes of the answers."""

from tests.deploy.inventory import inventory, nothing
from tests.deploy.test_lifecycle import DEPLOY, KEPT
from tests.deploy.world import World

ASKING = ("deploy", "--stage", "test", "--no-smoke")


def test_a_new_stage_that_anybody_may_use_is_agreed_to(world: World) -> None:
    said = world.run(*ASKING, answer="n\n")
    assert said.code == 1
    assert "anybody who knows the page's address may upload" in said.out
    assert nothing(inventory(world))


def test_an_agreement_holds_for_later_deployments(world: World) -> None:
    world.run(*ASKING, answer="y\n").succeeded()
    said = world.run(*ASKING).succeeded()
    assert "anybody who knows the page's address may upload" in said.out


def test_a_stage_goes_when_its_name_is_typed(world: World) -> None:
    world.run(*DEPLOY).succeeded()
    world.run("destroy", "--stage", "test", answer="test\n").succeeded()
    found = inventory(world)
    assert {name: found[name] for name in KEPT} == KEPT
    assert found["functions"] == {}


def test_another_name_takes_nothing_away(world: World) -> None:
    world.run(*DEPLOY).succeeded()
    before = inventory(world)
    said = world.run("destroy", "--stage", "test", answer="other\n")
    assert (said.code, "nothing was taken away" in said.err) == (1, True)
    assert inventory(world) == before


def test_data_is_asked_for_a_second_time(world: World) -> None:
    world.run(*DEPLOY).succeeded()
    before = inventory(world)
    said = world.run("destroy", "--stage", "test", "--delete-data", answer="test\nno\n")
    assert (said.code, "cannot be had back" in said.out) == (1, True)
    assert inventory(world) == before
    world.run("destroy", "--stage", "test", "--delete-data", answer="test\ndelete\n").succeeded()
    assert nothing(inventory(world))
