"""Checks of a deployed stage: its stacks, its functions, and the files of its page."""

from dataclasses import dataclass, field

from ops.account import Account
from ops.aws_errors import explained
from ops.deploy import site
from ops.deploy.chalice_state import functions
from ops.deploy.progress import Progress
from ops.deploy.stacks import Stack
from ops.deploy.stage import Stage
from ops.deploy.templates import PARTS
from ops.doctor.finding import Finding, failure, ok, warning
from ops.doctor.served import compared
from ops.iam.policies import FUNCTIONS

_SHOWN = 3  # names in a sentence


@dataclass(frozen=True)
class StackState:
    """A stack: its status (empty if there is none), and the version that it states."""

    name: str
    status: str
    version: str = ""


@dataclass(frozen=True)
class StageState:
    """A stage: its stacks, the functions that it lacks, files of the page that differ."""

    stage: str
    place: str  # region and account, for sentences
    stacks: tuple[StackState, ...]
    missing: tuple[str, ...] = ()
    page: str = ""
    changed: list[str] = field(default_factory=list)

    @property
    def is_deployed(self) -> bool:
        """Whether there is anything of it."""
        return any(stack.status for stack in self.stacks)


def observe(account: Account, stage: Stage) -> StageState:
    """Read the stage's state; CloudError if AWS refuses it."""
    with explained():
        stacks = {part: Stack(account, stage.stack(part), {}, Progress()) for part in PARTS}
        outputs = {part: stack.outputs() for part, stack in stacks.items()}
        described = tuple(
            StackState(stack.name, stack.status, outputs[part].get("Version", ""))
            for part, stack in stacks.items()
        )
        place = f"{account.region} of account {account.id}"
        domain = outputs["delivery"].get("SiteDomain", "")
        if not domain:
            return StageState(stage.name, place, described)
        there = functions(account, stage)
        page = f"https://{domain}"
        difference = site.compare(account, stage.site_bucket, site.page_files(page))
    changed = [*(file.key for file in difference.changed), *difference.removed]
    missing = tuple(name for name in FUNCTIONS if name not in there)
    return StageState(stage.name, place, described, missing, page, changed)


def findings(state: StageState, checkout: str) -> list[Finding]:
    """Findings about the stage's stacks, functions and page."""
    deploy = f"make deploy STAGE={state.stage}"
    if not state.is_deployed:
        return [
            failure(
                "stage",
                f"the stage {state.stage} is not deployed in {state.place}",
                f"{deploy} ARGS=--dry-run",
            )
        ]
    found = [_stack(stack, checkout, deploy) for stack in state.stacks]
    if state.page:
        found += [_functions(state, deploy), _files(state, deploy)]
    return found


def _stack(stack: StackState, checkout: str, deploy: str) -> Finding:
    name, status = stack.name, stack.status
    if not status or status == "DELETE_COMPLETE":
        return failure("stacks", f"the stack {name} does not exist", deploy)
    if status.endswith("_IN_PROGRESS"):
        return warning(
            "stacks", f"the stack {name} is in {status}: a deployment runs, or has ended"
        )
    if status.endswith("_FAILED") or status == "ROLLBACK_COMPLETE":
        return failure("stacks", f"the stack {name} is in {status}", deploy)
    return compared("stacks", f"the stack {name}", stack.version, checkout, deploy)


def _functions(state: StageState, deploy: str) -> Finding:
    if state.missing:
        return failure("functions", f"missing: {', '.join(state.missing)}", deploy)
    return ok("functions", f"all {len(FUNCTIONS)} are there")


def _files(state: StageState, deploy: str) -> Finding:
    if not state.changed:
        return ok("page files", "all are those of this checkout")
    names = ", ".join(state.changed[:_SHOWN])
    more = f" and {len(state.changed) - _SHOWN} more" if len(state.changed) > _SHOWN else ""
    return warning("page files", f"differ from this checkout: {names}{more}", deploy)
