"""Each state of a deployed stage has its sentence and its command."""

from dataclasses import replace

import pytest

from ops.deploy.templates import PARTS
from ops.doctor import stage
from ops.doctor.finding import Finding, failure, ok, warning
from ops.doctor.stage import StackState, StageState

DEPLOY = "make deploy STAGE=dev"
SOUND = StageState(
    "dev",
    "eu-central-1 of account 123456789012",
    tuple(StackState(f"darkroom-dev-{part}", "UPDATE_COMPLETE", "1.2.3") for part in PARTS),
    page="https://d.example",
)


def findings(state: StageState) -> list[Finding]:
    return stage.findings(state, "1.2.3")


def first(status: str, version: str = "1.2.3") -> Finding:
    """The finding about a stack in this state."""
    stack = StackState("darkroom-dev-stores", status, version)
    return findings(replace(SOUND, stacks=(stack, *SOUND.stacks[1:])))[0]


def test_a_complete_stage_is_in_order() -> None:
    assert findings(SOUND) == [
        *(
            ok("stacks", f"the stack darkroom-dev-{part} is 1.2.3, as this checkout")
            for part in PARTS
        ),
        ok("functions", f"all {len(stage.FUNCTIONS)} are there"),
        ok("page files", "all are those of this checkout"),
    ]


def test_a_stage_without_stacks_is_not_deployed() -> None:
    state = StageState("dev", SOUND.place, tuple(StackState(part, "") for part in PARTS))
    assert findings(state) == [
        failure(
            "stage",
            "the stage dev is not deployed in eu-central-1 of account 123456789012",
            f"{DEPLOY} ARGS=--dry-run",
        )
    ]


def test_a_missing_stack_is_a_failure() -> None:
    assert first("") == failure("stacks", "the stack darkroom-dev-stores does not exist", DEPLOY)


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "ROLLBACK_COMPLETE"])
def test_a_stack_that_failed_is_a_failure(status: str) -> None:
    assert first(status) == failure(
        "stacks", f"the stack darkroom-dev-stores is in {status}", DEPLOY
    )


def test_a_stack_that_is_being_updated_is_a_warning() -> None:
    assert first("UPDATE_IN_PROGRESS") == warning(
        "stacks",
        "the stack darkroom-dev-stores is in UPDATE_IN_PROGRESS: a deployment runs, or has ended",
    )


def test_a_stack_that_was_rolled_back_works() -> None:
    assert first("UPDATE_ROLLBACK_COMPLETE").level == "ok"


def test_a_stack_of_an_earlier_version_is_to_be_updated() -> None:
    assert first("UPDATE_COMPLETE", "1.2.2") == warning(
        "stacks", "the stack darkroom-dev-stores is 1.2.2, older than this checkout (1.2.3)", DEPLOY
    )


def test_a_stack_of_a_later_version_is_left_alone() -> None:
    assert first("UPDATE_COMPLETE", "1.3.0") == warning(
        "stacks",
        "the stack darkroom-dev-stores is 1.3.0, newer than this checkout (1.2.3)",
        "git pull && make setup",
    )


def test_a_stack_from_before_stacks_stated_versions_is_to_be_updated() -> None:
    assert first("CREATE_COMPLETE", "") == warning(
        "stacks", "the stack darkroom-dev-stores is of a version that does not state one", DEPLOY
    )


def test_missing_functions_are_a_failure() -> None:
    found = findings(replace(SOUND, missing=("sweep", "process_again")))
    assert failure("functions", "missing: sweep, process_again", DEPLOY) in found


def test_files_of_the_page_that_differ_are_a_warning() -> None:
    found = findings(replace(SOUND, changed=["app.js", "index.html", "old.js", "style.css"]))
    assert found[-1] == warning(
        "page files",
        "differ from this checkout: app.js, index.html, old.js and 1 more",
        DEPLOY,
    )
