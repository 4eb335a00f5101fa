"""What sounds an alarm, and who is notified."""

import re
from typing import Any

import pytest

from ops.deploy.parameters import TIME_LIMITS
from ops.local.runtime.functions import limits_of
from ops.local.storage.stores import table_definition
from tests.infrastructure.stacks import Json, Stack, deployed, template

QUARTER_OF_AN_HOUR = 900


def test_every_alarm_notifies_the_topic_when_it_begins_and_ends(watch: Stack) -> None:
    alarms = watch.of_type("AWS::CloudWatch::Alarm").values()
    assert {(*a["AlarmActions"], *a["OKActions"]) for a in alarms} == {("<Topic>", "<Topic>")}


def test_only_the_sweeps_alarm_sounds_when_data_is_missing(watch: Stack) -> None:
    alarms = watch.of_type("AWS::CloudWatch::Alarm")
    quiet = {name for name, a in alarms.items() if a["TreatMissingData"] == "notBreaching"}
    assert alarms.keys() - quiet == {"SweepStopped"}


def test_a_sweep_that_has_not_run_for_an_hour_sounds_an_alarm(watch: Stack) -> None:
    alarm = watch.properties("SweepStopped")
    sweep = {"FunctionName": "darkroom-dev-sweep"}
    assert watched(alarm) == [("AWS/Lambda", "Invocations", sweep)]
    assert (alarm["Statistic"], alarm["Period"], alarm["EvaluationPeriods"]) == ("Sum", 3600, 1)
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"


def test_an_alarms_expressions_use_only_its_own_metrics(watch: Stack) -> None:
    for alarm in watch.of_type("AWS::CloudWatch::Alarm").values():
        names = {metric["Id"] for metric in alarm.get("Metrics", [])}
        used = set(re.findall(r"\b[a-z][a-z_]*\b", "".join(expressions(alarm))))
        assert used <= names


def test_a_failed_image_sounds_an_alarm(watch: Stack) -> None:
    alarm = watch.properties("ImagesFail")
    assert watched(alarm) == [("Darkroom", "Failures", {"stage": "dev"})]
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 1)


def test_failures_that_are_not_recorded_sound_an_alarm(watch: Stack) -> None:
    alarm = watch.properties("FailuresWaiting")
    queue = {"QueueName": "darkroom-dev-failures"}
    assert watched(alarm) == [("AWS/SQS", "ApproximateAgeOfOldestMessage", queue)]
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Maximum", QUARTER_OF_AN_HOUR)


def test_webhooks_that_were_given_up_sound_an_alarm(watch: Stack) -> None:
    alarm = watch.properties("WebhooksGivenUp")
    queue = {"QueueName": "darkroom-dev-webhooks-lost"}
    assert watched(alarm) == [("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue)]
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Maximum", 1)


def test_an_event_that_lambda_lost_sounds_an_alarm(watch: Stack) -> None:
    assert watched(watch.properties("EventsLost")) == [
        ("AWS/Lambda", "DestinationDeliveryFailures", {"FunctionName": f"darkroom-dev-{name}"})
        for name in ("process_upload", "process_removal")
    ]


def test_the_oldest_unfinished_image_sounds_an_alarm(watch: Stack) -> None:
    alarm = watch.properties("WorkIsOld")
    assert watched(alarm) == [
        ("AWS/Lambda", "AsyncEventAge", {"FunctionName": "darkroom-dev-process_upload"}),
        ("AWS/Lambda", "AsyncEventAge", {"FunctionName": "darkroom-dev-process_removal"}),
        ("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": "darkroom-dev-work"}),
    ]
    # Lambda counts milliseconds, SQS seconds.
    assert expressions(alarm) == [
        "MAX([FILL(upload, 0) / 1000, FILL(removal, 0) / 1000, FILL(work, 0)])"
    ]
    assert alarm["Threshold"] == QUARTER_OF_AN_HOUR


@pytest.mark.parametrize(
    ("alarm", "metric"),
    [
        ("FunctionErrors", "Errors"),
        ("FunctionThrottles", "Throttles"),
    ],
)
def test_every_function_is_watched(
    watch: Stack, functions: set[str], alarm: str, metric: str
) -> None:
    found = watched(watch.properties(alarm))
    assert {(space, name) for space, name, _ in found} == {("AWS/Lambda", metric)}
    assert {dimensions["FunctionName"] for *_, dimensions in found} == functions


def test_the_duration_of_every_function_but_the_sweep_is_watched(
    watch: Stack, functions: set[str]
) -> None:
    found = watched(watch.properties("DurationNearLimit"))
    assert {(space, name) for space, name, _ in found} == {("AWS/Lambda", "Duration")}
    assert {d["FunctionName"] for *_, d in found} == functions - {"darkroom-dev-sweep"}


def test_four_fifths_of_a_time_limit_sound_an_alarm() -> None:
    seconds = {parameter: 10 * n for n, parameter in enumerate(TIME_LIMITS, start=1)}
    alarm = deployed("watch", seconds).properties("DurationNearLimit")
    names = ("api", "authorizer", "upload", "removal", "again", "failure", "webhook")
    shares = [f"FILL({name}, 0) / {10 * n}" for n, name in enumerate(names, start=1)]
    assert expressions(alarm) == [f"MAX([{', '.join(shares)}]) / 10"]
    assert alarm["Threshold"] == 80


@pytest.mark.parametrize(("parameter", "function"), TIME_LIMITS.items())
def test_a_time_limit_is_the_one_that_is_deployed(parameter: str, function: str) -> None:
    default = template("watch")["Parameters"][parameter]["Default"]
    assert default == limits_of(function).seconds


def test_a_single_error_that_is_retried_sounds_no_alarm(watch: Stack) -> None:
    alarm = watch.properties("FunctionErrors")
    assert (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (2, 3)


def test_an_api_that_keeps_failing_sounds_an_alarm(watch: Stack) -> None:
    api = {"ApiName": "darkroom", "Stage": "api"}
    alarm = watch.properties("ApiFaults")
    assert watched(alarm) == [("AWS/ApiGateway", "5XXError", api)]
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 1)


@pytest.mark.parametrize("metric", ["ReadThrottleEvents", "WriteThrottleEvents"])
def test_a_throttled_table_or_index_sounds_an_alarm(watch: Stack, metric: str) -> None:
    indexes = table_definition("any")["GlobalSecondaryIndexes"]
    parts = [{}, *({"GlobalSecondaryIndexName": index["IndexName"]} for index in indexes)]
    found = [d for _, name, d in watched(watch.properties("TableThrottles")) if name == metric]
    assert found == [{"TableName": "darkroom-dev-images", **part} for part in parts]


def test_there_is_no_budget_by_default(watch: Stack) -> None:
    assert watch.of_type("AWS::Budgets::Budget") == {}


def test_a_budget_counts_the_cost_of_darkroom() -> None:
    budget = deployed("watch", {"MonthlyBudget": 20}).properties("Budget")
    assert budget["Budget"]["BudgetLimit"] == {"Amount": 20, "Unit": "USD"}
    assert budget["Budget"]["CostFilters"] == {"TagKeyValue": ["user:Project$darkroom"]}


def test_a_budget_notifies_before_it_is_spent() -> None:
    budget = deployed("watch", {"MonthlyBudget": 20}).properties("Budget")
    notifications = [n["Notification"] for n in budget["NotificationsWithSubscribers"]]
    assert [(n["NotificationType"], n["Threshold"]) for n in notifications] == [
        ("ACTUAL", 80),
        ("FORECASTED", 100),
    ]


def test_nobody_is_subscribed_by_default(watch: Stack) -> None:
    assert watch.of_type("AWS::SNS::Subscription") == {}


def test_the_given_address_is_subscribed() -> None:
    stack = deployed("watch", {"AlarmEmail": "us@photos.example"})
    subscription = stack.properties("EmailSubscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "us@photos.example")


def test_only_the_accounts_own_alarms_and_budgets_publish(watch: Stack) -> None:
    document = watch.properties("TopicPolicy")["PolicyDocument"]
    [allowed] = [s for s in document["Statement"] if s["Effect"] == "Allow"]
    assert allowed["Principal"] == {
        "Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
    }
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}


def test_the_topic_requires_tls(watch: Stack) -> None:
    document = watch.properties("TopicPolicy")["PolicyDocument"]
    [denied] = [s for s in document["Statement"] if s["Effect"] == "Deny"]
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def watched(alarm: Json) -> list[tuple[str, str, dict[str, Any]]]:
    """An alarm's metrics: namespace, name and dimensions."""
    stats = [m["MetricStat"]["Metric"] for m in alarm.get("Metrics", []) if "MetricStat" in m]
    return [
        (m["Namespace"], m["MetricName"], {d["Name"]: d["Value"] for d in m["Dimensions"]})
        for m in stats or [alarm]
    ]


def expressions(alarm: Json) -> list[str]:
    return [metric["Expression"] for metric in alarm.get("Metrics", []) if "Expression" in metric]
