"""List parameters of a stack that is updated or deleted.

LocalStack splits the new value of a CommaDelimitedList, and leaves the value before as a string.
"""

from typing import Any

from localstack.services.cloudformation.engine.v2.change_set_model_preproc import (
    ChangeSetModelPreproc,
    PreprocEntityDelta,
)


def patch() -> None:
    """Split both."""
    visit = ChangeSetModelPreproc.visit_node_parameter

    def visit_node_parameter(self: Any, node: Any) -> Any:
        delta = visit(self, node)
        kind = self.visit(node.type_)
        if isinstance(delta.before, str) and "CommaDelimitedList" in (kind.before, kind.after):
            before = [item.strip() for item in delta.before.split(",")]
            return PreprocEntityDelta(before=before, after=delta.after)
        return delta

    ChangeSetModelPreproc.visit_node_parameter = visit_node_parameter
