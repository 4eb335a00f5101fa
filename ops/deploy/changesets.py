"""CloudFormation change sets: what an update would do to a stack."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ops.aws_errors import CloudError, explain
from ops.deploy.templates import Template

Parameters = list[dict[str, Any]]

_POLL = 1.0  # seconds between polls of a change set that is being created
_NOTHING = ("didn't contain changes", "No updates are to be performed")
_SIGNS = {"Add": "+", "Modify": "~", "Remove": "-", "Import": "adopt", "Dynamic": "?"}


@dataclass(frozen=True)
class Change:
    """The change of one resource; `replaced` if a new one takes its place."""

    action: str
    logical: str
    kind: str
    replaced: bool

    def __str__(self) -> str:
        warning = "  REPLACED by a new one" if self.replaced else ""
        return f"{_SIGNS.get(self.action, self.action)} {self.logical} ({self.kind}){warning}"


@dataclass(frozen=True)
class ChangeSet:
    """A change set that is ready; `id` is its own, `stack` is the stack's id."""

    id: str
    stack: str
    changes: tuple[Change, ...]


def make_change_set(
    cloudformation: Any,
    stack: str,
    kind: str,
    template: Template,
    parameters: Parameters,
    tags: dict[str, str],
) -> ChangeSet | None:
    """Create a change set of `kind` CREATE or UPDATE; None, leaving none, if nothing changes."""
    made = cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=f"{stack}-{time.time_ns()}",
        ChangeSetType=kind,
        TemplateBody=template.body,
        Parameters=parameters,
        Capabilities=list(template.capabilities),
        Tags=[{"Key": k, "Value": v} for k, v in tags.items()],
        ImportExistingResources=True,  # buckets and table kept by an earlier destroy
    )
    pages = _finished(cloudformation, made["Id"])
    if pages[0]["Status"] != "FAILED":
        return ChangeSet(made["Id"], made["StackId"], tuple(_changes(pages)))
    cloudformation.delete_change_set(ChangeSetName=made["Id"])
    _check_reason(stack, pages[0].get("StatusReason", ""))
    return None


def _check_reason(stack: str, reason: str) -> None:
    if not any(sign in reason for sign in _NOTHING):
        raise CloudError(f"The stack {stack} cannot be deployed. {explain(reason)}")


def _finished(cloudformation: Any, identifier: str) -> list[dict[str, Any]]:
    paginator = cloudformation.get_paginator("describe_change_set")
    while True:
        pages = list(paginator.paginate(ChangeSetName=identifier))
        if pages[0]["Status"] in ("CREATE_COMPLETE", "FAILED"):
            return pages
        time.sleep(_POLL)


def _changes(pages: list[dict[str, Any]]) -> Iterator[Change]:
    for page in pages:
        for change in page.get("Changes", ()):
            resource = change["ResourceChange"]
            replaced = resource.get("Replacement") in ("True", "Conditional")
            yield Change(
                resource["Action"],
                resource["LogicalResourceId"],
                resource["ResourceType"],
                replaced and resource["Action"] == "Modify",
            )
