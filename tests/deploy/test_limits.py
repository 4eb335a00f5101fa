"""What an account may be too small for."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from ops.cloud.limits import run_alone

FUNCTION = {"FunctionName": "darkroom-test-sweep"}
RESERVING = {**FUNCTION, "ReservedConcurrentExecutions": 1}
ONCE = {**FUNCTION, "MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 300}
TOO_SMALL = (
    "Specified ReservedConcurrentExecutions for function decreases account's "
    "UnreservedConcurrentExecution below its minimum value of [10]."
)


@pytest.fixture
def asked() -> Iterator[Stubber]:
    """Lambda, which answers just what a test has told it, in this order."""
    client: Any = boto3.session.Session().client(
        "lambda", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client) as stub:
        stub.add_response("put_function_event_invoke_config", {}, ONCE)
        yield stub
        stub.assert_no_pending_responses()


def test_an_execution_is_reserved_where_the_account_has_enough(asked: Stubber) -> None:
    asked.add_response("get_function_concurrency", {}, FUNCTION)
    asked.add_response("put_function_concurrency", {}, RESERVING)
    assert run_alone(asked.client, FUNCTION["FunctionName"])


def test_what_the_configuration_reserves_stays(asked: Stubber) -> None:
    asked.add_response("get_function_concurrency", {"ReservedConcurrentExecutions": 3}, FUNCTION)
    assert run_alone(asked.client, FUNCTION["FunctionName"])


def test_a_small_account_keeps_its_executions_and_is_deployed_to(asked: Stubber) -> None:
    asked.add_response("get_function_concurrency", {}, FUNCTION)
    code = "InvalidParameterValueException"
    asked.add_client_error("put_function_concurrency", code, TOO_SMALL)
    assert not run_alone(asked.client, FUNCTION["FunctionName"])


def test_another_refusal_is_told(asked: Stubber) -> None:
    asked.add_response("get_function_concurrency", {}, FUNCTION)
    asked.add_client_error("put_function_concurrency", "AccessDeniedException", "not authorized")
    with pytest.raises(ClientError):
        run_alone(asked.client, FUNCTION["FunctionName"])
