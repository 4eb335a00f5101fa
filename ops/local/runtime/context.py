"""The context object that Lambda passes to a function."""

import time

from ops.local.names import function_arn
from ops.local.runtime.functions import limits_of
from ops.local.stack.timeouts import TIMES_LAMBDA


class LambdaContext:
    """One call's context, with the attributes that Lambda's runtime documents."""

    function_version = "$LATEST"
    log_stream_name = "local"
    identity = None
    client_context = None

    def __init__(self, function: str, request_id: str) -> None:
        limits = limits_of(function)
        self.function_name = f"darkroom-local-{function}"
        self.invoked_function_arn = function_arn(function)
        self.memory_limit_in_mb = str(limits.megabytes)
        self.aws_request_id = request_id
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self._deadline = time.monotonic() + limits.seconds * TIMES_LAMBDA

    def get_remaining_time_in_millis(self) -> int:
        """Time left for the call."""
        return max(0, round((self._deadline - time.monotonic()) * 1000))
