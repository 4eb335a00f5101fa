"""Template parameters that follow from the stage's section of the configuration."""

import pytest

from ops.deploy.parameters import VISIBILITY, config_values, time_limit
from ops.site_folder import stages
from tests.infrastructure.stacks import deployed, template

DEV = stages.defaults()["stages"]["dev"]
QUEUES = {
    "WorkVisibilitySeconds": "WorkQueue",
    "FailuresVisibilitySeconds": "FailuresQueue",
    "WebhooksVisibilitySeconds": "WebhooksQueue",
}


@pytest.mark.parametrize(("parameter", "function"), VISIBILITY.items())
@pytest.mark.parametrize("seconds", [1, 45, 900])
def test_a_queue_hides_messages_for_six_times_its_functions_time_limit(
    parameter: str, function: str, seconds: int
) -> None:
    section = {"lambda_functions": {function: {"lambda_timeout": seconds}}}
    values = config_values(section)
    queue = deployed("stores", {parameter: values[parameter]}).properties(QUEUES[parameter])
    assert int(queue["VisibilityTimeout"]) == 6 * seconds


@pytest.mark.parametrize("parameter", VISIBILITY)
def test_the_templates_default_is_that_of_the_configured_time_limit(parameter: str) -> None:
    default = template("stores")["Parameters"][parameter]["Default"]
    assert str(default) == config_values(DEV)[parameter]


def test_a_function_without_a_time_limit_has_its_stages_or_chalices() -> None:
    functions = {"process_again": {"lambda_memory_size": 512}}
    assert time_limit({"lambda_functions": functions}, "process_again") == 60
    common = {"lambda_timeout": 90, "lambda_functions": functions}
    assert time_limit(common, "process_again") == 90
