"""Reserved concurrency, for which an account may be too small."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from ops.deploy.limits import limit_invocations, reserve
from ops.packaging.runtime_limits import INVOCATIONS

FUNCTION = {"FunctionName": "darkroom-test-sweep"}
RESERVING = {**FUNCTION, "ReservedConcurrentExecutions": 1}
ONCE = {**FUNCTION, "MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 300}
TOO_SMALL = (
    "Specified ReservedConcurrentExecutions for function decreases account's "
    "UnreservedConcurrentExecution below its minimum value of [10]."
)


@pytest.fixture
def stubber() -> Iterator[Stubber]:
    """A stubbed Lambda client that expects exactly the calls a test adds, in order."""
    client: Any = boto3.session.Session().client(
        "lambda", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def test_an_execution_is_reserved_if_the_account_has_enough(stubber: Stubber) -> None:
    stubber.add_response("get_function_concurrency", {}, FUNCTION)
    stubber.add_response("put_function_concurrency", {}, RESERVING)
    assert reserve(stubber.client, FUNCTION["FunctionName"], 1)


def test_a_configured_reservation_is_kept(stubber: Stubber) -> None:
    stubber.add_response("get_function_concurrency", {"ReservedConcurrentExecutions": 3}, FUNCTION)
    assert reserve(stubber.client, FUNCTION["FunctionName"], 1)


def test_a_small_account_is_deployed_to_without_a_reservation(stubber: Stubber) -> None:
    stubber.add_response("get_function_concurrency", {}, FUNCTION)
    code = "InvalidParameterValueException"
    stubber.add_client_error("put_function_concurrency", code, TOO_SMALL)
    assert not reserve(stubber.client, FUNCTION["FunctionName"], 1)


def test_another_error_is_raised(stubber: Stubber) -> None:
    stubber.add_response("get_function_concurrency", {}, FUNCTION)
    stubber.add_client_error("put_function_concurrency", "AccessDeniedException", "not authorized")
    with pytest.raises(ClientError):
        reserve(stubber.client, FUNCTION["FunctionName"], 1)


def test_a_sweep_is_not_retried(stubber: Stubber) -> None:
    stubber.add_response("put_function_event_invoke_config", {}, ONCE)
    limit_invocations(stubber.client, FUNCTION["FunctionName"], INVOCATIONS["sweep"], 300, "queue")


@pytest.mark.parametrize(("seconds", "age"), [(600, 600), (30, 60)])
def test_a_sweep_may_wait_for_the_time_limit_of_the_previous_one(seconds: int, age: int) -> None:
    assert INVOCATIONS["sweep"].max_age(seconds) == age
