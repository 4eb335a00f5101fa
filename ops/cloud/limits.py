"""What Chalice cannot set: what becomes of events, the API's throttling, how long logs stay."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.faults import code_of
from ops.cloud.account import Account
from ops.cloud.deployed import find_api
from ops.cloud.faults import explained
from ops.cloud.policies import FUNCTIONS
from ops.cloud.stage import API_STAGE, Stage
from ops.permissions.names import API

ASYNCHRONOUS = ("process_upload", "process_removal")  # whose events nobody waits for

_SWEEP = "sweep"
_SWEEP_AGE = 300  # seconds that a sweep may wait for the one before: as long as one may take
_RETRIES = 2
_EVENT_AGE = 6 * 3600  # seconds that Lambda may keep an event while it throttles
_ROLE_PATIENCE = 60.0  # seconds until a role that was just made is known to Lambda everywhere
_POLL = 2.0
_EVERY_METHOD = "*/*"
_REQUESTS_PER_SECOND, _BURST, _LOG_DAYS = 50, 100, 30


@dataclass(frozen=True)
class Limits:
    """None means: as it is, or the default where nothing is set yet."""

    requests_per_second: int | None = None
    burst: int | None = None
    log_days: int | None = None


def set_limits(account: Account, stage: Stage, queue_arn: str, limits: Limits) -> list[str]:
    """All of them: lines that tell the API's, and what the account is too small for."""
    functions = account.client("lambda")
    with explained():
        for name in ASYNCHRONOUS:
            _keep_lost_events(functions, stage.function(name), queue_arn)
        is_alone = run_alone(functions, stage.function(_SWEEP))
        rate, burst = _limit_requests(account, stage, limits)
        _keep_logs(account, stage, limits)
    lines = [f"the API answers {rate:g} requests a second, {burst} at once"]
    return lines if is_alone else [*lines, _NOT_ALONE]


_NOT_ALONE = (
    "two sweeps may run at once, which costs a little and harms nothing: Lambda's quota of "
    "concurrent executions is too small here to reserve one"
)


def run_alone(client: Any, function: str) -> bool:
    """One call at a time, and none of them twice: the clock makes the next. False: not alone.

    What reserved_concurrency in .chalice/config.json says counts. A new account's ten executions
    are all that it must leave unreserved, so that Chalice would fail there.
    """
    client.put_function_event_invoke_config(
        FunctionName=function, MaximumRetryAttempts=0, MaximumEventAgeInSeconds=_SWEEP_AGE
    )
    known = client.get_function_concurrency(FunctionName=function)
    if "ReservedConcurrentExecutions" in known:
        return True
    try:
        client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=1)
    except ClientError as error:
        if "UnreservedConcurrentExecution" in str(error):
            return False
        raise
    return True


def _keep_lost_events(client: Any, function: str, queue_arn: str) -> None:
    """What the function gives up goes to the queue, as one message."""
    deadline = time.monotonic() + _ROLE_PATIENCE
    while True:
        try:
            client.put_function_event_invoke_config(
                FunctionName=function,
                MaximumRetryAttempts=_RETRIES,
                MaximumEventAgeInSeconds=_EVENT_AGE,
                DestinationConfig={"OnFailure": {"Destination": queue_arn}},
            )
            return
        except ClientError as error:
            # IAM tells Lambda of a role's new permissions a few seconds late.
            is_early = code_of(error) == "InvalidParameterValueException"
            if not is_early or time.monotonic() > deadline:
                raise
        time.sleep(_POLL)


def _limit_requests(account: Account, stage: Stage, limits: Limits) -> tuple[float, int]:
    """Requests per second, and at once: as asked, as they are, or the defaults."""
    client = account.client("apigateway")
    api = find_api(account, stage)
    known = client.get_stage(restApiId=api, stageName=API_STAGE).get("methodSettings", {})
    present = known.get(_EVERY_METHOD, {})
    rate = limits.requests_per_second or present.get("throttlingRateLimit", _REQUESTS_PER_SECOND)
    burst = limits.burst or present.get("throttlingBurstLimit", _BURST)
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
    """Each function's log group, there before its first line, and how many days it keeps one."""
    client = account.client("logs")
    known = dict(_log_groups(client, stage))
    for name in FUNCTIONS:
        group = stage.log_group(name)
        if group not in known:
            client.create_log_group(logGroupName=group, tags=stage.tags)
        if limits.log_days or not known.get(group):
            days = limits.log_days or _LOG_DAYS
            client.put_retention_policy(logGroupName=group, retentionInDays=days)


def _log_groups(client: Any, stage: Stage) -> Iterator[tuple[str, int | None]]:
    pages = client.get_paginator("describe_log_groups")
    for page in pages.paginate(logGroupNamePrefix=stage.log_group(API)):
        for group in page["logGroups"]:
            yield group["logGroupName"], group.get("retentionInDays")
