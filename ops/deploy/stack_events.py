"""Shows the events of a CloudFormation stack live."""

import time
from collections.abc import Iterator
from typing import Any

from ops.deploy.progress import Progress

_POLL = 3.0  # seconds between polls of a stack in progress
_DONE_BY_US = "User Initiated"


class Events:
    """Events of a stack since this object was created. `stack` is its id, not its name."""

    def __init__(self, cloudformation: Any, stack: str) -> None:
        self._cloudformation = cloudformation
        self._stack = stack
        self._seen = {event["EventId"] for event in self._newest_first()}

    def follow(self, progress: Progress) -> tuple[str, list[str]]:
        """Show events until the stack is done; return its status, and why parts of it failed."""
        failures: list[str] = []
        while True:
            found = self._cloudformation.describe_stacks(StackName=self._stack)["Stacks"][0]
            for event in self._fresh():
                progress.detail(_line(event))
                if event["ResourceStatus"].endswith("_FAILED"):
                    failures.append(_reason(event))
            status: str = found["StackStatus"]
            if not status.endswith("_IN_PROGRESS"):
                return status, failures
            time.sleep(_POLL)

    def _fresh(self) -> list[dict[str, Any]]:
        fresh = [event for event in self._newest_first() if event["EventId"] not in self._seen]
        self._seen |= {event["EventId"] for event in fresh}
        return fresh[::-1]

    def _newest_first(self) -> Iterator[dict[str, Any]]:
        pages = self._cloudformation.get_paginator("describe_stack_events")
        for page in pages.paginate(StackName=self._stack):
            yield from page["StackEvents"]


def _line(event: dict[str, Any]) -> str:
    reason = event.get("ResourceStatusReason", "")
    shown = f"  {reason}" if reason and reason != _DONE_BY_US else ""
    name = event.get("LogicalResourceId", "")
    return f"{event['ResourceStatus']:<28} {name:<28} {event.get('ResourceType', '')}{shown}"


def _reason(event: dict[str, Any]) -> str:
    reason = event.get("ResourceStatusReason", "AWS gave no reason.")
    return f"{event.get('LogicalResourceId', '')}: {reason}"
