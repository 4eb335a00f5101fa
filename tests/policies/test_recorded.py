"""The calls that the functions really make, held against their policies both ways."""

import pytest

from ops.cloud.policies import FUNCTIONS, statements_of
from ops.local.policies import LOCAL
from ops.permissions.statements import FUNCTION, HOLDER
from tests.policies.authorization import Call, allows, demands
from tests.policies.stages import ENFORCED


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_that_a_function_needs_is_missing(stack_calls: list[Call], function: str) -> None:
    statements = statements_of(function, LOCAL)
    needed = {d for call in stack_calls if call.function == function for d in demands(call, LOCAL)}
    assert needed
    assert [d for d in needed if not any(allows(s, d) for s in statements)] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_that_a_policy_allows_is_unused(
    stack_calls: list[Call], enforced_calls: list[Call], function: str
) -> None:
    used: set[tuple[str, str]] = set()
    # The second run has versioned buckets and a CDN, as production has and `make run` has not.
    for calls, names in ((stack_calls, LOCAL), (enforced_calls, ENFORCED)):
        needed = [d for call in calls if call.function == function for d in demands(call, names)]
        for statement in statements_of(function, names):
            used |= {(statement.sid, d.action) for d in needed if allows(statement, d)}
    own = [s for s in statements_of(function, ENFORCED) if s.caller in (FUNCTION, HOLDER)]
    allowed = {(statement.sid, action) for statement in own for action in statement.actions}
    assert allowed - used == set()


def test_every_function_was_recorded(stack_calls: list[Call]) -> None:
    assert {call.function for call in stack_calls} == set(FUNCTIONS)
