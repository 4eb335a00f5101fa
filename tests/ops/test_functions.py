from ops.local.names import CREATED
from ops.local.runtime.context import LambdaContext
from ops.local.runtime.functions import limits_of
from ops.local.stack.timeouts import TIMES_LAMBDA


def test_the_context_counts_down_the_functions_time() -> None:
    context = LambdaContext(CREATED, "r-1")
    limit = limits_of(CREATED).seconds * TIMES_LAMBDA
    assert 0 < context.get_remaining_time_in_millis() <= limit * 1000
    assert (context.aws_request_id, context.function_version) == ("r-1", "$LATEST")
