from ops.local.context import LambdaContext
from ops.local.functions import limits_of
from ops.local.names import CREATED


def test_the_context_counts_down_the_functions_time() -> None:
    context = LambdaContext(CREATED, "r-1")
    assert 0 < context.get_remaining_time_in_millis() <= limits_of(CREATED).seconds * 1000
    assert (context.aws_request_id, context.function_version) == ("r-1", "$LATEST")
