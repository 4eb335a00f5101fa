"""One CloudFormation stack: looked at, created or updated through a change set, deleted."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from ops.cloud.account import Account
from ops.cloud.changesets import ChangeSet, make_change_set
from ops.cloud.events import Events
from ops.cloud.faults import CloudError, explain, explained
from ops.cloud.telling import Teller
from ops.cloud.templates import Template

_ABSENT = ("", "DELETE_COMPLETE")
_EMPTY = "REVIEW_IN_PROGRESS"  # a change set was made for it, and never executed
# From these no update is possible; what holds data is kept when the stack goes, and adopted again.
_TO_BE_DELETED = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")
_GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")


class Stack:
    """A stack by its name; it need not be there."""

    def __init__(
        self, account: Account, name: str, tags: Mapping[str, str], teller: Teller
    ) -> None:
        self.name = name
        self._cloudformation = account.client("cloudformation")
        self._tags = dict(tags)
        self._teller = teller

    @property
    def status(self) -> str:
        """CloudFormation's status; empty for a stack that is not there."""
        found = self._described()
        return found["StackStatus"] if found else ""

    @property
    def exists(self) -> bool:
        """Whether it is there, with or without resources."""
        return self.status not in _ABSENT

    def outputs(self) -> dict[str, str]:
        """Its outputs; none where it is not there."""
        described = self._described() or {}
        return {
            output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", ())
        }

    def parameters(self) -> dict[str, str]:
        """The values of its parameters; none where it is not there."""
        described = self._described() or {}
        return {p["ParameterKey"]: p["ParameterValue"] for p in described.get("Parameters", ())}

    def apply(self, template: Template, values: Mapping[str, str]) -> dict[str, str]:
        """Create it or bring it up to date: its outputs. Values not given stay as they are."""
        with explained():
            self._settle()
            made = self._make_change_set(template, values)
            if made is None:
                self._teller.detail(f"{self.name}: nothing to change")
            else:
                events = Events(self._cloudformation, made.stack)
                self._cloudformation.execute_change_set(ChangeSetName=made.id)
                self._follow(events, _GOOD)
            return self.outputs()

    def preview(self, template: Template, values: Mapping[str, str]) -> list[str]:
        """What `apply` would do, a line each. It leaves nothing."""
        with explained():
            status = self.status
            is_new = status in (*_ABSENT, _EMPTY)
            if status in _TO_BE_DELETED or _is_busy(status) or status.endswith("_FAILED"):
                return [f"? the stack is in {status}, which deploying would end first"]
            made = self._make_change_set(template, values)
            if made is None:
                return []
            self._cloudformation.delete_change_set(ChangeSetName=made.id)
            if is_new:
                self._cloudformation.delete_stack(StackName=made.stack)
            return [str(change) for change in made.changes] or ["~ its outputs or tags"]

    def delete(self) -> None:
        """Delete it, with all that its template does not keep."""
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
        """Bring it where it can be created or updated."""
        self._wait()
        status = self.status
        if status == "UPDATE_ROLLBACK_FAILED":
            self._teller.detail(f"{self.name}: an update was not taken back whole; taking it back")
            events = self._events()
            self._cloudformation.continue_update_rollback(StackName=self.name)
            self._follow(events, ("UPDATE_ROLLBACK_COMPLETE",))
        elif status == "UPDATE_FAILED":
            events = self._events()
            self._cloudformation.rollback_stack(StackName=self.name)
            self._follow(events, ("UPDATE_ROLLBACK_COMPLETE",))
        elif status in _TO_BE_DELETED:
            self._teller.detail(f"{self.name} is in {status}: removing it, to begin anew")
            self.delete()

    def _wait(self) -> None:
        """Let end what an interrupted run, or somebody else, has begun."""
        status = self.status
        if _is_busy(status):
            self._teller.detail(f"{self.name} is in {status}: waiting for it")
            self._events().follow(self._teller)

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
        status, failures = events.follow(self._teller)
        if status not in wanted:
            reason = failures[0] if failures else "AWS gave no reason."
            why = explain(reason, operation="a part of it")
            raise CloudError(f"The stack {self.name} ended in {status}. {why}")


def _is_busy(status: str) -> bool:
    return status.endswith("_IN_PROGRESS") and status != _EMPTY
