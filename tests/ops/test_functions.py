import json
from typing import Any

import pytest

from ops.local.context import LambdaContext
from ops.local.functions import limits_of
from ops.local.names import CREATED, PROJECT, QUEUE_FUNCTIONS, REMOVED

CHALICE = PROJECT / ".chalice"
FUNCTIONS = ["api_handler", CREATED, REMOVED, *QUEUE_FUNCTIONS.values()]


def statements(function: str) -> list[dict[str, Any]]:
    config = json.loads((CHALICE / "config.json").read_text())
    settings = config["stages"]["dev"]["lambda_functions"][function]
    policy = json.loads((CHALICE / settings["iam_policy_file"]).read_text())
    return list(policy["Statement"])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_has_a_policy_of_its_own_that_names_resources(function: str) -> None:
    for statement in statements(function):
        resources = statement["Resource"]
        named = resources if isinstance(resources, list) else [resources]
        assert all("darkroom-dev-" in resource for resource in named)
        assert not any("*" in action for action in statement["Action"])


def test_only_the_api_may_write_into_the_uploads_bucket() -> None:
    writers = [
        function
        for function in FUNCTIONS
        for statement in statements(function)
        if "s3:PutObject" in statement["Action"] and "uploads" in str(statement["Resource"])
    ]
    assert writers == ["api_handler"]


def test_the_context_counts_down_the_functions_time() -> None:
    context = LambdaContext(CREATED, "r-1")
    assert 0 < context.get_remaining_time_in_millis() <= limits_of(CREATED).seconds * 1000
    assert (context.aws_request_id, context.function_version) == ("r-1", "$LATEST")
