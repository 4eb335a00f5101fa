"""Settings that Chalice cannot make: failed events, the API's throttling, log retention."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from chalicelib.aws.faults import code_of
from ops.account import Account
from ops.aws_errors import explained
from ops.deploy.chalice_state import find_api
from ops.deploy.parameters import time_limit
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


def set_limits(
    account: Account, stage: Stage, queue_arn: str, section: Mapping[str, Any], limits: Limits
) -> list[str]:
    """Apply all limits; return lines with the API's, and what the account's quota prevents.

    `section` is the stage's section of the configuration.
    """
    functions = account.client("lambda")
    with explained():
        for name, invocation in INVOCATIONS.items():
            age = invocation.max_age(time_limit(section, name))
            limit_invocations(functions, stage.function(name), invocation, age, queue_arn)
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
    reserved_concurrency of the stage is kept.
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


def limit_invocations(
    client: Any, function: str, invocation: Invocation, max_age_seconds: int, queue_arn: str
) -> None:
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
        MaximumEventAgeInSeconds=max_age_seconds,
        **({"DestinationConfig": destination} if invocation.keeps_failed else {}),
    )


def _is_before_role(error: BaseException) -> bool:
    """Whether Lambda does not see the role's new permissions yet, which takes IAM some seconds."""
    return isinstance(error, ClientError) and code_of(error) == "InvalidParameterValueException"


@dataclass(frozen=True)
class _Requests:
    """The API's limits: requests per second, and at once. None if not set."""

    rate: float | None = None
    burst: int | None = None

    def wanted(self, limits: Limits) -> tuple[float, int]:
        """Rate and burst: as given, else unchanged, else the defaults."""
        rate = limits.requests_per_second or self.rate or REQUESTS_PER_SECOND
        return rate, limits.burst or self.burst or BURST


def limit_changes(account: Account, stage: Stage, limits: Limits) -> list[str]:
    """What `set_limits` would change of the API's limits and log retention, one line each."""
    with explained():
        api = find_api(account, stage)
        present = _requests(account.client("apigateway"), api) if api else _Requests()
        retention = dict(_log_groups(account.client("logs"), stage))
    rate, burst = present.wanted(limits)
    lines = [
        f"~ API limits: {_shown(before)} -> {after:g} {unit}"
        for before, after, unit in (
            (present.rate, rate, "requests a second"),
            (present.burst, burst, "at once"),
        )
        if before != after
    ]
    for name in FUNCTIONS:
        days = retention.get(stage.log_group(name))
        if _log_days(days, limits) != days:
            kept = f"{_shown(days)} -> {_log_days(days, limits)} days"
            lines.append(f"~ {stage.log_group(name)} (log retention {kept})")
    return lines


def _shown(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def _requests(client: Any, api: str) -> _Requests:
    try:
        found = client.get_stage(restApiId=api, stageName=API_STAGE)
    except client.exceptions.NotFoundException:  # the first deployment was interrupted
        return _Requests()
    present = found.get("methodSettings", {}).get(_EVERY_METHOD, {})
    return _Requests(present.get("throttlingRateLimit"), present.get("throttlingBurstLimit"))


def _limit_requests(account: Account, stage: Stage, limits: Limits) -> tuple[float, int]:
    """Set requests per second and burst."""
    client = account.client("apigateway")
    api = find_api(account, stage)
    rate, burst = _requests(client, api or "").wanted(limits)
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
        days = _log_days(existing.get(group), limits)
        if days != existing.get(group):
            client.put_retention_policy(logGroupName=group, retentionInDays=days)


def _log_days(present: int | None, limits: Limits) -> int:
    return limits.log_days or present or LOG_DAYS


def _log_groups(client: Any, stage: Stage) -> Iterator[tuple[str, int | None]]:
    pages = client.get_paginator("describe_log_groups")
    for page in pages.paginate(logGroupNamePrefix=stage.log_group(API)):
        for group in page["logGroups"]:
            yield group["logGroupName"], group.get("retentionInDays")
