"""A CloudFormation stack: inspected, created or updated through a change set, deleted."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from ops.account import Account
from ops.aws_errors import CloudError, explain, explained
from ops.deploy.changesets import ChangeSet, make_change_set
from ops.deploy.progress import Progress
from ops.deploy.stack_events import Events
from ops.deploy.templates import Template

_ABSENT = ("", "DELETE_COMPLETE")
_EMPTY = "REVIEW_IN_PROGRESS"  # a change set was created for it, and never executed
# No update is possible from these; resources with data outlive the stack and are adopted again.
_TO_BE_DELETED = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")
_GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")


class Stack:
    """A stack by name; it need not exist."""

    def __init__(
        self, account: Account, name: str, tags: Mapping[str, str], progress: Progress
    ) -> None:
        self.name = name
        self._cloudformation = account.client("cloudformation")
        self._tags = dict(tags)
        self._progress = progress

    @property
    def status(self) -> str:
        """CloudFormation's status; empty if the stack does not exist."""
        found = self._described()
        return found["StackStatus"] if found else ""

    @property
    def exists(self) -> bool:
        """Whether it exists, with or without resources."""
        return self.status not in _ABSENT

    def outputs(self) -> dict[str, str]:
        """Its outputs; empty if it does not exist."""
        described = self._described() or {}
        return {
            output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", ())
        }

    def parameters(self) -> dict[str, str]:
        """The values of its parameters; empty if it does not exist."""
        described = self._described() or {}
        return {p["ParameterKey"]: p["ParameterValue"] for p in described.get("Parameters", ())}

    def apply(self, template: Template, values: Mapping[str, str]) -> dict[str, str]:
        """Create or update it; return its outputs. Parameters not in `values` stay unchanged."""
        with explained():
            self._settle()
            made = self._make_change_set(template, values)
            if made is None:
                self._progress.detail(f"{self.name}: nothing to change")
            else:
                events = Events(self._cloudformation, made.stack)
                self._cloudformation.execute_change_set(ChangeSetName=made.id)
                self._follow(events, _GOOD)
            return self.outputs()

    def preview(self, template: Template, values: Mapping[str, str]) -> list[str]:
        """What `apply` would do, one line each. It leaves nothing behind."""
        with explained():
            status = self.status
            is_new = status in (*_ABSENT, _EMPTY)
            if status in _TO_BE_DELETED or _is_busy(status) or status.endswith("_FAILED"):
                return [f"? the stack is in {status}, which a deployment would resolve first"]
            made = self._make_change_set(template, values)
            if made is None:
                return []
            self._cloudformation.delete_change_set(ChangeSetName=made.id)
            if is_new:
                self._cloudformation.delete_stack(StackName=made.stack)
            return [str(change) for change in made.changes] or ["~ its outputs or tags"]

    def delete(self) -> None:
        """Delete it, with all resources that its template does not retain."""
        with explained():
            described = self._described()
            if described and described["StackStatus"] not in _ABSENT:
                self._wait()
                self._delete(described["StackId"])

    def _described(self) -> dict[str, Any] | None:
        with explained():
            try:
                found = self._cloudformation.describe_stacks(StackName=self.name)
            except ClientError as error:
                if "does not exist" in str(error):
                    return None
                raise
        stack: dict[str, Any] = found["Stacks"][0]
        return stack

    def _settle(self) -> None:
        """Bring it into a state from which it can be created or updated."""
        self._wait()
        status = self.status
        if status == "UPDATE_ROLLBACK_FAILED":
            self._progress.detail(f"{self.name}: the rollback of an update failed; continuing it")
            events = self._events()
            self._cloudformation.continue_update_rollback(StackName=self.name)
            self._follow(events, ("UPDATE_ROLLBACK_COMPLETE",))
        elif status == "UPDATE_FAILED":
            events = self._events()
            self._cloudformation.rollback_stack(StackName=self.name)
            self._follow(events, ("UPDATE_ROLLBACK_COMPLETE",))
        elif status in _TO_BE_DELETED:
            self._progress.detail(f"{self.name} is in {status}: deleting it to start over")
            self.delete()

    def _wait(self) -> None:
        """Wait for an operation that an interrupted run, or someone else, has started."""
        status = self.status
        if _is_busy(status):
            self._progress.detail(f"{self.name} is in {status}: waiting for it")
            self._events().follow(self._progress)

    def _make_change_set(self, template: Template, values: Mapping[str, str]) -> ChangeSet | None:
        described = self._described() or {"StackStatus": ""}
        is_new = described["StackStatus"] in (*_ABSENT, _EMPTY)
        kept = set() if is_new else self.parameters().keys()
        chosen = template.chosen(values)
        parameters: list[dict[str, Any]] = [
            {"ParameterKey": name, "ParameterValue": value} for name, value in chosen.items()
        ]
        parameters += [
            {"ParameterKey": name, "UsePreviousValue": True}
            for name in sorted(kept & template.parameters - chosen.keys())
        ]
        return make_change_set(
            self._cloudformation,
            self.name,
            "CREATE" if is_new else "UPDATE",
            template,
            parameters,
            self._tags,
        )

    def _delete(self, identifier: str) -> None:
        events = Events(self._cloudformation, identifier)
        self._cloudformation.delete_stack(StackName=identifier)
        self._follow(events, ("DELETE_COMPLETE",))

    def _events(self) -> Events:
        described = self._described() or {}
        return Events(self._cloudformation, described.get("StackId", self.name))

    def _follow(self, events: Events, wanted: tuple[str, ...]) -> None:
        status, failures = events.follow(self._progress)
        if status not in wanted:
            reason = failures[0] if failures else "AWS gave no reason."
            why = explain(reason, operation="a part of it")
            raise CloudError(f"The stack {self.name} ended in {status}. {why}")


def _is_busy(status: str) -> bool:
    return status.endswith("_IN_PROGRESS") and status != _EMPTY
