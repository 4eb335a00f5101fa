"""Chalice's own verbs, as its users call them from a fresh clone."""

import sys
from pathlib import Path

import pytest

from tests.deploy.history import DEPLOY
from tests.deploy.inventory import Found, inventory
from tests.deploy.world import Outcome, World

# Chalice as it is installed, and this project's, which `make setup` installs in its place.
PLAIN = ("-c", "import sys; from chalice.cli import main; sys.exit(main())")
OWN = ("-m", "ops.deploy.chalice_cli")


def chalice(world: World, *arguments: str, program: tuple[str, ...] = PLAIN) -> Outcome:
    """Run `chalice ARGUMENTS` in the project."""
    return world.start([sys.executable, *program, *arguments])


@pytest.fixture(scope="module")
def created(account: World) -> Found:
    """What `deploy` creates; the tests start from fresh clones that record the stage."""
    account.restore()
    account.run(*DEPLOY).succeeded()
    return inventory(account)


@pytest.fixture
def clone(account: World, created: Found) -> World:  # noqa: ARG001
    """A fresh clone with the site folder."""
    stages = account.stages()
    account.restore_project()
    account.write_stages(stages)
    return account


@pytest.mark.parametrize("program", [PLAIN, OWN], ids=["plain", "own"])
def test_chalice_deploy_changes_nothing_after_make_deploy(
    clone: World, created: Found, program: tuple[str, ...]
) -> None:
    chalice(clone, "deploy", "--stage", "test", program=program).succeeded()
    assert inventory(clone) == created


def test_chalice_deploy_sets_the_limits_of_functions_it_creates(
    clone: World, created: Found
) -> None:
    chalice(clone, "delete", "--stage", "test", program=OWN).succeeded()
    assert inventory(clone)["functions"] == {}
    shown = chalice(clone, "deploy", "--stage", "test").succeeded().out
    assert inventory(clone) == created
    assert "The API is new: set ApiDomain of the delivery stack to " in shown
    assert "CDN, page and alarms are not Chalice's" in shown


def test_chalice_plan_works_from_a_fresh_clone(clone: World, created: Found) -> None:
    chalice(clone, "dev", "plan", "--stage", "test").succeeded()
    assert inventory(clone) == created


@pytest.mark.parametrize(
    ("kind", "file"), [("cloudformation", "sam.json"), ("terraform", "chalice.tf.json")]
)
def test_chalice_package_works_from_a_fresh_clone(
    clone: World, tmp_path: Path, kind: str, file: str
) -> None:
    out = str(tmp_path / "out")
    chalice(clone, "package", "--stage", "test", "--pkg-format", kind, out).succeeded()
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {file, "deployment.zip", "layer-deployment.zip"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("deploy", "--stage", "other"), "The stage other is not recorded here"),
        (("package", "--stage", "other", "out"), "The stage other is not recorded here"),
        (("deploy", "--stage", "dev"), "This account has no bucket darkroom-dev-uploads, which"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    clone: World, arguments: tuple[str, ...], sentence: str
) -> None:
    done = chalice(clone, *arguments)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert done.err.startswith(f"Error: {sentence}")


def test_deleting_what_was_not_deployed_is_an_error(clone: World) -> None:
    done = chalice(clone, "delete", "--stage", "other", program=OWN)
    assert (done.code, done.err) == (
        1,
        "Error: Chalice has deployed nothing of a stage other in eu-central-1 of account "
        "123456789012.\n",
    )


def test_a_stage_that_is_not_recorded_here_can_be_recorded(clone: World) -> None:
    recorded = clone.stages()["test"]
    clone.restore_project()
    clone.run("record", "--stage", "test").succeeded()
    # Read from the functions, what is off is written as well, and every API of moto is an EDGE one.
    expected = recorded | {"xray": False, "api_gateway_endpoint_type": "EDGE"}
    assert clone.stages()["test"] == expected


def test_a_stage_without_stacks_cannot_be_recorded(clone: World) -> None:
    done = clone.run("record", "--stage", "other")
    assert (done.code, "There is no stack darkroom-other-stores" in done.err) == (1, True)
