"""The functions under enforced IAM."""

import pytest
from botocore.exceptions import ClientError

from ops.iam.policies import FUNCTIONS
from tests.policies.account import ADMINISTRATOR, Account
from tests.policies.attempts import ATTEMPTS, Attempt
from tests.policies.authorization import Call


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_refused_nothing_in_the_flow(
    enforced_calls: list[Call], function: str
) -> None:
    own = [call for call in enforced_calls if call.function == function]
    assert own
    assert [call for call in own if call.status >= 400 and call.status != 404] == []


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=str)
def test_a_call_without_permission_is_refused(account: Account, attempt: Attempt) -> None:
    with pytest.raises(ClientError) as refusal:
        attempt.do(lambda service: account.client(service, attempt.function))
    assert refusal.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=str)
def test_the_same_call_succeeds_for_an_administrator(account: Account, attempt: Attempt) -> None:
    attempt.do(lambda service: account.client(service, ADMINISTRATOR))
