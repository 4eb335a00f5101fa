"""The functions' actual calls, compared with their policies both ways."""

import pytest

from ops.iam.policies import FUNCTIONS, statements_of
from ops.iam.statements import FUNCTION, HOLDER
from ops.local.storage.policies import LOCAL
from tests.policies.authorization import Call, allows, demands
from tests.policies.stages import ENFORCED


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_permission_that_a_function_needs_is_granted(
    stack_calls: list[Call], function: str
) -> None:
    statements = statements_of(function, LOCAL)
    needed = {d for call in stack_calls if call.function == function for d in demands(call, LOCAL)}
    assert needed
    assert [d for d in needed if not any(allows(s, d) for s in statements)] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_permission_that_a_policy_grants_is_used(
    stack_calls: list[Call], enforced_calls: list[Call], function: str
) -> None:
    used: set[tuple[str, str]] = set()
    # The second run has versioned buckets and a CDN, like production and unlike `make run`.
    for calls, names in ((stack_calls, LOCAL), (enforced_calls, ENFORCED)):
        needed = [d for call in calls if call.function == function for d in demands(call, names)]
        for statement in statements_of(function, names):
            used |= {(statement.sid, d.action) for d in needed if allows(statement, d)}
    own = [s for s in statements_of(function, ENFORCED) if s.caller in (FUNCTION, HOLDER)]
    allowed = {(statement.sid, action) for statement in own for action in statement.actions}
    assert allowed - used == set()


def test_every_function_was_recorded(stack_calls: list[Call]) -> None:
    assert {call.function for call in stack_calls} == set(FUNCTIONS)
