"""Settings that Chalice cannot make: failed events, the API's throttling, log retention."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from chalicelib.aws.faults import code_of
from ops.account import Account
from ops.aws_errors import explained
from ops.deploy.chalice_state import find_api
from ops.deploy.stage import API_STAGE, Stage
from ops.iam.names import API
from ops.iam.policies import FUNCTIONS
from ops.packaging.runtime_limits import (
    BURST,
    INVOCATIONS,
    LOG_DAYS,
    REQUESTS_PER_SECOND,
    RESERVED,
    Invocation,
)

_ROLE_TIMEOUT = 60.0  # seconds until a role that was just made is known to Lambda everywhere
_POLL = 2.0
_EVERY_METHOD = "*/*"


@dataclass(frozen=True)
class Limits:
    """None means unchanged, or the default if nothing is set yet."""

    requests_per_second: int | None = None
    burst: int | None = None
    log_days: int | None = None


def set_limits(account: Account, stage: Stage, queue_arn: str, limits: Limits) -> list[str]:
    """Apply all limits; return lines with the API's, and what the account's quota prevents."""
    functions = account.client("lambda")
    with explained():
        for name, invocation in INVOCATIONS.items():
            limit_invocations(functions, stage.function(name), invocation, queue_arn)
        reserved = [reserve(functions, stage.function(n), most) for n, most in RESERVED.items()]
        rate, burst = _limit_requests(account, stage, limits)
        _keep_logs(account, stage, limits)
    lines = [f"API limits: {rate:g} requests a second, {burst} at once"]
    return lines if all(reserved) else [*lines, _NOT_ALONE]


_NOT_ALONE = (
    "two sweeps may run at once, which costs a little but is harmless: Lambda's quota of "
    "concurrent executions is too small to reserve one"
)


def reserve(client: Any, function: str, executions: int) -> bool:
    """Reserve executions for a function, which cannot use more; False if the quota is too small.

    A new account must leave all of its ten executions unreserved, so Chalice would fail there.
    reserved_concurrency in .chalice/config.json is kept.
    """
    present = client.get_function_concurrency(FunctionName=function)
    if "ReservedConcurrentExecutions" in present:
        return True
    try:
        client.put_function_concurrency(
            FunctionName=function, ReservedConcurrentExecutions=executions
        )
    except ClientError as error:
        if "UnreservedConcurrentExecution" in str(error):
            return False
        raise
    return True


def limit_invocations(client: Any, function: str, invocation: Invocation, queue_arn: str) -> None:
    """Set retries and age of a function's asynchronous events, and where failed events go."""
    retrying = Retrying(
        retry=retry_if_exception(_is_before_role),
        stop=stop_after_delay(_ROLE_TIMEOUT),
        wait=wait_fixed(_POLL),
        reraise=True,
    )
    destination = {"OnFailure": {"Destination": queue_arn}}
    retrying(
        client.put_function_event_invoke_config,
        FunctionName=function,
        MaximumRetryAttempts=invocation.retries,
        MaximumEventAgeInSeconds=invocation.max_age_seconds,
        **({"DestinationConfig": destination} if invocation.keeps_failed else {}),
    )


def _is_before_role(error: BaseException) -> bool:
    """Whether Lambda does not see the role's new permissions yet, which takes IAM some seconds."""
    return isinstance(error, ClientError) and code_of(error) == "InvalidParameterValueException"


def _limit_requests(account: Account, stage: Stage, limits: Limits) -> tuple[float, int]:
    """Set requests per second and burst: as given, else unchanged, else the defaults."""
    client = account.client("apigateway")
    api = find_api(account, stage)
    methods = client.get_stage(restApiId=api, stageName=API_STAGE).get("methodSettings", {})
    present = methods.get(_EVERY_METHOD, {})
    rate = limits.requests_per_second or present.get("throttlingRateLimit", REQUESTS_PER_SECOND)
    burst = limits.burst or present.get("throttlingBurstLimit", BURST)
    path = f"/{_EVERY_METHOD}/throttling"
    client.update_stage(
        restApiId=api,
        stageName=API_STAGE,
        patchOperations=[
            {"op": "replace", "path": f"{path}/rateLimit", "value": str(rate)},
            {"op": "replace", "path": f"{path}/burstLimit", "value": str(burst)},
        ],
    )
    return rate, burst


def _keep_logs(account: Account, stage: Stage, limits: Limits) -> None:
    """Create each function's log group before its first line, and set its retention."""
    client = account.client("logs")
    existing = dict(_log_groups(client, stage))
    for name in FUNCTIONS:
        group = stage.log_group(name)
        if group not in existing:
            client.create_log_group(logGroupName=group, tags=stage.tags)
        if limits.log_days or not existing.get(group):
            days = limits.log_days or LOG_DAYS
            client.put_retention_policy(logGroupName=group, retentionInDays=days)


def _log_groups(client: Any, stage: Stage) -> Iterator[tuple[str, int | None]]:
    pages = client.get_paginator("describe_log_groups")
    for page in pages.paginate(logGroupNamePrefix=stage.log_group(API)):
        for group in page["logGroups"]:
            yield group["logGroupName"], group.get("retentionInDays")
